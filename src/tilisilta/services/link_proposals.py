"""Which company and which administration belong together, before anybody links them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tilisilta.domain.company_match import CompanyMatch, compare_companies
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Journal, Link, ProcountorAccount, User


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """A company and an account side by side, before they are linked or after.

    ``others`` are the companies with an open link to the same administration.
    """

    company: Company
    account: ProcountorAccount
    match: CompanyMatch
    others: tuple[Company, ...] = ()

    @property
    def needs_confirmation(self) -> bool:
        """Return whether a person has to confirm that payroll goes there."""
        return self.match.is_different or bool(self.others)


def pairing_of(company: Company, account: ProcountorAccount) -> Pairing:
    """Compare ``company`` with the administration of ``account``, and see who else goes there."""
    others = Link.objects.open().filter(
        procountor_account__procountor_company_id=account.procountor_company_id
    )
    found = others.exclude(company=company).select_related("company__debtor")
    has_books = account.procountor_company_id is not None
    return Pairing(
        company=company,
        account=account,
        match=match_of(company, account),
        others=tuple(link.company for link in found) if has_books else (),
    )


def match_of(company: Company, account: ProcountorAccount) -> CompanyMatch:
    """How name and business ID of ``company`` compare with those of the administration."""
    return compare_companies(
        name=company.name,
        business_id=company.business_id,
        other_name=account.company_name,
        other_business_id=account.business_id,
    )


def named(name: str, business_id: str) -> str:
    """A company by name and, where it is known, business ID."""
    return f"{name}, {business_id}" if business_id else name


def proposed_start(company: Company, *, today: date) -> date:
    """The month a new link of ``company`` had best begin with: its first day.

    That of the newest run without corrections, as what came before was most likely booked another
    way; of a company without journals it is this month.
    """
    journals = (
        Journal.objects.filter(company=company)
        .exclude(state__in=[JournalState.DISCARDED, JournalState.REPLACED])
        .order_by("-period", "-pk")
        .values_list("period", "first_period")[:24]
    )
    seen = list(journals)
    plain = (period for period, first in seen if period == first)
    newest = next(plain, seen[0][0] if seen else today)
    last_end = company.links.exclude(ends_on=None).order_by("-ends_on").first()
    earliest = last_end.ends_on if last_end is not None and last_end.ends_on else newest
    return max(newest, earliest).replace(day=1)


def proposed_accounts(company: Company, *, user: User | None) -> tuple[Pairing, ...]:
    """The free accounts that ``user`` may see, those of the same company first."""
    accounts = ProcountorAccount.objects.free().defer("administration")
    if user is not None:
        accounts = accounts.visible_to(user)
    return _ordered(
        Pairing(company=company, account=account, match=match_of(company, account))
        for account in accounts.order_by("company_name", "name")
    )


def proposed_companies(account: ProcountorAccount, *, user: User | None) -> tuple[Pairing, ...]:
    """The companies without a link that ``user`` may see, those that are the account's first."""
    companies = Company.objects.exclude(links__in=Link.objects.open()).select_related("debtor")
    if user is not None:
        companies = companies.visible_to(user)
    return _ordered(
        Pairing(company=company, account=account, match=match_of(company, account))
        for company in companies.order_by("number")
    )


def _ordered(pairings: Iterable[Pairing]) -> tuple[Pairing, ...]:
    return tuple(sorted(pairings, key=lambda one: (not one.match.is_equal, one.match.is_different)))
