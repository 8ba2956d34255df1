"""A small invented administration and short helpers that make journals to test the rules."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tilisilta.domain.administrations import (
    Administration,
    Dimension,
    DimensionItem,
    FiscalYear,
    LedgerAccount,
    TrackingPeriod,
    TrackingPeriodStatus,
    VatStatus,
)
from tilisilta.domain.journals import BookingPeriod, Journal, JournalLine, Run
from tilisilta.domain.links import LinkRules

CHART = (
    ("1760", "Palkkaennakot"),
    ("1910", "Pankkitili"),
    ("2921", "Ennakonpidätysvelka"),
    ("2922", "Sairausvakuutusmaksuvelka"),
    ("2931", "Työeläkevakuutusmaksuvelka"),
    ("2932", "Työttömyysvakuutusmaksuvelka"),
    ("2950", "Lomapalkkavelka"),
    ("2961", "Palkkavelka"),
    ("2990", "Selvittelytili"),
    ("5010", "Palkat"),
    ("5030", "Ylityöt ja vuorolisät"),
    ("5110", "Lomapalkat"),
    ("5190", "Lomapalkkavelan muutos"),
    ("5990", "Luontoisedut, vastatili"),
    ("6110", "Työeläkevakuutusmaksut"),
    ("6130", "Työnantajan sairausvakuutusmaksut"),
    ("6150", "Työttömyysvakuutusmaksut"),
    ("6170", "Ryhmähenkivakuutusmaksut"),
    ("7030", "Kilometrikorvaukset"),
)
OSASTO = Dimension(
    dimension_id=279751,
    name="Osasto",
    items=(
        DimensionItem(item_id=777100, code="100", description="Hallinto", is_active=True),
        DimensionItem(item_id=777210, code="210", description="Tuotanto Tampere", is_active=True),
        DimensionItem(item_id=777220, code="220", description="Tuotanto Oulu", is_active=True),
        DimensionItem(item_id=777310, code="310", description="Myynti", is_active=True),
    ),
)
PROJEKTI = Dimension(
    dimension_id=279752,
    name="Projekti",
    items=(
        DimensionItem(item_id=778108, code="P-108", description="Nosturi 4", is_active=True),
        DimensionItem(item_id=778114, code="P-114", description="Telakka", is_active=True),
        DimensionItem(item_id=778097, code="P-097", description="Siltanosturi", is_active=False),
    ),
)
NO_VAT = VatStatus(number=12, description="No VAT handling", for_sales=True, for_purchases=True)


def month(year: int, number: int, *, status: str = "OPEN") -> TrackingPeriod:
    """A calendar month as tracking period."""
    return TrackingPeriod(
        start_date=date(year, number, 1),
        end_date=BookingPeriod(year=year, month=number).last_day,
        status=TrackingPeriodStatus(status),
    )


def calendar_year(
    year: int, *, is_open: bool = True, closed: tuple[int, ...] = (), pending: tuple[int, ...] = ()
) -> FiscalYear:
    """A fiscal year of twelve months, some of them closed or waiting to be."""
    statuses = dict.fromkeys(pending, "PENDING") | dict.fromkeys(closed, "CLOSED")
    return FiscalYear(
        start_date=date(year, 1, 1),
        end_date=date(year, 12, 31),
        is_open=is_open,
        tracking_periods=tuple(
            month(year, number, status=statuses.get(number, "OPEN")) for number in range(1, 13)
        ),
    )


ADMINISTRATION = Administration(
    procountor_company_id=50101,
    name="Koivulammi Konepaja Oy",
    business_id="3023757-8",
    currency="EUR",
    ledger_accounts=tuple(
        LedgerAccount(code=code, name=name, is_active=True) for code, name in CHART
    ),
    dimensions=(OSASTO, PROJEKTI),
    fiscal_years=(calendar_year(2026), calendar_year(2025, is_open=False)),
    vat_statuses=(NO_VAT,),
)
RULES = LinkRules(
    procountor_company_id=50101, cost_center_dimension="Osasto", cost_unit_dimension="Projekti"
)
JUNE = date(2026, 6, 30)


def line(
    position: int,
    ledger_account: str,
    amount: str,
    *,
    description: str = "Palkat",
    booking_date: date = JUNE,
    cost_center: str = "",
    cost_unit: str = "",
) -> JournalLine:
    """A journal line, of June unless it says otherwise."""
    return JournalLine(
        position=position,
        ledger_account=ledger_account,
        description=description,
        amount=Decimal(amount),
        cost_center=cost_center,
        cost_unit=cost_unit,
        booking_date=booking_date,
    )


def journal(*lines: JournalLine, number: str = "6", revision: int = 1) -> Journal:
    """A journal of the June run of 2026 with ``lines``."""
    return Journal(
        company_number=1001,
        run=Run(year=2026, number=number),
        revision=revision,
        currency="EUR",
        lines=lines,
    )


def balanced_journal() -> Journal:
    return journal(line(1, "5010", "100.00", cost_center="210"), line(2, "2961", "-100.00"))


def without_account(administration: Administration, code: str) -> Administration:
    others = tuple(one for one in administration.ledger_accounts if one.code != code)
    return replace(administration, ledger_accounts=others)
