"""Links one company of a list: its account is made and authorised, and then linked."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

from tilisilta.domain.onboarding import Standing
from tilisilta.domain.problems import Problem
from tilisilta.errors import TilisiltaError
from tilisilta.models import Link, ProcountorAccount, User
from tilisilta.services.connections import BehindKey, authorise_as_read, create_account
from tilisilta.services.explanations import problem_of
from tilisilta.services.link_proposals import pairing_of
from tilisilta.services.links import CompanyLinked, create_link
from tilisilta.services.onboarding.examining import Examined, account_name_of
from tilisilta.services.onboarding.pairs import mark_of
from tilisilta.services.onboarding.wanted import Wanted


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What came of linking a company: its link, or how it stands and why."""

    standing: Standing
    link: Link | None = None
    problems: tuple[Problem, ...] = ()
    text: str = ""


def link_examined(found: Examined, *, confirmed: str = "", user: User | None) -> Linked:
    """Link a company that was looked into a moment ago, if it matches or was ``confirmed``.

    Safe to repeat, also when it was killed in the middle: an account that is there is used, and a
    company that is linked already stays as it is. ``confirmed`` is the mark of the pair that a
    person has confirmed; it counts only while both are as they were shown.
    """
    if not may_be_linked(found, confirmed):
        return Linked(standing=found.standing, problems=found.problems)
    try:
        return Linked(standing=Standing.LINKED, link=_link(found, confirmed=confirmed, user=user))
    except CompanyLinked:
        # Another person, or an earlier try, was quicker.
        return Linked(standing=Standing.LINKED)
    except TilisiltaError as error:
        return Linked(standing=Standing.REFUSED, problems=(problem_of(error),))
    except ValidationError as error:
        return Linked(standing=Standing.REFUSED, text=" ".join(error.messages))


def may_be_linked(found: Examined, confirmed: str) -> bool:
    is_confirmed = found.standing.needs_confirmation and confirmed == found.mark
    return found.standing == Standing.MATCH or is_confirmed


def _link(found: Examined, *, confirmed: str, user: User | None) -> Link:
    company = found.wanted.company
    assert company is not None  # noqa: S101  # only a company that was found may be linked
    assert found.start is not None  # noqa: S101  # as above
    account = _account(found, user=user)
    pairing = pairing_of(company, account, is_linked=False)
    is_confirmed = bool(confirmed) and confirmed == mark_of(pairing)
    return create_link(
        company,
        account,
        start_month=found.start,
        user=user,
        different_names=is_confirmed,
        shared_administration=is_confirmed,
        account_mappings=found.mappings,
        **found.choices,
    )


def _account(found: Examined, *, user: User | None) -> ProcountorAccount:
    """Return the account, made and authorised if it is not there yet."""
    account, behind = found.account, found.behind
    if account is not None and account.pk is not None:
        return account
    assert behind is not None  # noqa: S101  # an account that is not stored was read by a key
    return account_behind(found.wanted, behind, user=user)


def account_behind(wanted: Wanted, behind: BehindKey, *, user: User | None) -> ProcountorAccount:
    """Return the account of a row whose API key was just read, made and authorised by it."""
    assert wanted.company is not None  # noqa: S101  # as above
    name = account_name_of(wanted)
    visible = ProcountorAccount.objects.all()
    if user is not None:
        visible = visible.visible_to(user)
    stored = visible.filter(name=name).first()
    if stored is None:
        # Refused where the name is that of an account that this user does not see.
        stored = create_account(name, user=user, debtor=wanted.company.debtor)
    if not stored.is_authorised:
        authorise_as_read(stored, behind, user=user)
    return stored
