"""What can be done with many chosen companies of a month at once, and doing it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tilisilta.domain.chosen_months import NotSigned, why_not_signed, why_refused
from tilisilta.models import Company, Link, User
from tilisilta.services.archiving.months import months_with_anything
from tilisilta.services.closing.months import CompanyMonth
from tilisilta.services.closing.signing import CannotSign, sign_month

Companies = tuple[CompanyMonth, ...]


@dataclass(frozen=True, kw_only=True)
class ChosenMonths:
    """The chosen companies of a month, and which of them each action leaves out.

    ``not_signed`` are those that cannot be signed along with the others, by their reason.
    """

    month: date
    companies: Companies
    signable: Companies
    not_signed: Mapping[NotSigned, Companies]
    without_link: Companies
    without_contents: Companies

    @property
    def comparable_ids(self) -> frozenset[int]:
        left = {one.company_id for one in self.without_link}
        return frozenset(one.company_id for one in self.companies) - left

    @property
    def archivable_ids(self) -> frozenset[int]:
        left = {one.company_id for one in self.without_contents}
        return frozenset(one.company_id for one in self.companies) - left


@dataclass(frozen=True, kw_only=True)
class SignedMonths:
    """How many were signed, and the others by their reason."""

    count: int
    not_signed: Mapping[NotSigned, Companies]


def chosen_months(month: date, companies: Collection[CompanyMonth]) -> ChosenMonths:
    """Return what can be done with the chosen ``companies`` of ``month``: two queries."""
    linked = set(
        Link.objects.filter(start_month__lte=month).values_list("company_id", flat=True).distinct()
    )
    filled = set(months_with_anything(month).order_by().values_list("pk", flat=True))
    whys = {one.company_id: why_not_signed(one.state, one.facts.net_pay) for one in companies}
    return ChosenMonths(
        month=month,
        companies=tuple(companies),
        signable=tuple(one for one in companies if whys[one.company_id] is None),
        not_signed=_by_reason(companies, whys),
        without_link=tuple(one for one in companies if one.company_id not in linked),
        without_contents=tuple(one for one in companies if one.company_id not in filled),
    )


def sign_chosen(
    chosen: ChosenMonths, *, user: User | None, now: datetime, most: int | None = None
) -> SignedMonths:
    """Sign those that need no reason, each for itself: what is in the way of one stops no other.

    ``most`` is how many are signed now, for a page that somebody waits for.
    """
    signable = chosen.signable[:most]
    companies = Company.objects.in_bulk([one.company_id for one in signable])
    refused: dict[int, NotSigned | None] = {}
    for one in signable:
        try:
            sign_month(companies[one.company_id], chosen.month, user=user, now=now)
        except CannotSign as error:
            refused[one.company_id] = why_refused(error.facts["reason"])
    whys = {
        **{one.company_id: why for why, some in chosen.not_signed.items() for one in some},
        **{one.company_id: NotSigned.LATER for one in chosen.signable[len(signable) :]},
        **refused,
    }
    return SignedMonths(
        count=len(signable) - len(refused),
        not_signed=_by_reason(chosen.companies, whys),
    )


def _by_reason(
    companies: Collection[CompanyMonth], whys: Mapping[int, NotSigned | None]
) -> Mapping[NotSigned, Companies]:
    found = {
        why: tuple(one for one in companies if whys.get(one.company_id) is why) for why in NotSigned
    }
    return {why: some for why, some in found.items() if some}
