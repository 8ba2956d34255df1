from decimal import Decimal
from xml.etree import ElementTree as ET

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    JUNE,
    KONEPAJA,
    KULJETUS,
    call,
    client_of,
    journal,
    result,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.payroll.journal_xml import Split, journal_xml
from nmbrs_sandbox.payroll.world import JournalLine, Run

SPLITS = {
    "Journals_GetByRunCompany": (),
    "Journals_GetByRunCostCenter": ("dim2",),
    "Journals_GetByRunCostCenterCostUnit": ("dim2", "dim3"),
}
FINEST = "Journals_GetByRunCostCenterCostUnit"
SIGNS = {"debit": 1, "credit": -1}


def of_june(client: httpx2.Client, operation: str, company_id: int = KONEPAJA) -> ET.Element:
    run_id = company_id * 1000 + 6
    return journal(call(client, operation, CompanyId=company_id, RunId=run_id))


def rows(transaction: ET.Element) -> list[tuple[str, str, str, str, str]]:
    """Return accounts, dimensions, amounts and texts of a transaction."""
    return [
        (
            line.findtext("dim1", ""),
            line.findtext("dim2", ""),
            line.findtext("dim3", ""),
            f"{line.findtext('debitcredit')} {line.findtext('value')}",
            line.findtext("description", ""),
        )
        for line in transaction.iterfind("lines/line")
    ]


def balance(transaction: ET.Element) -> Decimal:
    """Return debits less credits."""
    return sum(
        (
            Decimal(line.findtext("value", "")) * SIGNS[line.findtext("debitcredit", "")]
            for line in transaction.iterfind("lines/line")
        ),
        Decimal(0),
    )


class TestJournal:
    def test_has_the_run_s_own_month_first_and_then_corrections_oldest_first(
        self, client: httpx2.Client
    ) -> None:
        parts = of_june(client, FINEST)

        heads = [(one.findtext("header/date"), one.findtext("header/period")) for one in parts]
        assert heads == [
            ("20260630", "2026/06"),
            ("20260131", "2026/01"),
            ("20260228", "2026/02"),
            ("20260331", "2026/03"),
            ("20260430", "2026/04"),
            ("20260531", "2026/05"),
        ]

    @pytest.mark.parametrize("operation", SPLITS)
    def test_balances_for_each_date(self, client: httpx2.Client, operation: str) -> None:
        parts = of_june(client, operation)

        assert [balance(one) for one in parts] == [0] * 6

    def test_is_split_by_cost_center_and_cost_unit(self, client: httpx2.Client) -> None:
        own = rows(of_june(client, FINEST)[0])

        assert own[:4] == [
            ("5010", "210", "", "debit 21480.00", "Kuukausipalkat"),
            ("5010", "220", "", "debit 12940.50", "Kuukausipalkat"),
            ("5010", "100", "", "debit 9875.00", "Kuukausipalkat"),
            ("5030", "210", "P-108", "debit 1842.36", "Ylityö, Győrin nosturi"),
        ]
        assert own[-1] == ("2961", "", "", "credit 32243.39", "Maksettavat palkat")

    def test_is_summed_over_cost_centers_for_a_company(self, client: httpx2.Client) -> None:
        own = rows(of_june(client, "Journals_GetByRunCompany")[0])

        assert own[0] == ("5010", "", "", "debit 44295.50", "Kuukausipalkat")
        assert ("6110", "", "", "debit 8849.92", "TyEL, työnantaja") in own
        assert len({(one[0], one[4]) for one in own}) == len(own)

    @pytest.mark.parametrize(("operation", "names"), SPLITS.items())
    def test_has_only_the_dimensions_asked_for(
        self, client: httpx2.Client, operation: str, names: tuple[str, ...]
    ) -> None:
        filled = {one.tag for one in of_june(client, operation).iter() if one.text}

        assert filled & {"dim2", "dim3"} == set(names)

    @pytest.mark.parametrize(
        ("operation", "dimensions"),
        [
            ("Journals_GetByRunCompany", ["dim2"]),
            ("Journals_GetByRunCostCenter", ["dim2"]),
            (FINEST, ["dim2", "dim3"]),
        ],
    )
    def test_has_every_element_of_a_row_in_its_place_even_when_empty(
        self, client: httpx2.Client, operation: str, dimensions: list[str]
    ) -> None:
        lines = [line for part in of_june(client, operation) for line in part.iter("line")]

        assert {tuple(one.tag for one in line) for line in lines} == {
            ("dim1", *dimensions, "value", "debitcredit", "description")
        }
        assert lines[0].get("id") == "1"

    def test_leaves_rows_of_zero_in(self, client: httpx2.Client) -> None:
        own = rows(of_june(client, "Journals_GetByRunCompany")[0])

        assert ("6170", "", "", "debit 0.00", "Ryhmähenki") in own

    def test_turns_a_negative_cost_into_a_credit(self, client: httpx2.Client) -> None:
        march = rows(of_june(client, FINEST)[3])

        assert march[0] == (
            "5030",
            "220",
            "P-114",
            "credit 240.00",
            "Ylityö maaliskuu, peruttu",
        )

    def test_corrects_march_in_june_of_the_carrier(self, client: httpx2.Client) -> None:
        parts = of_june(client, FINEST, KULJETUS)

        assert [one.findtext("header/date") for one in parts] == ["20260630", "20260331"]
        assert rows(parts[1])[0] == ("5030", "410", "", "debit 246.80", "Yölisät maaliskuu")

    def test_is_empty_before_it_is_made(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)

        before = result(call(client, FINEST, CompanyId=KONEPAJA, RunId=run.run_id)).text
        sandbox.make_journal(company_id=KONEPAJA, run_id=run.run_id)
        after = journal(call(client, FINEST, CompanyId=KONEPAJA, RunId=run.run_id))

        assert before == "<transactions />"
        assert [one.findtext("header/date") for one in after] == ["20260731"]

    def test_can_claim_to_be_in_utf_16(self, clock: SetClock) -> None:
        client = client_of(create_app(clock=clock, declares_utf_16=True))

        text = result(call(client, FINEST, CompanyId=KONEPAJA, RunId=JUNE)).text

        assert text is not None
        assert text.startswith('<?xml version="1.0" encoding="utf-16"?><transactions>')
        assert "Łódźin telakka" in text


class TestSummedLines:
    def test_are_credits_when_credit_is_more(self, run: Run) -> None:
        lines = (line(run, "10.00", "100"), line(run, "-25.50", "210"), line(run, "3.10", "100"))

        summed = journal_xml(lines, own_date=run.booking_date, split=Split.COMPANY)
        by_center = journal_xml(lines, own_date=run.booking_date, split=Split.COST_CENTER)

        assert "<value>12.40</value><debitcredit>credit</debitcredit>" in summed
        assert summed.count("<line ") == 1
        assert "<dim2>100</dim2><value>13.10</value><debitcredit>debit" in by_center
        assert by_center.count("<line ") == 2

    def test_stay_when_they_come_to_zero(self, run: Run) -> None:
        lines = (line(run, "10.00", "100"), line(run, "-10.00", "210"))

        summed = journal_xml(lines, own_date=run.booking_date, split=Split.COMPANY)

        assert "<value>0.00</value><debitcredit>debit</debitcredit>" in summed


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """Return a run with a known booking date."""
    company = sandbox.bureau.company(KONEPAJA)
    assert company is not None
    return company.runs[0]


def line(run: Run, amount: str, cost_center: str) -> JournalLine:
    """Return a row that differs from others in amount and cost center only."""
    return JournalLine(
        booking_date=run.booking_date,
        ledger_account="5010",
        description="Palkat & <lisät>",
        amount=Decimal(amount),
        cost_center=cost_center,
    )
