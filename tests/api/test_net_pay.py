"""Payment files added, taken out and fetched by the API, and net pay ticked off, as on the page."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api.conftest import Program, program_of
from tests.bureau import a_journal, a_linked_company
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, PaidByHand, PaymentFile, Scope, User

pytestmark = [pytest.mark.django_db, pytest.mark.once]
MONTH = "/companies/1001/months/2026-06"
NAME, ACCOUNT = "Meikäläinen", "FI2112345600000785"


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company whose June run pays 1,006.00."""
    company = a_linked_company()
    a_journal(company)
    return company


def add(program: Program, amount: str = "1006.00", *, month: str = MONTH) -> Any:
    content = a_payment_file(a_group(a_payment(amount)), message_id=amount)
    file = SimpleUploadedFile("palkat.xml", content.encode())
    return program.upload(f"{month}/payment-files", {"file": file})


def test_a_file_proves_the_net_pay_and_is_taken_out_again(
    program: Program, company: Company
) -> None:
    added, again = add(program), add(program)
    [file] = added.json()["files"]
    elsewhere = program.post(f"/companies/1001/months/2026-07/payment-files/{file['id']}/remove")
    ticked = program.post(f"{MONTH}/net-pay/tick", {"amount": "1006.00"})
    removed = program.post(f"{MONTH}/payment-files/{file['id']}/remove")

    assert (added.status_code, added.json()["difference"]) == (200, "0.00")
    assert again.json() == added.json()
    assert program.get(f"{MONTH}/net-pay").json() == removed.json()
    assert elsewhere.status_code == 404
    assert (ticked.status_code, ticked.json()["facts"]["reason"]) == (409, "files")
    assert removed.json()["files"] == []
    assert not PaymentFile.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="payment_file").order_by("pk")
    assert [(one.action, one.facts["api_token"]) for one in actions] == [
        ("payment_file_added", "robot 0"),
        ("payment_file_removed", "robot 0"),
    ]
    for answer in (added, removed):
        assert NAME not in answer.text
        assert ACCOUNT not in answer.text


def test_a_file_that_is_none_or_that_another_month_has_is_refused(
    program: Program, company: Company
) -> None:
    a_journal(company, 7, run_number="7")
    broken = program.upload(
        f"{MONTH}/payment-files", {"file": SimpleUploadedFile("palkat.xml", b"<x/>")}
    )
    add(program)
    known = add(program, month="/companies/1001/months/2026-07")

    assert (broken.status_code, bool(broken.json()["problems"])) == (422, True)
    assert known.status_code == 409
    assert PaymentFile.objects.count() == 1


def test_the_sum_that_was_seen_is_ticked_off_and_taken_back(
    program: Program, company: Company
) -> None:
    changed = program.post(f"{MONTH}/net-pay/tick", {"amount": "1005.99"})
    wrong = program.post(f"{MONTH}/net-pay/tick", {"amount": "1e3"})
    ticked = program.post(f"{MONTH}/net-pay/tick", {"amount": "1006.00"})
    untick = program.post(f"{MONTH}/net-pay/untick")

    assert (changed.status_code, changed.json()["facts"]["reason"]) == (409, "changed")
    assert (wrong.status_code, list(wrong.json()["faults"])) == (422, ["amount"])
    assert (ticked.json()["is_proven"], ticked.json()["ticked"]["by"]) == (True, "aino")
    assert (untick.json()["is_proven"], untick.json()["ticked"]) == (False, None)
    assert not PaidByHand.objects.exists()


def test_fetching_is_refused_where_nmbrs_cannot_be_asked(
    program: Program, company: Company
) -> None:
    refused = program.post(f"{MONTH}/payment-files/fetch")

    assert (refused.status_code, refused.json()["facts"]["reason"]) == (409, "not_in_nmbrs")


def test_each_needs_its_scope_and_the_right_to_change(
    administrator: User, reader: User, company: Company
) -> None:
    without = program_of(administrator, [one for one in Scope if one not in {"import", "sign"}])
    for program in (without, program_of(reader)):
        assert add(program).status_code == 403
        for path in ("payment-files/fetch", "payment-files/1/remove", "net-pay/untick"):
            assert program.post(f"{MONTH}/{path}").status_code == 403
        assert program.post(f"{MONTH}/net-pay/tick", {"amount": "1006.00"}).status_code == 403
    assert not PaymentFile.objects.exists()
