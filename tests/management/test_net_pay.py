"""Net pay compared with payment files at the command line."""

from pathlib import Path

import pytest
from tests.bureau import a_company, a_journal, a_linked_company
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, PaidByHand, PaymentFile

pytestmark = pytest.mark.django_db

JUNE = ("--company", "1001", "--period", "2026-06")


@pytest.fixture
def files(tmp_path: Path, procountor: Sandbox) -> Path:
    """Return a folder of payment files, beside a company whose June run pays 1,006.00."""
    a_journal(a_linked_company())
    for name, amount in (("whole", "1006.00"), ("less", "970.00"), ("rest", "36.00")):
        content = a_payment_file(a_group(a_payment(amount)), message_id=name)
        (tmp_path / f"{name}.xml").write_text(content, encoding="utf-8")
    (tmp_path / "statement.xml").write_text("<Document/>", encoding="utf-8")
    return tmp_path


class TestNetPay:
    def test_is_open_without_files(self, files: Path, give: Give) -> None:
        answered = give("netpay", *JUNE)

        assert answered.status == 1
        assert "Not compared, not ticked off" in answered.text
        assert "1001-2026-6-1" in answered.text

    def test_is_done_when_the_sums_are_equal(self, files: Path, give: Give) -> None:
        answered = give("netpay", f"{files}/less.xml", f"{files}/rest.xml", *JUNE)

        assert answered.status == 0
        assert "2026-06: Equal" in answered.text
        assert "rest.xml" in answered.text
        assert give("netpay", *JUNE).status == 0

    def test_prints_one_document(self, files: Path, give: Give) -> None:
        answered = give("netpay", f"{files}/less.xml", *JUNE, "--json")

        assert answered.status == 1
        document = answered.document
        assert document["state"] == "different"
        assert document["findings"] == ["sum"]
        assert document["accounts"] == ["2961"]
        assert document["proposed_by"] == "name"
        assert (document["payroll"], document["paid"], document["difference"]) == (
            "1006.00",
            "970.00",
            "-36.00",
        )
        assert document["lines"][0]["files"] == ["less.xml"]
        assert document["files"][0]["sums"] == [
            {"day": "2026-06-30", "currency": "EUR", "payments": 1, "amount": "970.00"}
        ]
        assert "Keksitty" not in answered.text

    def test_adds_all_files_or_none(self, files: Path, give: Give) -> None:
        answered = give("netpay", f"{files}/whole.xml", f"{files}/statement.xml", *JUNE)

        assert answered.status == 1
        assert "statement.xml" in answered.complaint
        assert "F50" in answered.complaint
        assert not PaymentFile.objects.exists()

    def test_takes_a_file_out(self, files: Path, give: Give) -> None:
        give("netpay", f"{files}/less.xml", *JUNE)

        answered = give("netpay", f"{files}/whole.xml", "--remove", "less.xml", *JUNE)

        assert answered.status == 0
        assert give("netpay", "--remove", "less.xml", *JUNE).status == 1

    def test_is_ticked_off_and_taken_back(self, files: Path, give: Give) -> None:
        ticked = give("netpay", *JUNE, "--paid-by-hand", "--json")

        assert ticked.status == 0
        assert ticked.document["state"] == "paid_by_hand"
        assert ticked.document["ticked"]["amount"] == "1006.00"
        assert ticked.document["ticked"]["by"]
        assert give("netpay", *JUNE, "--not-paid").status == 1

    def test_takes_files_or_a_tick(self, files: Path, give: Give) -> None:
        answered = give("netpay", f"{files}/whole.xml", *JUNE, "--paid-by-hand")

        assert answered.status == 2
        assert not PaymentFile.objects.exists()

    def test_names_the_accounts(self, files: Path, give: Give) -> None:
        named = give("netpay", *JUNE, "--accounts", "2961,2962", "--json")
        assert (named.document["accounts"], named.document["proposed_by"]) == (
            ["2961", "2962"],
            None,
        )

        assert give("netpay", *JUNE, "--accounts", "", "--json").document["proposed_by"] == "name"
        assert give("netpay", *JUNE, "--accounts", "29;61").status == 1

    def test_names_no_accounts_without_a_link(self, procountor: Sandbox, give: Give) -> None:
        a_company()

        answered = give("netpay", *JUNE, "--accounts", "2961")

        assert answered.status == 1
        assert "tilisilta link add" in answered.complaint

    def test_says_which_file_is_not_there(self, files: Path, give: Give) -> None:
        assert "gone.xml" in give("netpay", f"{files}/gone.xml", *JUNE).complaint


class TestNetPayOfMany:
    def test_is_ticked_off_where_nothing_proves_it(self, files: Path, give: Give) -> None:
        a_journal(a_linked_company(1002), run_number="7")
        give("netpay", f"{files}/whole.xml", *JUNE)
        all_of_june = ("netpay", "--all", "--period", "2026-06")

        before = give(*all_of_june, "--json")
        ticked = give(*all_of_june, "--paid-by-hand", "--json")
        again = give(*all_of_june, "--paid-by-hand")

        assert (before.status, ticked.status, again.status) == (1, 0, 0)
        assert [one["state"] for one in before.document["companies"]] == ["equal", "open"]
        states = [one["state"] for one in ticked.document["companies"]]
        assert states == ["equal", "paid_by_hand"]
        assert PaidByHand.objects.count() == 1
        assert AuditEntry.objects.filter(action="net_pay_ticked").count() == 1

    def test_that_cannot_be_fetched_is_told_for_each(self, files: Path, give: Give) -> None:
        answered = give("netpay", "--debtor", "101", "--period", "2026-06", "--fetch", "--json")

        (one,) = answered.document["companies"]
        assert answered.status == 1
        assert (one["company"], one["state"]) == (1001, "open")
        assert one["problem"]["code"]

    @pytest.mark.parametrize("word", ["--not-paid", "--accounts=2961", "--remove=a.xml"])
    def test_of_one_company_is_not_asked_for_all(self, give: Give, word: str) -> None:
        refused = give("netpay", "--all", "--period", "2026-06", word)

        assert refused.status == 2
        assert "one company at a time" in refused.complaint
