"""Compares what links name with Procountor as it is now, before a journal fails of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tilisilta.domain.administrations import Administration
from tilisilta.domain.ledger_accounts import check_named_account
from tilisilta.domain.link_names import check_names
from tilisilta.domain.links import ClosedPeriodPolicy
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.receipt_dates import place_date
from tilisilta.domain.standing import SENT_JOURNALS
from tilisilta.errors import TilisiltaError
from tilisilta.models import CheckedLink, Journal, JournalLine, Link, ProcountorAccount, User
from tilisilta.services.at_once import each_at_once
from tilisilta.services.explanations import problem_of
from tilisilta.services.pace import wait_for_slot
from tilisilta.services.procountor.administrations import keep_administration
from tilisilta.services.procountor.client import procountor
from tilisilta.services.verifying.night import night_began

LEASE = timedelta(minutes=15)
"""So long a link is left to the worker that claimed it."""
MAY_BOOK = "ALL_RIGHTS"
"""Procountor's word for the right to book journals."""
YEAR_AHEAD = timedelta(days=31)
"""So long before its first day a fiscal year should be open."""


@dataclass(frozen=True, kw_only=True)
class LinkCheck:
    """What a link names that is not there any more; ``is_silent`` if nothing could be learned."""

    link: Link
    problems: tuple[Problem, ...]
    is_silent: bool = False


def check_links(links: Sequence[Link], *, now: datetime) -> Iterator[LinkCheck]:
    """Compare each of ``links`` with Procountor, several at the same time, and store the result."""
    return each_at_once(lambda link: check_link(link, now=now), links)


def check_link(link: Link, *, now: datetime, pace: Callable[[], None] = wait_for_slot) -> LinkCheck:
    """Read the administration of ``link``, compare what it names, and store what came of it.

    Where Procountor gives no answer, what was found before stays.
    """
    account = link.procountor_account
    if not account.is_authorised:
        lost = facts(account_name=account.name)
        problem = Problem(
            code=ProblemCode.ACCOUNT_NOT_AUTHORISED,
            screen=Screen.PROCOUNTOR_ACCOUNT,
            facts=lost,
        )
        # Not stored: accounts that are not authorised are shown by themselves.
        return LinkCheck(link=link, problems=(problem,))
    try:
        administration, rights = _read(account, now=now, pace=pace)
    except TilisiltaError as error:
        CheckedLink.objects.update_or_create(link=link, defaults={"tried_at": now})
        return LinkCheck(link=link, problems=(problem_of(error),), is_silent=True)
    problems = (
        *check_names(link.rules(), administration),
        *_check_used_accounts(link, administration),
        *check_days(_days_ahead(timezone.localtime(now).date()), administration),
        *_check_rights(link, rights),
    )
    return _stored(LinkCheck(link=link, problems=tuple(dict.fromkeys(problems))), now=now)


def claim_link(now: datetime) -> Link | None:
    """Claim a link that is due; ``None`` if none is.

    Due is what somebody asked for, what was not compared since the night began, and what was
    changed since it was found to name something that is not there.
    """
    held = Q(checked__claimed_until__range=(now, now + 2 * LEASE))
    changed = Q(checked__is_well=False, changed_at__gt=F("checked__tried_at"))
    due = Q(checked__is_wanted=True) | changed
    begin = night_began(now)
    if begin is not None:
        # Also what got no answer, or a night without Procountor would ask for it without end.
        done = Q(checked__tried_at__range=(begin, now))
        due |= Q(pk__in=Link.objects.open().exclude(done).values("pk"))
    link = (
        Link.objects.open()
        .filter(due, procountor_account__state=ProcountorAccount.State.AUTHORISED)
        .exclude(held)
        .select_related("company", "procountor_account")
        .order_by("pk")
        .first()
    )
    if link is None:
        return None
    CheckedLink.objects.get_or_create(link=link)
    free = Q(claimed_until__isnull=True) | ~Q(claimed_until__range=(now, now + 2 * LEASE))
    claimed = CheckedLink.objects.filter(free, link=link).update(claimed_until=now + LEASE)
    # Another worker was quicker: it is this one's turn to find the next.
    return link if claimed else claim_link(now)


def drifted(user: User) -> QuerySet[CheckedLink]:
    """Return the links that ``user`` may see and that name what is not in Procountor any more."""
    links = Link.objects.open().visible_to(user)
    return CheckedLink.objects.filter(is_well=False, link__in=links)


def ask_for_check(user: User) -> int:
    """Have a worker compare all links that ``user`` may see, and return how many."""
    links = Link.objects.open().visible_to(user)
    ids = list(links.values_list("pk", flat=True))
    CheckedLink.objects.bulk_create((CheckedLink(link_id=pk) for pk in ids), ignore_conflicts=True)
    return CheckedLink.objects.filter(link__in=ids).update(is_wanted=True)


def check_claimed(link: Link, *, now: datetime, pace: Callable[[], None] = wait_for_slot) -> None:
    """Compare a claimed link with Procountor, and give the claim back."""
    try:
        check_link(link, now=now, pace=pace)
    finally:
        # Also after a fault of ours, which must not be repeated at once.
        CheckedLink.objects.filter(link=link).update(
            tried_at=now, claimed_until=None, is_wanted=False
        )


def check_days(days: Iterable[date], administration: Administration) -> Iterator[Problem]:
    """Yield the days of which no fiscal year is open; a closed month alone is no drift."""
    for day in days:
        problem = place_date(day, ClosedPeriodPolicy.STOP, administration.fiscal_years).problem
        if problem is not None and problem.fact("reason") != "tracking-period":
            yield problem


def _read(
    account: ProcountorAccount, *, now: datetime, pace: Callable[[], None]
) -> tuple[Administration, str]:
    with procountor(account, pace=pace) as client:
        administration = client.get_administration()
        rights = client.get_journal_rights()
    keep_administration(account, administration, now=now)
    return administration, rights


def _check_used_accounts(link: Link, administration: Administration) -> Iterator[Problem]:
    """Yield the ledger accounts of the last journal sent that Procountor does not have any more.

    Those of a journal that is not sent yet are problems of that journal.
    """
    if link.fallback_account:
        return
    sent = Journal.objects.filter(company=link.company_id, state__in=SENT_JOURNALS)
    last = sent.order_by("-period", "-pk").first()
    if last is None:
        return
    lines = JournalLine.objects.filter(journal=last).order_by()
    mapped: Mapping[str, str] = dict(link.rules().account_mappings)
    for code in sorted(set(lines.values_list("ledger_account", flat=True))):
        if code.strip() not in mapped:
            yield from check_named_account(code.strip(), administration.ledger_accounts)


def _check_rights(link: Link, rights: str) -> Iterator[Problem]:
    if not link.is_verify_only and rights != MAY_BOOK:
        yield Problem(code=ProblemCode.PROCOUNTOR_ACCESS_DENIED, screen=Screen.PROCOUNTOR_ACCOUNT)


def _days_ahead(today: date) -> tuple[date, ...]:
    return today, today + YEAR_AHEAD


def _stored(check: LinkCheck, *, now: datetime) -> LinkCheck:
    CheckedLink.objects.update_or_create(
        link=check.link,
        defaults={
            "tried_at": now,
            "checked_at": now,
            "problems": check.problems,
            "is_well": not check.problems,
        },
    )
    return check
