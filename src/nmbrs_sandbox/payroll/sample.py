"""The invented payroll bureau of the stand-in, and a builder for worlds of other sizes.

Names, numbers, the user and the token are all made up.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files

from nmbrs_sandbox.payroll.journal_xml import read_journal
from nmbrs_sandbox.payroll.payrolls import (
    SWEDISH,
    Correction,
    WagePayroll,
    first_run_id,
    monthly_runs,
    small_payroll,
    wage,
)
from nmbrs_sandbox.payroll.world import (
    Access,
    ClientLogin,
    Company,
    CostItem,
    Debtor,
    Journal,
    JournalLine,
    World,
    last_day,
)

USERNAME = "palkat@example.invalid"
TOKEN = "sandbox-nmbrs-token"  # noqa: S105  # invented
DOMAIN = "koivulammi"
ACCESS = Access(username=USERNAME, token=TOKEN, domain=DOMAIN)
YEAR = 2026
FIRST_DEBTOR_ID = 7101
FIRST_COMPANY_ID = 48101
_FIRST_DEBTOR_NUMBER = 101
_FIRST_COMPANY_NUMBER = 1001
_JUNE = 6

# Three client logins at once, one, and two.
LOGIN_OF_ALL = USERNAME
LOGIN_OF_ONE = "saaristo@example.invalid"
LOGIN_OF_TWO = "konserni@example.invalid"
_PEOPLE = {
    LOGIN_OF_ALL: ("Marja Koivula", (101, 102, 103)),
    LOGIN_OF_ONE: ("Sari Luoto", (102,)),
    LOGIN_OF_TWO: ("Kalle Pajula", (101, 103)),
}

_COST_CENTERS = {
    "100": "Hallinto",
    "210": "Tuotanto",
    "220": "Huolto",
    "310": "Myynti",
    "410": "Kuljetus",
    "420": "Siivous",
    "430": "Hoiva",
    "440": "Ravintola",
    "450": "Varikko",
    "510": "Rakentaminen",
    "520": "Kiinteistöt",
}
_COST_UNITS = {
    "P-108": "Nosturi",
    "P-114": "Telakka",
    "P-140": "Uusi halli",
    "P-099": "Päättynyt urakka",
}


@dataclass(frozen=True, kw_only=True)
class JuneWithCorrections:
    """The June run of Koivulammi Konepaja Oy, which corrects January to May."""

    def lines(self) -> tuple[JournalLine, ...]:
        return read_journal(files(__package__).joinpath("june-with-corrections.xml").read_bytes())


@dataclass(frozen=True, kw_only=True)
class EvenJournal:
    """A journal of ``count`` rows: pay of many accounts and cost centers, and one debt for it."""

    year: int
    month: int
    count: int

    def lines(self) -> tuple[JournalLine, ...]:
        """Return the rows, which balance."""
        day = last_day(self.year, self.month)
        pay = [
            JournalLine(
                booking_date=day,
                ledger_account=str(5000 + n % 40),
                description=f"Palkat {n + 1}",
                amount=Decimal(100 * self.month + n).quantize(Decimal("0.01")),
                cost_center=("100", "210", "220")[n % 3],
            )
            for n in range(self.count - 1)
        ]
        debt = -sum((one.amount for one in pay), Decimal("0.00"))
        owed = JournalLine(
            booking_date=day, ledger_account="2961", description="Maksettavat", amount=debt
        )
        return (*pay, owed)


@dataclass(frozen=True, kw_only=True)
class EvenPayroll:
    """A payroll whose journals have ``lines`` rows each."""

    lines: int

    def journal(self, year: int, month: int) -> EvenJournal:
        return EvenJournal(year=year, month=month, count=self.lines)


def sample_world() -> World:
    """Return the bureau of the demonstration: three debtors, ten companies.

    Every company has its runs of January to June 2026. June is not locked yet. June of 1001
    corrects January to May, June of 1005 corrects March.
    """
    return World(
        access=ACCESS,
        debtors=_DEBTORS,
        companies=tuple(_sample_companies()),
        logins=tuple(_sample_logins()),
    )


def world_of(companies: int = 1, runs: int = 12, lines: int = 10) -> World:
    """Return a world of that many equal companies, numbered from 1001, for tests and benchmarks.

    Every debtor has five of them. Runs are monthly from January 2026, each with a journal of
    ``lines`` rows.
    """
    debtors = tuple(
        Debtor(
            debtor_id=FIRST_DEBTOR_ID + n,
            number=str(_FIRST_DEBTOR_NUMBER + n),
            name=f"Konserni {n + 1}",
        )
        for n in range((companies + 4) // 5)
    )
    made = tuple(_like_company(n, EvenPayroll(lines=lines), runs=runs) for n in range(companies))
    name = _PEOPLE[LOGIN_OF_ALL][0]
    logins = tuple(
        ClientLogin(email=LOGIN_OF_ALL, name=name, debtor_id=one.debtor_id) for one in debtors
    )
    return World(access=ACCESS, debtors=debtors, companies=made, logins=logins)


_KONEPAJA = WagePayroll(
    seed=1001,
    wages=(
        wage("5010", "Kuukausipalkat", "210", "21480.00"),
        wage("5010", "Kuukausipalkat", "220", "12940.50"),
        wage("5010", "Kuukausipalkat", "100", "9875.00"),
        wage("5030", "Ylityöt", "210", "1620.00", "P-108", varies=True),
        wage("5030", "Iltalisät", "220", "880.00", "P-114", varies=True),
        wage("5110", "Lomapalkat", "210", "1450.00", varies=True),
    ),
)
_CLEANING = small_payroll(1003, "420", "9840.00")
_SIIVOUS = replace(
    _CLEANING,
    wages=(
        *_CLEANING.wages,
        wage("5035", "Sunnuntaikorvaukset", "420", "712.40", varies=True),
        wage("5035", "Iltalisät", "420", "388.20", varies=True),
    ),
)
_KULJETUS = small_payroll(1005, "410", "18650.00")
_BYGG = small_payroll(
    1006,
    "510",
    "212400.00",
    words=SWEDISH,
    descriptions=("Månadslöner", "Timlöner", "Semesterlöner"),
)
_MARCH = Correction(year=YEAR, month=3, wages=(wage("5030", "Yölisät maaliskuu", "410", "246.80"),))

_DEBTORS = tuple(
    Debtor(debtor_id=FIRST_DEBTOR_ID + n, number=str(_FIRST_DEBTOR_NUMBER + n), name=name)
    for n, name in enumerate(("Koivulammi-yhtiöt", "Saaristopalvelut", "Pajulahti-konserni"))
)
# Debtor number, name, payroll, cost centers.
_SKETCHES: tuple[tuple[int, str, WagePayroll, tuple[str, ...]], ...] = (
    (101, "Koivulammi Konepaja Oy", _KONEPAJA, ("100", "210", "220", "310", "450")),
    (101, "Koivulammi Huolto Oy", small_payroll(1002, "220", "14260.00"), ("100", "220")),
    (102, "Saaristo Siivous Oy", _SIIVOUS, ("100", "420")),
    (102, "Saaristo Hoiva Oy", small_payroll(1004, "430", "31200.00"), ("100", "430")),
    (102, "Saaristo Kuljetus Oy", _KULJETUS, ("100", "410")),
    (102, "Skärgårdens Bygg AB", _BYGG, ("100", "510")),
    (101, "Koivulammi Testi Oy", small_payroll(1007, "210", "5000.00"), ("100", "210")),
    (103, "Pajulahti Sahat Oy", small_payroll(1008, "210", "26800.00"), ("100", "210")),
    (101, "Koivulammi Kiinteistöt Oy", small_payroll(1009, "520", "7350.00"), ("100", "520")),
    (102, "Saaristo Ravinto Oy", small_payroll(1010, "440", "11420.00"), ("100", "440")),
)


def _sample_logins() -> Iterable[ClientLogin]:
    for email, (name, numbers) in _PEOPLE.items():
        for number in numbers:
            debtor_id = FIRST_DEBTOR_ID + number - _FIRST_DEBTOR_NUMBER
            yield ClientLogin(email=email, name=name, debtor_id=debtor_id)


def _sample_companies() -> Iterable[Company]:
    for n, (debtor, name, payroll, centers) in enumerate(_SKETCHES):
        number = _FIRST_COMPANY_NUMBER + n
        company_id = FIRST_COMPANY_ID + n
        in_swedish = payroll.words is SWEDISH
        runs = monthly_runs(
            payroll, _JUNE, first_id=first_run_id(company_id), in_swedish=in_swedish, year=YEAR
        )
        yield Company(
            company_id=company_id,
            number=number,
            name=name,
            debtor_id=FIRST_DEBTOR_ID + debtor - _FIRST_DEBTOR_NUMBER,
            payroll=payroll,
            runs=(*runs[:-1], replace(runs[-1], journal=_june(number, payroll))),
            cost_centers=_cost_items(company_id, 51, centers, _COST_CENTERS),
            cost_units=_cost_items(company_id, 81, tuple(_COST_UNITS), _COST_UNITS)
            if payroll is _KONEPAJA
            else (),
            in_swedish=in_swedish,
        )


def _like_company(n: int, payroll: EvenPayroll, *, runs: int) -> Company:
    company_id = FIRST_COMPANY_ID + n
    return Company(
        company_id=company_id,
        number=_FIRST_COMPANY_NUMBER + n,
        name=f"Yritys {n + 1} Oy",
        debtor_id=FIRST_DEBTOR_ID + n // 5,
        payroll=payroll,
        runs=monthly_runs(payroll, runs, first_id=first_run_id(company_id), year=YEAR),
        cost_centers=_cost_items(company_id, 51, ("100", "210", "220"), _COST_CENTERS),
    )


def _june(number: int, payroll: WagePayroll) -> Journal:
    if payroll is _KONEPAJA:
        return JuneWithCorrections()
    corrections = (_MARCH,) if payroll is _KULJETUS else ()
    return payroll.journal(YEAR, _JUNE, corrections=corrections)


def _cost_items(
    company_id: int, first: int, codes: tuple[str, ...], names: dict[str, str]
) -> tuple[CostItem, ...]:
    return tuple(
        CostItem(item_id=company_id * 100 + first + n, code=code, description=names[code])
        for n, code in enumerate(codes)
    )
