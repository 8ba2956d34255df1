"""The invented companies and people of the stand-in, and a builder for worlds of other sizes.

Names, business ids, keys and passwords are all made up.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from procountor_sandbox.chart import payroll_chart
from procountor_sandbox.world import (
    NO_VAT_HANDLING,
    Access,
    ApiClient,
    ApiKey,
    Company,
    Dimension,
    DimensionItem,
    FiscalYear,
    Person,
    VatStatus,
    World,
    monthly_periods,
)

API_CLIENT = ApiClient(client_id="tilisilta-demo", client_secret="sandbox-secret")  # noqa: S106  # invented
PASSWORD = "sandbox"  # noqa: S105  # invented, and shown on the login page
_API_USERNAME = "api-robotti"
_FIRST_COMPANY_ID = 50101
_FIRST_KEY_NUMBER = 1001

_COST_CENTRES = (
    ("100", "Hallinto"),
    ("110", "Taloushallinto"),
    ("210", "Tuotanto"),
    ("220", "Huolto"),
    ("230", "Varasto"),
    ("310", "Myynti"),
    ("320", "Asiakaspalvelu"),
    ("410", "Kuljetus"),
    ("420", "Siivous"),
    ("430", "Hoiva"),
    ("440", "Ravintola"),
    ("510", "Rakentaminen"),
    ("520", "Kiinteistöt"),
)
_PROJECTS = (
    ("P-101", "Yleiset työt"),
    ("P-108", "Nosturi"),
    ("P-114", "Telakka"),
    ("P-120", "Halli 2"),
    ("P-131", "Kevätkunnostus"),
)
_PASSIVE_PROJECT = ("P-099", "Päättynyt urakka")


@dataclass(frozen=True, kw_only=True)
class _Sketch:
    company_id: int
    name: str
    city: str
    is_swedish: bool = False


_SAMPLE = tuple(
    _Sketch(company_id=_FIRST_COMPANY_ID + index, name=name, city=city, is_swedish=is_swedish)
    for index, (name, city, is_swedish) in enumerate(
        (
            ("Koivulammi Konepaja Oy", "Koivulampi", False),
            ("Koivulammi Huolto Oy", "Koivulampi", False),
            ("Saaristo Siivous Oy", "Saaristokylä", False),
            ("Saaristo Hoiva Oy", "Saaristokylä", False),
            ("Saaristo Kuljetus Oy", "Saaristokylä", False),
            ("Skärgårdens Bygg AB", "Skärgårdsby", True),
            ("Koivulammi Testi Oy", "Koivulampi", False),
            ("Pajulahti Sahat Oy", "Pajulahdenkylä", False),
            ("Koivulammi Kiinteistöt Oy", "Koivulampi", False),
            ("Saaristo Ravinto Oy", "Saaristokylä", False),
        )
    )
)


def sample_world() -> World:
    """Return the ten invented companies the demonstration works with.

    50105 has closed January to March 2026; 50106 keeps its books in Swedish crowns. ``aino`` may
    act in every company, ``matti`` in the first three, ``lukija`` may only read in the first one.
    """
    companies = tuple(_company(sketch) for sketch in _SAMPLE)
    closed = tuple(
        replace(company, fiscal_years=fiscal_years(closed_months=(1, 2, 3)))
        if company.company_id == 50105
        else company
        for company in companies
    )
    return _world(closed, people=_sample_people(closed))


def world_of(companies: int = 1) -> World:
    """Return a world of that many equal companies, numbered from 50101, for tests and benchmarks.

    ``aino`` and one API key for each company (``SANDBOX-KEY-1001`` and on) may do everything.
    """
    made = tuple(
        _company(
            _Sketch(company_id=_FIRST_COMPANY_ID + n, name=f"Yritys {n + 1} Oy", city="Koivulampi")
        )
        for n in range(companies)
    )
    return _world(made, people=(_aino(made),))


def fiscal_years(*, closed_months: tuple[int, ...] = ()) -> tuple[FiscalYear, ...]:
    """Return 2025 closed, 2026 and 2027 open, in months; ``closed_months`` of 2026 are closed."""
    return (
        _fiscal_year(2027, is_open=True),
        _fiscal_year(2026, is_open=True, closed_months=closed_months),
        _fiscal_year(2025, is_open=False, closed_months=tuple(range(1, 13))),
    )


def cost_centres(name: str = "Kustannuspaikka") -> Dimension:
    return Dimension(dimension_id=3101, name=name, items=_items(71001, _COST_CENTRES))


def projects(name: str = "Projekti") -> Dimension:
    """Return a dimension of projects. Its last item is passive."""
    ended = DimensionItem(
        item_id=72099,
        code_name=_PASSIVE_PROJECT[0],
        description=_PASSIVE_PROJECT[1],
        is_active=False,
    )
    return Dimension(dimension_id=3102, name=name, items=(*_items(72001, _PROJECTS), ended))


def _items(first_id: int, pairs: tuple[tuple[str, str], ...]) -> tuple[DimensionItem, ...]:
    return tuple(
        DimensionItem(item_id=first_id + n, code_name=code, description=description)
        for n, (code, description) in enumerate(pairs)
    )


def _company(sketch: _Sketch) -> Company:
    swedish = sketch.is_swedish
    return Company(
        company_id=sketch.company_id,
        name=sketch.name,
        business_id=_swedish_id(sketch.company_id) if swedish else _finnish_id(sketch.company_id),
        business_id_type="SE" if swedish else "FI",
        country="SWEDEN" if swedish else "FINLAND",
        currency="SEK" if swedish else "EUR",
        city=sketch.city,
        accounts=payroll_chart(in_swedish=swedish),
        dimensions=(cost_centres(), projects()),
        fiscal_years=fiscal_years(),
        vat_statuses=_VAT_STATUSES,
        vat_percents=_percents("25", "12", "6") if swedish else _percents("25.5", "13.5", "10"),
    )


def _percents(*texts: str) -> tuple[Decimal, ...]:
    return (Decimal(0), *(Decimal(text) for text in texts))


_VAT_STATUSES = (
    VatStatus(number=1, description="Domestic"),
    VatStatus(number=3, description="Outside the EU", purchase=False),
    VatStatus(number=5, description="EU community sales, goods", purchase=False),
    VatStatus(number=NO_VAT_HANDLING, description="No VAT handling"),
)


def _fiscal_year(year: int, *, is_open: bool, closed_months: tuple[int, ...] = ()) -> FiscalYear:
    return FiscalYear(
        year_id=year - 2000,
        start_date=date(year, 1, 1),
        end_date=date(year, 12, 31),
        is_open=is_open,
        tracking_periods=monthly_periods(
            year, first_id=(year - 2000) * 100 + 1, closed=closed_months
        ),
    )


def _world(companies: tuple[Company, ...], *, people: tuple[Person, ...]) -> World:
    ids = tuple(company.company_id for company in companies)
    robot = Person(user_id=901, username=_API_USERNAME, password=None, company_ids=ids)
    keys = tuple(
        ApiKey(
            key=f"SANDBOX-KEY-{_FIRST_KEY_NUMBER + company_id - _FIRST_COMPANY_ID}",
            company_id=company_id,
            username=_API_USERNAME,
            client_id=API_CLIENT.client_id,
        )
        for company_id in ids
    )
    return World(
        companies=companies, people=(*people, robot), api_keys=keys, api_clients=(API_CLIENT,)
    )


def _aino(companies: tuple[Company, ...]) -> Person:
    ids = tuple(company.company_id for company in companies)
    return Person(user_id=101, username="aino", password=PASSWORD, company_ids=ids)


def _sample_people(companies: tuple[Company, ...]) -> tuple[Person, ...]:
    return (
        _aino(companies),
        Person(
            user_id=102,
            username="matti",
            password=PASSWORD,
            company_ids=(50101, 50102, 50103),
        ),
        Person(
            user_id=103,
            username="lukija",
            password=PASSWORD,
            company_ids=(50101,),
            access=Access.VIEWING,
        ),
    )


def _finnish_id(company_id: int) -> str:
    # The check digit is right, so that programs which check it accept the id. Numbers this high
    # are not given out. A remainder of 1 has no check digit, and such numbers are passed over.
    number = 9_900_000 + (company_id - 50_000) * 10
    while (remainder := _weighted_sum(number) % 11) == 1:
        number += 1
    return f"{number}-{11 - remainder if remainder else 0}"


def _weighted_sum(number: int) -> int:
    weights = (7, 9, 10, 5, 8, 4, 2)
    return sum(int(digit) * weight for digit, weight in zip(f"{number:07}", weights, strict=True))


def _swedish_id(company_id: int) -> str:
    digits = f"5599{company_id}"
    doubled = (int(digit) * (2 - n % 2) for n, digit in enumerate(digits))
    check = -sum(value // 10 + value % 10 for value in doubled) % 10
    return f"{digits[:6]}-{digits[6:]}{check}"
