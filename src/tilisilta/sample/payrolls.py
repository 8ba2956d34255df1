"""Journals of invented payrolls: the same every time, realistic, and balanced to 0.00."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tilisilta.domain.journals import BookingPeriod, JournalLine

_CENT = Decimal("0.01")


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
    """What a journal calls the contributions and debts, in the language of the company."""

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
class Payroll:
    """What a company pays each month. ``seed`` makes its varying months differ from others'."""

    seed: int
    wages: tuple[Wage, ...]
    words: Words = FINNISH

    def lines(
        self, period: BookingPeriod, *, corrections: Sequence["Correction"] = ()
    ) -> tuple[JournalLine, ...]:
        """The journal of the run of ``period``, with ``corrections`` of earlier ones after it."""
        parts = [self._part(self._wages_of(period), period)]
        parts += [self._part(correction.wages, correction.period) for correction in corrections]
        lines = (line for part in parts for line in part)
        return tuple(
            replace(line, position=position) for position, line in enumerate(lines, start=1)
        )

    def _wages_of(self, period: BookingPeriod) -> tuple[Wage, ...]:
        return tuple(
            replace(wage, euros=_varied(wage.euros, self.seed + period.month * 37 + index * 11))
            if wage.varies
            else wage
            for index, wage in enumerate(self.wages)
        )

    def _part(self, wages: Sequence[Wage], period: BookingPeriod) -> list[JournalLine]:
        """The lines of one period: pay, the employer's shares of it, and the debts for both."""
        gross = sum((wage.euros for wage in wages), Decimal(0))
        centers = dict.fromkeys(wage.cost_center for wage in wages)
        pensions = {
            center: _share("17.38", (wage.euros for wage in wages if wage.cost_center == center))
            for center in centers
        }
        health, unemployment = _share("1.91", [gross]), _share("0.31", [gross])
        withheld = {
            "2921": (self.words.tax, _share("24.60", [gross])),
            "2931": (
                self.words.pension,
                sum(pensions.values(), Decimal(0)) + _share("7.30", [gross]),
            ),
            "2922": (self.words.health, health),
            "2932": (self.words.unemployment, unemployment + _share("0.89", [gross])),
        }
        costs = gross + sum(pensions.values(), Decimal(0)) + health + unemployment
        net = costs - sum((euros for _, euros in withheld.values()), Decimal(0))
        day = period.last_day
        return [
            *(_line(wage, day) for wage in wages),
            *(_cost("6110", self.words.pension, euros, day, at) for at, euros in pensions.items()),
            _cost("6130", self.words.health, health, day),
            _cost("6150", self.words.unemployment, unemployment, day),
            *(_cost(code, text, -euros, day) for code, (text, euros) in withheld.items()),
            _cost("2961", self.words.net_pay, -net, day),
        ]


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Pay that belongs to an earlier period than the run it is paid in."""

    period: BookingPeriod
    wages: tuple[Wage, ...]


def _line(wage: Wage, day: date) -> JournalLine:
    return JournalLine(
        position=0,
        ledger_account=wage.account,
        description=wage.description,
        amount=wage.euros,
        cost_center=wage.cost_center,
        cost_unit=wage.cost_unit,
        booking_date=day,
    )


def _cost(code: str, text: str, euros: Decimal, day: date, cost_center: str = "") -> JournalLine:
    return JournalLine(
        position=0,
        ledger_account=code,
        description=text,
        amount=euros,
        cost_center=cost_center,
        booking_date=day,
    )


def _share(percent: str, amounts: Iterator[Decimal] | Sequence[Decimal]) -> Decimal:
    return _cents(sum(amounts, Decimal(0)) * Decimal(percent) / 100)


def _varied(euros: Decimal, seed: int) -> Decimal:
    """``euros`` up to a fifth more or less, as ``seed`` says."""
    thousandths = seed * 7919 % 401 - 200
    return _cents(euros + euros * thousandths / 1000)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
