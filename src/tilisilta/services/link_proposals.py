"""Proposals for a link: company and administration that belong together, its start and end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Exists, Max, OuterRef, Q

from tilisilta.domain.company_match import CompanyMatch
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.standing import COMMITTED_EXPORTS, JournalState
from tilisilta.models import (
    AuditEntry,
    Company,
    Export,
    Journal,
    Link,
    ProcountorAccount,
    User,
)


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """A company and an account side by side, linked or not.

    ``others`` are the companies with an open link to the same administration. For a pair that is
    not linked yet they are also those that were booked there through a link that has ended.
    """

    company: Company
    account: ProcountorAccount
    match: CompanyMatch
    others: tuple[Company, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        """Return whether a person has to confirm that payroll goes there.

        That includes a pair of which too little is known: only what agrees needs no confirmation.
        """
        return not self.match.is_equal or bool(self.others)


class StartReason(StrEnum):
    """Why a month is proposed as the first of a link."""

    NEWEST_PLAIN = "newest-plain"
    NEWEST = "newest"
    THIS_MONTH = "this-month"
    AFTER_EARLIER_LINK = "after-earlier-link"


@dataclass(frozen=True, kw_only=True)
class ProposedStart:
    """The first day of the month proposed as a link's first, and the reason."""

    month: date
    reason: StartReason


def pairing_of(company: Company, account: ProcountorAccount, *, is_linked: bool) -> Pairing:
    """Compare ``company`` with the administration of ``account``, and find who else goes there.

    Where they are not linked yet, it counts as well who went there before: a company that is here
    a second time has the same payroll in the same books, perhaps in another form.
    """
    others = Q(ends_on__isnull=True)
    if not is_linked:
        booked = Export.with_trail.filter(link=OuterRef("pk"), state__in=COMMITTED_EXPORTS)
        others |= Q(Exists(booked))
    links = Link.objects.filter(
        others, procountor_account__procountor_company_id=account.procountor_company_id
    )
    found = links.exclude(company=company).select_related("company__debtor")
    has_books = account.procountor_company_id is not None
    return Pairing(
        company=company,
        account=account,
        match=company.match_with(account),
        others=tuple({link.company_id: link.company for link in found}.values())
        if has_books
        else (),
    )


def proposed_start(company: Company, *, today: date) -> ProposedStart:
    """Return the month proposed as the first of a new link of ``company``.

    It is that of the newest run without corrections, as earlier ones were most likely booked
    another way; without journals it is this month. It is never one that an earlier link books.
    """
    journals = (
        Journal.objects.filter(company=company)
        .exclude(state__in=[JournalState.DISCARDED, JournalState.REPLACED])
        .order_by("-period", "-pk")
        .values_list("period", "first_period")[:24]
    )
    seen = list(journals)
    plain = next((period for period, first in seen if period == first), None)
    newest = plain or (seen[0][0] if seen else today)
    reason = StartReason.NEWEST_PLAIN if plain else StartReason.NEWEST
    if not seen:
        reason = StartReason.THIS_MONTH
    ends = company.links.exclude(ends_on=None).values_list("ends_on", "start_month")
    earliest = max((end for end, start in ends if end and end > start), default=newest)
    if earliest.replace(day=1) > newest.replace(day=1):
        newest, reason = earliest, StartReason.AFTER_EARLIER_LINK
    return ProposedStart(month=newest.replace(day=1), reason=reason)


def proposed_end(link: Link) -> date:
    """Return the first day ``link`` should not book any more: after the last month it has sent.

    If nothing was sent through it, it is its first day, so that all of its months are free.
    """
    sent = Export.with_trail.filter(link=link, state__in=COMMITTED_EXPORTS)
    last = sent.aggregate(at=Max("journal__period"))["at"]
    if last is None:
        return link.start_month
    return BookingPeriod.containing(last).last_day + timedelta(days=1)


def confirmation_of(link: Link) -> AuditEntry | None:
    """Return the last confirmation that payroll goes there, if there was one."""
    entries = AuditEntry.objects.filter(
        action=AuditEntry.Action.LINK_CONFIRMED, company=link.company_id, facts__link=str(link.pk)
    )
    return entries.order_by("-at").first()


def proposed_accounts(company: Company, *, user: User | None) -> tuple[Pairing, ...]:
    """Return the free accounts that ``user`` may see, those that match the company first."""
    accounts = ProcountorAccount.objects.free().defer("administration")
    if user is not None:
        accounts = accounts.visible_to(user)
    return _ordered(
        Pairing(company=company, account=account, match=company.match_with(account))
        for account in accounts.order_by("company_name", "name")
    )


def proposed_companies(account: ProcountorAccount, *, user: User | None) -> tuple[Pairing, ...]:
    """Return the unlinked companies that ``user`` may see, those that match the account first."""
    companies = Company.objects.exclude(links__in=Link.objects.open()).select_related("debtor")
    if user is not None:
        companies = companies.visible_to(user)
    return _ordered(
        Pairing(company=company, account=account, match=company.match_with(account))
        for company in companies.order_by("number")
    )


def _ordered(pairings: Iterable[Pairing]) -> tuple[Pairing, ...]:
    return tuple(sorted(pairings, key=lambda one: (not one.match.is_equal, one.match.is_different)))
