"""How journals differ per ledger account from those of last month, by the threshold of each link.

It informs only: no state, no check and no digest depends on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tilisilta.domain.comparable_journals import EarlierJournal
from tilisilta.domain.variances import Threshold, Variance, variance
from tilisilta.models import Journal, Link
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
    known = {company_id: link.variance_threshold()} if link else _thresholds({company_id})
    return _compared(months, known.get(company_id, _USUAL))


def variances_of(journals: Iterable[Journal]) -> Mapping[int, JournalVariance]:
    """Return the variance of each of ``journals``, by its key, with few queries for many."""
    companies = {journal.pk: journal.company_id for journal in journals}
    thresholds = _thresholds(set(companies.values()))
    found = earlier_months(companies.keys())
    compared = (
        (key, _compared(one, thresholds.get(companies[key], _USUAL))) for key, one in found.items()
    )
    return {key: one for key, one in compared if one is not None}


def _compared(months: EarlierMonths, threshold: Threshold) -> JournalVariance | None:
    against = months.latest
    if against is None:
        return None
    compared = variance(against.journal.sums, months.this.sums, threshold)
    return JournalVariance(against=against, variance=compared, threshold=threshold)


def _thresholds(companies: set[int]) -> Mapping[int, Threshold]:
    links = Link.objects.open().only("company_id", "variance_percent", "variance_amount")
    if len(companies) < _FEW:
        links = links.filter(company__in=companies)
    return {link.company_id: link.variance_threshold() for link in links}


_FEW = 500
_USUAL = Link().variance_threshold()
