"""How journals differ per ledger account from those of last month, by the threshold of each link.

It informs only: no state, no check and no digest depends on it. Compared is what is booked, so an
account that is new to the payroll and mapped to a known one of Procountor is none that is new. Both
journals are mapped as the link says now: a mapping that was changed since is no change of pay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tilisilta.domain.comparable_journals import EarlierJournal
from tilisilta.domain.variances import Threshold, Variance, variance
from tilisilta.models import AccountMapping, Journal, Link
from tilisilta.services.journals.earlier_months import (
    EarlierMonths,
    earlier_months,
    earlier_months_of,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalVariance:
    """How a journal differs from a comparable one: last month's, or the latest before that."""

    against: EarlierJournal
    variance: Variance
    threshold: Threshold

    @property
    def is_last_month(self) -> bool:
        return self.against.steps_back == 1

    @property
    def is_above(self) -> bool:
        return self.variance.is_above


def variance_of(journal: Journal, link: Link | None = None) -> JournalVariance | None:
    """Return the variance of ``journal``; ``None`` where no comparable one is known.

    ``link`` is the open one of its company, if that is known already.
    """
    months = earlier_months_of(journal)
    if months is None:
        return None
    company_id = journal.company_id
    of_links = _with_mappings([link]) if link else _of_links({company_id})
    return _compared(months, of_links.get(company_id, _USUAL))


def variances_of(journals: Iterable[Journal]) -> Mapping[int, JournalVariance]:
    """Return the variance of each of ``journals``, by its key, with few queries for many."""
    companies = {journal.pk: journal.company_id for journal in journals}
    of_links = _of_links(set(companies.values()))
    found = earlier_months(companies.keys())
    compared = (
        (key, _compared(one, of_links.get(companies[key], _USUAL))) for key, one in found.items()
    )
    return {key: one for key, one in compared if one is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class _OfLink:
    """What the link of a company says: from where on to point out, and what is booked where."""

    threshold: Threshold
    mappings: Mapping[str, str] = field(default_factory=dict)


def _compared(months: EarlierMonths, of_link: _OfLink) -> JournalVariance | None:
    against = months.latest
    if against is None:
        return None
    last, this = (one.mapped(of_link.mappings) for one in (against.journal.sums, months.this.sums))
    compared = variance(last, this, of_link.threshold)
    return JournalVariance(against=against, variance=compared, threshold=of_link.threshold)


def _of_links(companies: set[int]) -> Mapping[int, _OfLink]:
    links = Link.objects.open().only("company_id", "variance_percent", "variance_amount")
    if len(companies) < _FEW:
        links = links.filter(company__in=companies)
    return _with_mappings(links)


def _with_mappings(links: Iterable[Link]) -> Mapping[int, _OfLink]:
    companies = {link.pk: link.company_id for link in links}
    rows = AccountMapping.objects.order_by()
    if len(companies) < _FEW:
        rows = rows.filter(link__in=companies)
    mappings: dict[int, dict[str, str]] = {}
    for link_id, account, booked in rows.values_list(
        "link", "journal_account", "procountor_account_code"
    ):
        mappings.setdefault(link_id, {})[account] = booked
    return {
        link.company_id: _OfLink(
            threshold=link.variance_threshold(), mappings=mappings.get(link.pk, {})
        )
        for link in links
    }


_FEW = 500
_USUAL = _OfLink(threshold=Link().variance_threshold())
