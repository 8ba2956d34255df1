"""Invented payrolls and their monthly runs: journals that are realistic and balance to 0.00."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from nmbrs_sandbox.payroll.world import (
    JournalLine,
    Payroll,
    Run,
    last_day,
    month_name,
)

_CENT = Decimal("0.01")
_ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Wage:
    """One kind of pay of one cost center. Pay that ``varies`` differs from month to month."""

    account: str
    description: str
    cost_center: str
    euros: Decimal
    cost_unit: str = ""
    varies: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a journal calls contributions and debts, in the language of the company."""

    pension: str
    health: str
    unemployment: str
    tax: str
    net_pay: str


FINNISH = Words(
    pension="TyEL",
    health="Sava",
    unemployment="TVR",
    tax="Ennakonpidätys",
    net_pay="Maksettavat palkat",
)
SWEDISH = Words(
    pension="Tjänstepension",
    health="Arbetsgivaravgifter",
    unemployment="Omställningsavgift",
    tax="Avdragen skatt",
    net_pay="Nettolöner",
)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Pay that belongs to an earlier month than the run it is paid in."""

    year: int
    month: int
    wages: tuple[Wage, ...]


@dataclass(frozen=True, kw_only=True)
class WagePayroll:
    """What a company pays each month. ``seed`` makes its varying months differ from others'."""

    seed: int
    wages: tuple[Wage, ...]
    words: Words = FINNISH

    def journal(
        self, year: int, month: int, *, corrections: tuple[Correction, ...] = ()
    ) -> "WageJournal":
        """Return the journal of a month's run, which may correct earlier months too."""
        return WageJournal(payroll=self, year=year, month=month, corrections=corrections)

    def wages_of(self, month: int) -> tuple[Wage, ...]:
        """Return what is paid in a month."""
        return tuple(
            replace(one, euros=_varied(one.euros, self.seed + month * 37 + index * 11))
            if one.varies
            else one
            for index, one in enumerate(self.wages)
        )


@dataclass(frozen=True, kw_only=True)
class WageJournal:
    """The journal of one run of a payroll, worked out when it is asked for."""

    payroll: WagePayroll
    year: int
    month: int
    corrections: tuple[Correction, ...] = ()

    def lines(self) -> tuple[JournalLine, ...]:
        """Return the month's own rows, then those of each correction."""
        words = self.payroll.words
        own = _part(self.payroll.wages_of(self.month), last_day(self.year, self.month), words)
        corrected = (
            line
            for one in self.corrections
            for line in _part(one.wages, last_day(one.year, one.month), words)
        )
        return (*own, *corrected)


def small_payroll(
    seed: int,
    center: str,
    euros: str,
    *,
    words: Words = FINNISH,
    descriptions: tuple[str, str, str] = ("Kuukausipalkat", "Tuntipalkat", "Lomapalkat"),
) -> WagePayroll:
    """Return a payroll of two cost centers: the office, and ``center`` where the work is done."""
    base = Decimal(euros)
    monthly, hourly, holidays = descriptions
    return WagePayroll(
        seed=seed,
        words=words,
        wages=(
            wage("5010", monthly, "100", f"{base / 4:.2f}"),
            wage("5010", monthly, center, f"{base:.2f}"),
            wage("5020", hourly, center, f"{base * 3 / 5:.2f}", varies=True),
            wage("5110", holidays, center, f"{base / 20:.2f}", varies=True),
        ),
    )


def wage(
    account: str,
    description: str,
    cost_center: str,
    euros: str,
    cost_unit: str = "",
    *,
    varies: bool = False,
) -> Wage:
    """Return one kind of pay, its amount written out."""
    return Wage(
        account=account,
        description=description,
        cost_center=cost_center,
        euros=Decimal(euros),
        cost_unit=cost_unit,
        varies=varies,
    )


def monthly_runs(
    payroll: Payroll, count: int, *, first_id: int, in_swedish: bool = False, year: int
) -> tuple[Run, ...]:
    """Return the runs of so many months from January on. Only the last one is not locked."""
    return tuple(
        _month_run(
            payroll,
            year + number // 12,
            number % 12 + 1,
            run_id=first_id + number,
            in_swedish=in_swedish,
            is_locked=number + 1 < count,
        )
        for number in range(count)
    )


def first_run_id(company_id: int) -> int:
    """Return the id of a company's first run: no other company's runs come near it."""
    return company_id * 1000 + 1


def _month_run(
    payroll: Payroll, year: int, month: int, *, run_id: int, in_swedish: bool, is_locked: bool
) -> Run:
    return Run(
        run_id=run_id,
        number=month,
        year=year,
        period_start=month,
        period_end=month,
        description=month_name(year, month, in_swedish=in_swedish),
        run_at=datetime(year, month, 25, 10, 0),  # noqa: DTZ001  # the service writes no zone
        is_locked=is_locked,
        journal=payroll.journal(year, month),
    )


def _part(wages: Sequence[Wage], day: date, words: Words) -> list[JournalLine]:
    """Return the rows of one month: pay, the employer's shares of it, and the debts for both."""
    gross = sum((wage.euros for wage in wages), _ZERO)
    pensions = {
        center: _share("17.38", (one.euros for one in wages if one.cost_center == center))
        for center in dict.fromkeys(wage.cost_center for wage in wages)
    }
    employer = sum(pensions.values(), _ZERO)
    health, unemployment = _share("1.91", [gross]), _share("0.31", [gross])
    debts = (
        ("2921", words.tax, _share("24.60", [gross])),
        ("2931", words.pension, employer + _share("7.30", [gross])),
        ("2922", words.health, health),
        ("2932", words.unemployment, unemployment + _share("0.89", [gross])),
    )
    owed = sum((euros for _, _, euros in debts), _ZERO)
    net_pay = gross + employer + health + unemployment - owed
    return [
        *(_pay(wage, day) for wage in wages),
        *(_row("6110", words.pension, euros, day, at) for at, euros in pensions.items()),
        _row("6130", words.health, health, day),
        _row("6150", words.unemployment, unemployment, day),
        *(_row(account, text, -euros, day) for account, text, euros in debts),
        _row("2961", words.net_pay, -net_pay, day),
    ]


def _pay(wage: Wage, day: date) -> JournalLine:
    return JournalLine(
        booking_date=day,
        ledger_account=wage.account,
        description=wage.description,
        amount=wage.euros,
        cost_center=wage.cost_center,
        cost_unit=wage.cost_unit,
    )


def _row(account: str, text: str, euros: Decimal, day: date, cost_center: str = "") -> JournalLine:
    return JournalLine(
        booking_date=day,
        ledger_account=account,
        description=text,
        amount=euros,
        cost_center=cost_center,
    )


def _share(percent: str, amounts: Iterable[Decimal]) -> Decimal:
    return _cents(sum(amounts, _ZERO) * Decimal(percent) / 100)


def _varied(euros: Decimal, seed: int) -> Decimal:
    """Return up to a fifth more or less, as ``seed`` says."""
    thousandths = seed * 7919 % 401 - 200
    return _cents(euros + euros * thousandths / 1000)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
