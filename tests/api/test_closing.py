"""Closing a month by the API: signatures, net pay and archives, as the commands show them."""

import io
import zipfile

import pytest
from tests.api.conftest import Program, program_of
from tests.bureau import a_company, a_journal, a_linked_company, send
from tests.management.conftest import Give, give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, MonthSignature, Scope, User, VerifiedCompany

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]
MONTH = "/companies/1001/months/2026-06"


class TestSigning:
    def test_signs_what_was_seen_and_takes_it_back(
        self, program: Program, procountor: Sandbox
    ) -> None:
        send(a_journal(a_linked_company()))
        too_early = program.post(f"{MONTH}/signatures", {"reason": "paid by another bank"})
        program.post(f"{MONTH}/comparison")
        standing = program.get(f"{MONTH}/signatures").json()
        seen = {"digest": standing["digest"], "net_pay_digest": standing["net_pay_digest"]}

        unsaid = program.post(f"{MONTH}/signatures", seen)
        stale = program.post(f"{MONTH}/signatures", {"reason": "so", **seen, "digest": "0"})
        signed = program.post(f"{MONTH}/signatures", {"reason": "paid by another bank", **seen})
        month = program.get("/months/2026-06").json()
        back = program.post(f"{MONTH}/unsign", {"reason": "a receipt is missing"})

        refused = [one.json()["facts"]["reason"] for one in (too_early, unsaid, stale)]
        assert refused == ["not_compared", "net_pay_open", "not_seen"]
        assert (standing["can_be_signed"], standing["needs_reason"]) == (True, True)
        assert (signed.status_code, signed.json()["signed_by"]) == (200, "aino")
        assert month["companies"][0]["signed_by"] == "aino"
        assert back.json()["withdraw_reason"] == "a receipt is missing"
        [trail] = program.get(f"{MONTH}/signatures").json()["signatures"]
        assert trail == back.json()

    def test_is_a_scope_of_its_own(self, administrator: User) -> None:
        a_company()
        sender = program_of(administrator, [Scope.READ, Scope.SEND, Scope.WITHDRAW])

        assert sender.post(f"{MONTH}/signatures", {}).json()["facts"]["scope"] == "sign"
        assert not MonthSignature.objects.exists()


class TestReading:
    def test_gives_the_documents_of_the_commands(
        self, program: Program, procountor: Sandbox, give: Give
    ) -> None:
        send(a_journal(a_linked_company()))
        program.post(f"{MONTH}/comparison")
        because = ("--reason", "paid by another bank")

        signed = give("sign", "2026-06", "--company", "1001", *because, "--json").document
        net_pay = give("netpay", "--company", "1001", "--period", "2026-06", "--json").document

        assert program.get(f"{MONTH}/net-pay").json() == net_pay
        assert program.get(f"{MONTH}/signatures").json()["signatures"] == [signed]

    def test_saves_archives_and_records_it(self, program: Program, procountor: Sandbox) -> None:
        send(a_journal(a_linked_company()))
        a_company(1002)

        [listed] = program.get("/months/2026-06/archives").json()["archives"]
        saved = program.get(listed["address"].removeprefix("/api/v1"), {"language": "fi"})
        nothing = program.get("/companies/1002/months/2026-06/archive")

        assert listed["company"] == 1001
        assert saved["Content-Disposition"].endswith(f'"{listed["file"]}"')
        with zipfile.ZipFile(io.BytesIO(saved.content)) as archive:
            assert archive.testzip() is None
        entry = AuditEntry.objects.get(action=AuditEntry.Action.MONTH_ARCHIVED)
        assert entry.facts["api_token"] == "robot 0"
        assert (nothing.status_code, nothing.json()["code"]) == (409, "E97")


def test_a_month_is_compared_for_all_that_have_a_link(
    program: Program, procountor: Sandbox
) -> None:
    a_linked_company()
    a_company(1002)

    asked = [program.post("/months/2026-06/comparison") for _ in range(2)]

    assert [one.json()["company_count"] for one in asked] == [1, 1]
    assert VerifiedCompany.objects.filter(wanted_month="2026-06-01").count() == 1
