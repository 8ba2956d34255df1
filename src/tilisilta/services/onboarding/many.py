"""Looks into the companies of a list and links them, several at the same time, for a command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from tilisilta.domain.onboarding import Standing
from tilisilta.services.at_once import each_at_once
from tilisilta.services.onboarding.examining import Examined, examine
from tilisilta.services.onboarding.linking import Linked, link_examined
from tilisilta.services.onboarding.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was found out about a company of a list, and what came of linking it."""

    found: Examined
    linked: Linked | None = None

    @property
    def standing(self) -> Standing:
        return self.linked.standing if self.linked is not None else self.found.standing


def set_up_many(
    wanted: Sequence[Wanted],
    *,
    links: bool,
    confirmed: Mapping[int, str],
    is_done: Callable[[Outcome], None] = lambda _outcome: None,
) -> Iterator[Outcome]:
    """Look into each company, and link it if it matches and ``links`` is set; yield in order.

    ``confirmed`` has, by number of the company, the name of the administration that a person has
    confirmed. Safe to repeat, also after it was killed in the middle.
    """

    def do(one: Wanted) -> Outcome:
        found = examine(one, user=None, now=timezone.now(), is_patient=True)
        mark = found.mark if _is_confirmed(found, confirmed) else ""
        linked = None
        if links and found.standing != Standing.LINKED:
            linked = link_examined(found, confirmed=mark, user=None)
        # The access token is not needed any more, and there are hundreds.
        outcome = Outcome(found=replace(found, behind=None, administration=None), linked=linked)
        is_done(outcome)
        return outcome

    return each_at_once(do, wanted)


def _is_confirmed(found: Examined, confirmed: Mapping[int, str]) -> bool:
    company, account = found.wanted.company, found.account
    if company is None or account is None:
        return False
    return confirmed.get(company.number) == account.company_name
