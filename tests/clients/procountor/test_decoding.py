import json
from datetime import date

import pytest

from tilisilta.clients.procountor.decoding import (
    decode_administration,
    decode_item,
    decode_page,
    decode_refusal,
)
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

COMPANY = {
    "id": 50101,
    "name": "Koivulammi Konepaja Oy",
    "country": "FINLAND",
    "businessIdentifier": {"brnType": "FI", "code": "3023757-8"},
    "companyCurrency": "EUR",
}
CHART = {
    "ledgerAccounts": [
        {
            "ledgerAccountCode": "5010",
            "name": "Palkat",
            "active": True,
            "translations": [{"languageCode": "en", "translation": "Wages"}],
        },
        {"ledgerAccountCode": "5011", "name": "Vanhat palkat", "active": False},
    ]
}
DIMENSIONS = [
    {
        "id": 279751,
        "name": "Osasto",
        "items": [
            {"id": 777210, "codeName": "210", "description": "Tuotanto Tampere"},
            {"id": 777211, "codeName": "211", "status": "P", "description": None},
        ],
    },
    {"id": 279753, "name": "Henkilö"},
]
FISCAL_YEARS = {
    "fiscalYears": [
        {
            "id": 2,
            "startDate": "2026-01-01",
            "endDate": "2026-12-31",
            "isOpen": True,
            "trackingPeriods": [
                {"id": 1, "startDate": "2026-01-01", "endDate": "2026-01-31", "status": "CLOSED"},
                {"id": 2, "startDate": "2026-02-01", "endDate": "2026-02-28", "status": "PENDING"},
            ],
        },
        {"id": 1, "startDate": "2025-01-01", "endDate": "2025-12-31", "isOpen": False},
    ]
}
VAT = {
    "vatInformation": [],
    "vatStatuses": [
        {"vatStatus": 12, "description": "No VAT handling", "sales": True, "purchase": True},
        {"vatStatus": 3, "description": "Outside the EU", "sales": True, "purchase": False},
    ],
}
ADMINISTRATION = Administration(
    procountor_company_id=50101,
    name="Koivulammi Konepaja Oy",
    business_id="3023757-8",
    country="FINLAND",
    currency="EUR",
    ledger_accounts=(
        LedgerAccount(code="5010", name="Palkat", is_active=True),
        LedgerAccount(code="5011", name="Vanhat palkat", is_active=False),
    ),
    dimensions=(
        Dimension(
            dimension_id=279751,
            name="Osasto",
            items=(
                DimensionItem(
                    item_id=777210, code="210", description="Tuotanto Tampere", is_active=True
                ),
                DimensionItem(item_id=777211, code="211", description="", is_active=False),
            ),
        ),
        Dimension(dimension_id=279753, name="Henkilö", items=()),
    ),
    fiscal_years=(
        FiscalYear(
            start_date=date(2026, 1, 1),
            end_date=date(2026, 12, 31),
            is_open=True,
            tracking_periods=(
                TrackingPeriod(
                    start_date=date(2026, 1, 1),
                    end_date=date(2026, 1, 31),
                    status=TrackingPeriodStatus.CLOSED,
                ),
                TrackingPeriod(
                    start_date=date(2026, 2, 1),
                    end_date=date(2026, 2, 28),
                    status=TrackingPeriodStatus.PENDING,
                ),
            ),
        ),
        FiscalYear(
            start_date=date(2025, 1, 1),
            end_date=date(2025, 12, 31),
            is_open=False,
            tracking_periods=(),
        ),
    ),
    vat_statuses=(
        VatStatus(number=12, description="No VAT handling", for_sales=True, for_purchases=True),
        VatStatus(number=3, description="Outside the EU", for_sales=True, for_purchases=False),
    ),
)


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def administration_of(company: dict[str, object]) -> Administration:
    return decode_administration(
        company=encoded(company),
        accounts=encoded(CHART),
        dimensions=encoded(DIMENSIONS),
        fiscal_years=encoded(FISCAL_YEARS),
        vat=encoded(VAT),
    )


class TestDecodeAdministration:
    def test_reads_all_that_the_rules_need(self) -> None:
        assert administration_of(COMPANY) == ADMINISTRATION

    def test_leaves_an_unknown_business_id_empty(self) -> None:
        administration = administration_of(COMPANY | {"businessIdentifier": None})

        assert administration.business_id == ""

    def test_does_not_guess_a_currency(self) -> None:
        with pytest.raises(ValueError, match="companyCurrency"):
            administration_of({"id": 50101, "name": "Koivulammi Konepaja Oy"})


class TestDecodeItem:
    def test_reads_the_item_that_was_created(self) -> None:
        item = decode_item(encoded({"id": 777300, "codeName": "230", "description": "Varasto"}))

        assert item == DimensionItem(
            item_id=777300, code="230", description="Varasto", is_active=True
        )


class TestDecodePage:
    def test_reads_receipts_that_have_no_number_yet(self) -> None:
        row = {"id": 4711, "name": None, "receiptDate": "2026-06-30", "status": "UNFINISHED"}
        meta = {"pageNumber": 0, "pageSize": 200, "resultCount": 1, "totalCount": 1}

        page = decode_page(encoded({"results": [row], "meta": meta}))

        assert (page.receipts[0].receipt_number, page.receipts[0].name) == (None, "")
        assert (page.page_size, page.total_count) == (200, 1)

    def test_reads_a_page_without_a_total(self) -> None:
        page = decode_page(encoded({"results": []}))

        assert (page.receipts, page.page_size, page.total_count) == ((), None, None)


class TestDecodeRefusal:
    def test_reads_every_fault_of_the_documented_envelope(self) -> None:
        faults = [{"status": 400, "field": "name", "message": "TOO_LONG"}, {"message": "OTHER"}]

        answers = decode_refusal(encoded({"errors": faults}))

        assert answers == (("name", "TOO_LONG"), ("", "OTHER"))

    @pytest.mark.parametrize("content", [b"", b"<html></html>", b"[]", b'{"error": "x"}'])
    def test_returns_nothing_for_any_other_answer(self, content: bytes) -> None:
        assert decode_refusal(content) == ()
