"""How a journal compares with one whose run it may belong to, for the person who decides (R0)."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.journals import BookingPeriod, JournalLine
from tilisilta.domain.run_identity import period_of_lines
from tilisilta.domain.sameness import have_most_lines_in_common, payroll_sums


class Proposal(StrEnum):
    """Which answer the comparison supports."""

    REVISION = "revision"
    ANOTHER_RUN = "another"


@dataclass(frozen=True, kw_only=True)
class RunSide:
    """One of the two journals: its month, and how much it contains. ``debit`` sums its debits."""

    period: BookingPeriod
    line_count: int
    account_count: int
    sum_count: int
    debit: Decimal


@dataclass(frozen=True, kw_only=True)
class RunComparison:
    """What a file and a known journal have in common.

    ``equal_lines`` agree in day, account, dimensions and amount. ``has_alike_lines`` is true if
    most lines agree in two of account, text and amount. ``changed_sums`` counts the sums per date,
    account, dimensions and side that differ.
    """

    file: RunSide
    known: RunSide
    equal_lines: int
    common_accounts: int
    changed_sums: int
    has_alike_lines: bool

    @property
    def is_same_month(self) -> bool:
        return self.file.period == self.known.period

    @property
    def difference(self) -> Decimal:
        return self.file.debit - self.known.debit

    @property
    def proposal(self) -> Proposal | None:
        """Return the likely answer; ``None`` where the comparison supports none clearly.

        A new revision has most of its lines unchanged; another run has nothing in common.
        """
        if not self.is_same_month:
            return None if self.equal_lines else Proposal.ANOTHER_RUN
        if not self.has_alike_lines:
            return Proposal.ANOTHER_RUN
        most = max(self.file.line_count, self.known.line_count)
        return Proposal.REVISION if 2 * self.equal_lines > most else None


def compare_runs(lines: Sequence[JournalLine], known: Sequence[JournalLine]) -> RunComparison:
    sums, known_sums = payroll_sums(lines), payroll_sums(known)
    keys = sums.keys() | known_sums.keys()
    equal = Counter(map(_exactly, lines)) & Counter(map(_exactly, known))
    return RunComparison(
        file=_side(lines, len(sums)),
        known=_side(known, len(known_sums)),
        equal_lines=equal.total(),
        common_accounts=len(_accounts(lines) & _accounts(known)),
        changed_sums=sum(sums.get(key) != known_sums.get(key) for key in keys),
        has_alike_lines=have_most_lines_in_common(lines, known),
    )


def _side(lines: Sequence[JournalLine], sum_count: int) -> RunSide:
    return RunSide(
        period=period_of_lines(lines),
        line_count=len(lines),
        account_count=len(_accounts(lines)),
        sum_count=sum_count,
        debit=sum((line.amount for line in lines if line.amount > 0), Decimal("0.00")),
    )


def _accounts(lines: Sequence[JournalLine]) -> set[str]:
    return {line.ledger_account.strip() for line in lines}


def _exactly(line: JournalLine) -> tuple[Hashable, ...]:
    account, center, unit = line.ledger_account, line.cost_center, line.cost_unit
    return line.booking_date, account.strip(), center.strip(), unit.strip(), line.amount
