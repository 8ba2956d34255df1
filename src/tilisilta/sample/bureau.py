"""The invented bureau itself: its debtors, companies, accounts, links and journals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tilisilta.domain.journals import BookingPeriod
from tilisilta.sample.files import SampleFile, as_csv, as_xml, june_with_corrections
from tilisilta.sample.payrolls import FINNISH, SWEDISH, Correction, Payroll, Wage, Words

YEAR = 2026
JUNE = 6
COST_CENTERS = {"uses_cost_centers": True, "cost_center_dimension": "Kustannuspaikka"}


@dataclass(frozen=True, kw_only=True)
class SampleCompany:
    """A company, how far it is set up, and what it pays.

    ``account`` names its Procountor account, authorised by API key; ``link`` holds the choices of
    its link, and ``None`` leaves it unlinked. Of ``months`` there are journals, of ``sent`` they
    were sent already.
    """

    number: int
    name: str
    debtor: int
    payroll: Payroll
    account: str = ""
    link: Mapping[str, Any] | None = None
    months: tuple[int, ...] = (JUNE,)
    sent: tuple[int, ...] = ()
    corrections: tuple[Correction, ...] = ()
    is_test: bool = False
    is_csv: bool = False

    @property
    def api_key(self) -> str:
        """The stand-in Procountor's key for the company's administration."""
        return f"SANDBOX-KEY-{self.number}"


@dataclass(frozen=True, kw_only=True)
class SampleDebtor:
    """A debtor of the bureau."""

    number: int
    name: str
    is_blocked: bool = False
    companies: tuple[SampleCompany, ...] = field(default=())


def sample_files(company: SampleCompany) -> tuple[SampleFile, ...]:
    """The journal files of a company that are imported, oldest first."""
    return tuple(_file(company, month) for month in company.months)


def july_file() -> SampleFile:
    """A journal nobody has imported yet: July of the first company, to try the import with."""
    lines = KONEPAJA.payroll.lines(BookingPeriod(year=YEAR, month=JUNE + 1))
    return SampleFile(
        company_number=KONEPAJA.number,
        name="koivulammi-konepaja-2026-07.csv",
        content=as_csv(lines),
    )


def _file(company: SampleCompany, month: int) -> SampleFile:
    name = f"{company.number}-{YEAR}-{month:02}"
    if company is KONEPAJA and month == JUNE:
        return SampleFile(
            company_number=company.number, name=f"{name}.xml", content=june_with_corrections()
        )
    period = BookingPeriod(year=YEAR, month=month)
    lines = company.payroll.lines(period, corrections=company.corrections if month == JUNE else ())
    says = f"The {period} run of {company.name} (company {company.number})."
    return SampleFile(
        company_number=company.number,
        name=f"{name}.csv" if company.is_csv else f"{name}.xml",
        content=as_csv(lines) if company.is_csv else as_xml(lines, says=says),
    )


def _wage(
    account: str,
    description: str,
    cost_center: str,
    euros: str,
    cost_unit: str = "",
    *,
    varies: bool = False,
) -> Wage:
    return Wage(
        account=account,
        description=description,
        cost_center=cost_center,
        euros=Decimal(euros),
        cost_unit=cost_unit,
        varies=varies,
    )


def _small_payroll(
    seed: int,
    center: str,
    euros: str,
    *,
    words: Words = FINNISH,
    monthly: str = "Kuukausipalkat",
    hourly: str = "Tuntipalkat",
    holidays: str = "Lomapalkat",
) -> Payroll:
    """A payroll of two cost centers: the office, and ``center`` where the work is done."""
    base = Decimal(euros)
    return Payroll(
        seed=seed,
        words=words,
        wages=(
            _wage("5010", monthly, "100", f"{base / 4:.2f}"),
            _wage("5010", monthly, center, f"{base:.2f}"),
            _wage("5020", hourly, center, f"{base * 3 / 5:.2f}", varies=True),
            _wage("5110", holidays, center, f"{base / 20:.2f}", varies=True),
        ),
    )


def _more(payroll: Payroll, *wages: Wage) -> Payroll:
    return Payroll(seed=payroll.seed, words=payroll.words, wages=(*payroll.wages, *wages))


KONEPAJA = SampleCompany(
    number=1001,
    name="Koivulammi Konepaja Oy",
    debtor=101,
    months=(1, 2, 3, 4, 5, JUNE),
    payroll=Payroll(
        seed=1001,
        wages=(
            _wage("5010", "Kuukausipalkat", "210", "21480.00"),
            _wage("5010", "Kuukausipalkat", "220", "12940.50"),
            _wage("5010", "Kuukausipalkat", "100", "9875.00"),
            _wage("5030", "Ylityöt", "210", "1620.00", "P-108", varies=True),
            _wage("5030", "Iltalisät", "220", "880.00", "P-114", varies=True),
            _wage("5110", "Lomapalkat", "210", "1450.00", varies=True),
        ),
    ),
)
HUOLTO = SampleCompany(
    number=1002,
    name="Koivulammi Huolto Oy",
    debtor=101,
    account="Koivulammi Huolto",
    link=COST_CENTERS,
    months=(4, 5, JUNE),
    sent=(4, 5),
    payroll=_small_payroll(1002, "220", "14260.00"),
)
SIIVOUS = SampleCompany(
    number=1003,
    name="Saaristo Siivous Oy",
    debtor=102,
    account="Saaristo Siivous",
    link=COST_CENTERS,
    # The chart in Procountor has 5030 for this, and no 5035.
    payroll=_more(
        _small_payroll(1003, "420", "9840.00"),
        _wage("5035", "Sunnuntaikorvaukset", "420", "712.40", varies=True),
        _wage("5035", "Iltalisät", "420", "388.20", varies=True),
    ),
)
HOIVA = SampleCompany(
    number=1004,
    name="Saaristo Hoiva Oy",
    debtor=102,
    account="Saaristo Hoiva",
    # In Procountor the dimension has been renamed Kustannuspaikka since.
    link={"uses_cost_centers": True, "cost_center_dimension": "Osasto"},
    payroll=_small_payroll(1004, "430", "31200.00"),
)
KULJETUS = SampleCompany(
    number=1005,
    name="Saaristo Kuljetus Oy",
    debtor=102,
    account="Saaristo Kuljetus",
    link=COST_CENTERS,
    payroll=_small_payroll(1005, "410", "18650.00"),
    # January to March are closed in Procountor.
    corrections=(
        Correction(
            period=BookingPeriod(year=YEAR, month=3),
            wages=(_wage("5030", "Yölisät maaliskuu", "410", "246.80"),),
        ),
    ),
)
BYGG = SampleCompany(
    number=1006,
    name="Skärgårdens Bygg AB",
    debtor=102,
    account="Skärgårdens Bygg",
    link=COST_CENTERS,
    payroll=_small_payroll(
        1006,
        "510",
        "212400.00",
        words=SWEDISH,
        monthly="Månadslöner",
        hourly="Timlöner",
        holidays="Semesterlöner",
    ),
)
TESTI = SampleCompany(
    number=1007,
    name="Koivulammi Testi Oy",
    debtor=101,
    account="Koivulammi Testi",
    link=COST_CENTERS,
    is_test=True,
    payroll=_small_payroll(1007, "210", "5000.00"),
)
SAHAT = SampleCompany(
    number=1008,
    name="Pajulahti Sahat Oy",
    debtor=103,
    account="Pajulahti Sahat",
    link=COST_CENTERS,
    payroll=_small_payroll(1008, "210", "26800.00"),
)
KIINTEISTOT = SampleCompany(
    number=1009,
    name="Koivulammi Kiinteistöt Oy",
    debtor=101,
    account="Koivulammi Kiinteistöt",
    link=COST_CENTERS,
    is_csv=True,
    payroll=_small_payroll(1009, "520", "7350.00"),
)
RAVINTO = SampleCompany(
    number=1010,
    name="Saaristo Ravinto Oy",
    debtor=102,
    account="Saaristo Ravinto",
    payroll=_small_payroll(1010, "440", "11420.00"),
)

DEBTORS = (
    SampleDebtor(
        number=101,
        name="Koivulammi-yhtiöt",
        companies=(KONEPAJA, HUOLTO, TESTI, KIINTEISTOT),
    ),
    SampleDebtor(
        number=102,
        name="Saaristopalvelut",
        companies=(SIIVOUS, HOIVA, KULJETUS, BYGG, RAVINTO),
    ),
    SampleDebtor(number=103, name="Pajulahti-konserni", is_blocked=True, companies=(SAHAT,)),
)
