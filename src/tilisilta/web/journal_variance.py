"""How a journal differs per ledger account from last month's, made ready for its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tilisilta.domain.comparable_journals import PaidJournal
from tilisilta.domain.variances import Change, Threshold, Variance
from tilisilta.services.journals.previews import Preview
from tilisilta.services.journals.variances import variance_of
from tilisilta.services.procountor.administrations import known_administration


@dataclass(frozen=True, kw_only=True)
class VarianceRow:
    """A ledger account that is booked to, with its name in Procountor where that is known."""

    account: str
    name: str
    change: Change


@dataclass(frozen=True, kw_only=True)
class ShownVariance:
    """The section of the page: ``other`` is the journal it is compared with."""

    rows: tuple[VarianceRow, ...]
    variance: Variance
    threshold: Threshold
    other: PaidJournal
    month: date
    is_last_month: bool

    @property
    def above_count(self) -> int:
        return len(self.variance.above)

    @property
    def new_count(self) -> int:
        return sum(row.change.is_new for row in self.rows)

    @property
    def vanished_count(self) -> int:
        return sum(row.change.is_vanished for row in self.rows)

    @property
    def least(self) -> Decimal:
        return self.threshold.amount

    @property
    def has_corrections(self) -> bool:
        return bool(self.variance.corrections.last or self.variance.corrections.this)

    @property
    def is_of_one_month(self) -> bool:
        """Return whether both are of one month, as where pay is weekly."""
        return self.other.month == self.month


def shown_variance(preview: Preview) -> ShownVariance | None:
    """Return the variance of the journal of ``preview``; ``None`` without a comparable one."""
    journal = preview.journal
    link = preview.link if preview.link is not None and preview.link.is_open else None
    found = None if journal.discarded_at is not None else variance_of(journal, link)
    if found is None:
        return None
    names = _names(preview, set(found.variance.accounts))
    return ShownVariance(
        rows=tuple(
            VarianceRow(account=code, name=names.get(code, ""), change=change)
            for code, change in found.variance.accounts.items()
        ),
        variance=found.variance,
        threshold=found.threshold,
        other=found.against.journal,
        is_last_month=found.is_last_month,
        month=journal.period,
    )


def _names(preview: Preview, codes: set[str]) -> Mapping[str, str]:
    """Return the names in the administration of the ledger accounts that are booked to."""
    administration = known_administration(preview.link.procountor_account) if preview.link else None
    if preview.link is None or administration is None:
        return {}
    named = {account.code: account.name for account in administration.ledger_accounts}
    return {code: named.get(code, "") for code in codes}
