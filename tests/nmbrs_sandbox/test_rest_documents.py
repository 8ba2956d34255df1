"""The documents of the REST API: journals and payments, begun first and fetched later."""

from xml.etree import ElementTree as ET

import pytest
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, parsed
from tests.nmbrs_sandbox.rest_calling import (
    FORMS,
    UNKNOWN,
    Caller,
    caller_of,
    code_of,
    company_path,
    run_path,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.rest.tasks import LIFE


class TestDocuments:
    def test_are_not_there_at_the_first_question(self, caller: Caller) -> None:
        task_id = caller.start(JUNE)

        first = caller.ask(f"/api/documents/{task_id}")
        second = caller.ask(f"/api/documents/{task_id}")
        third = caller.ask(f"/api/documents/{task_id}")

        assert (first.status_code, first.json()) == (202, "Document is being processed")
        assert "Retry-After" not in first.headers
        assert second.status_code == 200
        assert second.headers["Content-Type"] == "application/octet-stream"
        assert code_of(third) == 40401

    def test_belong_to_their_grant(self, sandbox: Sandbox, caller: Caller) -> None:
        task_id = caller.start(JUNE)

        assert code_of(caller_of(sandbox).ask(f"/api/documents/{task_id}")) == 40401
        assert caller.ask(f"/api/documents/{task_id}").status_code == 202

    def test_are_forgotten_in_time(self, caller: Caller, clock: SetClock) -> None:
        task_id = caller.start(JUNE)
        clock.advance(seconds=LIFE.total_seconds())

        assert code_of(caller.ask(f"/api/documents/{task_id}")) == 40401

    def test_are_what_was_asked_for_at_the_start(self, sandbox: Sandbox, caller: Caller) -> None:
        before = caller.document(JUNE).content
        task_id = caller.start(JUNE)
        sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE)
        caller.ask(f"/api/documents/{task_id}")

        assert caller.ask(f"/api/documents/{task_id}").content == before
        assert caller.document(JUNE).content != before

    @pytest.mark.parametrize("form", FORMS)
    def test_need_the_year(self, caller: Caller, form: str) -> None:
        path = f"{run_path(JUNE)}/{form}"

        assert code_of(caller.ask(path)) == 40033
        assert code_of(caller.ask(path, year="")) == 40033
        assert code_of(caller.ask(path, year="MMXXVI")) == 40033
        assert code_of(caller.ask(path, year=1999)) == 40033
        assert code_of(caller.ask(path, year=2025)) == 40401
        assert (
            code_of(caller.ask(f"{company_path(KONEPAJA)}/runs/{UNKNOWN}/{form}", year=2026))
            == 40401
        )

    @pytest.mark.parametrize("form", FORMS)
    def test_are_begun_with_nothing_but_a_task(self, caller: Caller, form: str) -> None:
        response = caller.ask(f"{run_path(JUNE)}/{form}", year=2026)

        assert set(response.json()) == {"taskId"}

    def test_differ_in_their_dimensions(self, caller: Caller) -> None:
        def seen(form: str) -> tuple[set[str], set[str]]:
            lines = parsed(caller.document(JUNE, form).content).iterfind(".//line")
            both = [(one.findtext("dim2") or "", one.findtext("dim3") or "") for one in lines]
            return {one for one, _ in both}, {one for _, one in both}

        assert seen("journals") == ({""}, {""})
        assert seen("journalscostcenter")[0] >= {"210", "220"}
        assert seen("journalscostcenter")[1] == {""}
        assert "P-108" in seen("journalscostcenterunit")[1]
        assert seen("journalsdepartment") == ({"1"}, {""})
        assert seen("journalsemployee") == ({"1", "2", "3"}, {""})

    @pytest.mark.parametrize("form", FORMS[:5])
    def test_balance(self, caller: Caller, form: str) -> None:
        lines = list(parsed(caller.document(JUNE, form).content).iterfind(".//line"))
        cents = {"debit": 1, "credit": -1}
        total = sum(
            cents[one.findtext("debitcredit", "")] * round(float(one.findtext("value", "")) * 100)
            for one in lines
        )

        assert lines
        assert total == 0

    def test_are_a_root_without_lines_for_a_run_without_a_journal(
        self, sandbox: Sandbox, caller: Caller
    ) -> None:
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)

        root = parsed(caller.document(run.run_id).content)

        assert root.tag == "transactions"
        assert list(root) == []

    def test_are_payments_to_invented_people(self, caller: Caller) -> None:
        names = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}
        task_id = caller.start(JUNE, "sepa", paymentDate="2026-07-01T00:00:00Z")
        caller.ask(f"/api/documents/{task_id}")
        root = parsed(caller.ask(f"/api/documents/{task_id}").content)

        def text(path: str, element: ET.Element = root) -> str:
            return element.findtext(path, "", names)

        payments = root.findall(".//p:CdtTrfTxInf", names)
        cents = [round(float(text("p:Amt/p:InstdAmt", one)) * 100) for one in payments]
        assert text(".//p:ReqdExctnDt") == "2026-07-01"
        assert int(text(".//p:NbOfTxs")) == len(payments) == 3
        assert sum(cents) == round(float(text(".//p:CtrlSum")) * 100) > 0
        for iban in (one.text or "" for one in root.iterfind(".//p:IBAN", names)):
            moved = iban[4:] + iban[:4]
            assert int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1
        assert code_of(caller.ask(f"{run_path(JUNE)}/sepa", year=2026, paymentDate="soon")) == 40033
