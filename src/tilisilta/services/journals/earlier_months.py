"""The journals of earlier months that journals are compared with, and what each booked.

``earlier_months`` answers for many journals with few queries: for the automatic sending, the list
of what is ready, and the page of a journal.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import BigIntegerField, Case, F, Max, Q, Sum, When
from django.db.models.functions import Cast, Round

from tilisilta.domain.comparable_journals import (
    MOST_STEPS_BACK,
    EarlierJournal,
    PaidJournal,
    earlier_of,
)
from tilisilta.domain.payroll import days_of_period, last_day_of_run, months_of_period
from tilisilta.domain.standing import JOURNALS_NOT_SUMMED, SENT_JOURNALS, JournalState
from tilisilta.domain.variances import JournalSums
from tilisilta.models import Journal, JournalLine

_AT_ONCE = 1000
_A_YEAR = 12
_IN_FORCE = Q(is_deleted_at_source=False) & ~Q(
    # What was paid before the first link is a fair comparison, though it was not booked by it.
    state__in=JOURNALS_NOT_SUMMED - {JournalState.BEFORE_START}
)
_COLUMNS = (
    *("pk", "company_id", "period", "currency", "state", "revision", "debit_total"),
    *("run_year", "run_number", "run__run_type", "run__year", "run__period_end"),
    "company__nmbrs__period_type",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierMonths:
    """A journal's own sums, and the comparable journals of the last three months, latest first.

    Where pay is weekly or every four weeks, the last three pay periods. Months without a
    comparable journal are left out. The keys of the journals are their primary keys.
    """

    this: PaidJournal
    earlier: tuple[EarlierJournal, ...] = ()

    @property
    def last_month(self) -> EarlierJournal | None:
        """Return that of last month itself, if there is one."""
        return next((one for one in self.earlier if one.steps_back == 1), None)

    @property
    def latest(self) -> EarlierJournal | None:
        """Return the latest: that of last month, or of the last month that has one."""
        return self.earlier[0] if self.earlier else None


@dataclass(kw_only=True, slots=True)
class _Sums:
    own: dict[str, int] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)
    last_date: date | None = None


_Row = Mapping[str, Any]
_One = TypeVar("_One")


def earlier_months_of(journal: Journal) -> EarlierMonths | None:
    """Return the comparable journals of ``journal``; ``None`` for one without lines."""
    # One query: what a company that pays once a year needs, as it is not known yet how it pays.
    since = _months_before(journal.period, _A_YEAR * MOST_STEPS_BACK)
    beside = Q(company=journal.company_id, period__range=(since, journal.period))
    rows = _rows(Q(pk=journal.pk) | (_IN_FORCE & beside))
    wanted = [row for row in rows if row["pk"] == journal.pk]
    return dict(_compared(wanted, rows)).get(journal.pk)


def earlier_months(journal_ids: Collection[int]) -> Mapping[int, EarlierMonths]:
    """Return the comparable journals of each of ``journal_ids``; none for those without lines.

    Comparable is a journal of the same company, currency and kind of run that is in force: the
    newest revision of its run that is not withdrawn, discarded or deleted in Nmbrs, whether it is
    booked yet or not (``is_booked`` says so).
    """
    wanted = [row for some in _in_parts(sorted(set(journal_ids))) for row in _rows(Q(pk__in=some))]
    # Apart, as a company that pays once a year needs three years of journals.
    of_length: dict[int, list[_Row]] = {}
    for row in wanted:
        of_length.setdefault(_months_of(row), []).append(row)
    found: dict[int, EarlierMonths] = {}
    for rows in of_length.values():
        for some in _in_parts(rows):
            found.update(_compared(some, _beside(some)))
    return found


def _beside(wanted: Collection[_Row]) -> list[_Row]:
    companies = {row["company_id"] for row in wanted}
    months = _first_month(wanted), max(row["period"] for row in wanted)
    return _rows(_IN_FORCE & Q(company__in=companies, period__range=months))


def _first_month(wanted: Iterable[_Row]) -> date:
    """Return the first month that counts for any of ``wanted``."""
    return min(_months_before(row["period"], _months_of(row) * MOST_STEPS_BACK) for row in wanted)


def _compared(
    wanted: Collection[_Row], rows: Iterable[_Row]
) -> Iterator[tuple[int, EarlierMonths]]:
    """Yield each of ``wanted``, by its key, with those of ``rows`` that are comparable."""
    first = _first_month(wanted)
    others = _of_companies(_newest(row for row in rows if row["period"] >= first))
    sums = _sums_of(
        {row["pk"] for row in (*wanted, *(o for some in others.values() for o in some))}
    )
    for row in wanted:
        if row["pk"] not in sums:
            continue
        period_type = _period_type(row)
        beside = [
            _paid(other, sums[other["pk"]])
            for other in others.get(row["company_id"], ())
            if other["pk"] in sums and not _is_of_one_run(other, row)
        ]
        this = _paid(row, sums[row["pk"]])
        yield row["pk"], EarlierMonths(this=this, earlier=earlier_of(this, beside, period_type))


def _in_parts(all_of_them: Sequence[_One]) -> Iterator[Sequence[_One]]:
    for start in range(0, len(all_of_them), _AT_ONCE):
        yield all_of_them[start : start + _AT_ONCE]


def _rows(where: Q) -> list[_Row]:
    return list(Journal.objects.filter(where).order_by("pk").values(*_COLUMNS))


def _newest(rows: Iterable[_Row]) -> list[_Row]:
    """Return the newest revision of each run: an earlier one that is booked stays as it was."""
    newest: dict[tuple[int, int, str], _Row] = {}
    for row in rows:
        run = row["company_id"], row["run_year"], row["run_number"]
        if run not in newest or newest[run]["revision"] < row["revision"]:
            newest[run] = row
    return list(newest.values())


def _of_companies(rows: Iterable[_Row]) -> Mapping[int, list[_Row]]:
    by_company: dict[int, list[_Row]] = {}
    for row in rows:
        by_company.setdefault(row["company_id"], []).append(row)
    return by_company


def _sums_of(journal_ids: Collection[int]) -> Mapping[int, _Sums]:
    """Return what the lines of each journal sum up to, in cents; none for one without lines."""
    # Whole cents: SQLite sums decimals as binary fractions.
    cents = Cast(Round(F("amount") * 100), BigIntegerField())
    is_own = Case(When(booking_date__gte=F("journal__period"), then=True), default=False)
    found: dict[int, _Sums] = {}
    for some in _in_parts(sorted(journal_ids)):
        rows = (
            JournalLine.objects.filter(journal__in=some)
            .order_by()
            .values_list("journal_id", "ledger_account", is_own)
            .annotate(cents=Sum(cents), last_date=Max("booking_date"))
        )
        for journal_id, account, own, amount, last_date in rows:
            one = found.setdefault(journal_id, _Sums())
            sums = one.own if own else one.corrections
            code = account.strip()
            sums[code] = sums.get(code, 0) + amount
            one.last_date = max(one.last_date or last_date, last_date)
    return found


def _paid(row: _Row, sums: _Sums) -> PaidJournal:
    return PaidJournal(
        key=row["pk"],
        kind=(row["run__run_type"] or "").strip().casefold(),
        currency=row["currency"],
        month=row["period"],
        ends_on=_end_of(row, sums),
        number=row["run_number"],
        is_booked=row["state"] in SENT_JOURNALS,
        sums=JournalSums(
            accounts=_decimals(sums.own),
            corrections=_decimals(sums.corrections),
            debit=row["debit_total"],
        ),
    )


def _decimals(cents: Mapping[str, int]) -> Mapping[str, Decimal]:
    return {account: Decimal(amount).scaleb(-2) for account, amount in sorted(cents.items())}


def _end_of(row: _Row, sums: _Sums) -> date:
    period_type = _period_type(row)
    month: date = row["period"]
    if days_of_period(period_type) is None:
        return month
    if row["run__year"] is not None:
        return last_day_of_run(period_type, row["run__year"], row["run__period_end"])
    return sums.last_date or month


def _months_of(row: _Row) -> int:
    return months_of_period(_period_type(row))


def _period_type(row: _Row) -> str:
    return row["company__nmbrs__period_type"] or ""


def _is_of_one_run(one: _Row, other: _Row) -> bool:
    return (one["run_year"], one["run_number"]) == (other["run_year"], other["run_number"])


def _months_before(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
