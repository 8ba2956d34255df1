"""Import, preview, send and status, as they are given every month."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from tests.bureau import (
    JUNE_WITH_CORRECTIONS,
    a_company,
    a_connection,
    a_linked_company,
    an_account,
    csv_file,
    fetch_everything,
    link_to,
    monthly_lines,
    set_period,
)
from tests.management.conftest import Give

from tilisilta.models import (
    Export,
    ExportState,
    Journal,
    JournalState,
    ProcountorAccount,
    Sending,
    Worker,
)
from tilisilta.services.sending.delivery import advance

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db

DIMENSIONS: dict[str, Any] = {
    "uses_cost_centers": True,
    "cost_center_dimension": "Kustannuspaikka",
    "uses_cost_units": True,
    "cost_unit_dimension": "Projekti",
}


@pytest.fixture
def june_file(tmp_path: Path) -> str:
    """Return the path of a file with a plain June journal."""
    path = tmp_path / "june.csv"
    path.write_bytes(csv_file(monthly_lines(6)))
    return str(path)


def deliver_all() -> None:
    """Do what a worker would do."""
    for sending in Sending.objects.filter(finished_at__isnull=True):
        while not advance(sending.pk, now=timezone.now()).is_finished:
            pass


class TestImport:
    def test_says_what_came_in(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company(**DIMENSIONS)

        imported = give("import", str(JUNE_WITH_CORRECTIONS), "--company", "1001", "--json")

        document = imported.document
        assert imported.status == 0
        assert document["is_new"] is True
        assert document["reference"] == "1001-2026-6-1"
        assert document["state"] == "ready"
        assert document["debit_total"] == "62019.81"
        assert {problem["code"] for problem in document["problems"]} == {"N14", "N15"}

    def test_knows_a_file_again(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        again = give("import", june_file, "--company", "1001")

        assert again.status == 0
        assert "is there already" in again.text

    def test_says_all_that_is_wrong_with_a_file(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "broken.csv"
        path.write_bytes(csv_file([("5010", "1.2345", "2026-06-30"), ("", "x", "2026-06-30")]))

        refused = give("import", str(path), "--company", "1001", "--json")

        problems = refused.document["error"]["problems"]
        assert refused.status == 1
        assert {problem["code"] for problem in problems} == {"F08", "F09", "F12"}
        assert all(problem["remedy"] for problem in problems)

    def test_says_problems_to_a_person_too(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "broken.csv"
        path.write_bytes(csv_file([("5010", "1.2345", "2026-06-30")]))

        refused = give("import", str(path), "--company", "1001")

        assert "Error F09 · line 2:" in refused.complaint

    def test_asks_for_columns_it_does_not_know(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "house.csv"
        path.write_text("Where;How much;When\n5010;10.00;2026-06-30\n2961;-10.00;2026-06-30\n")

        asked = give("import", str(path), "--company", "1001")
        named = give(
            *("import", str(path), "--company", "1001", "--json"),
            *("--columns", "account=Where", "amount=How much", "date=When"),
        )

        assert asked.status == 1
        assert "Where, How much, When" in asked.complaint
        assert named.document["line_count"] == 2

    def test_asks_for_headers_and_dates_by_codes_of_their_own(
        self, give: Give, tmp_path: Path
    ) -> None:
        a_company()
        path = tmp_path / "plain.csv"
        path.write_text("Tili;Summa\n5010;10,00\n2961;-10,00\n")
        headless = tmp_path / "headless.csv"
        headless.write_text("31.7.2026;5010;10,00\n31.7.2026;2961;-10,00\n")

        asked = give("import", str(path), "--company", "1001")
        places = give("import", str(headless), "--company", "1001", "--json")
        dated = give("import", str(path), "--company", "1001", "--date", "2026-07-31", "--json")

        assert ("F39" in asked.complaint, "--date 2026-01-31" in asked.complaint) == (True, True)
        assert places.document["error"]["code"] == "F38"
        assert (dated.status, dated.document["period"]) == (0, "2026-07")

    def test_says_which_companies_of_a_file_were_left_out(self, give: Give, tmp_path: Path) -> None:
        a_company(1001)
        second = a_company(1002)
        wages = tmp_path / "june.csv"
        wages.write_bytes(
            csv_file([("5010", "9.00", "2026-06-30"), ("2961", "-9.00", "2026-06-30")])
        )
        give("import", str(wages), "--company", "1002")
        bureau = tmp_path / "all.csv"
        rows = (
            f"{n};30.6.2026;{a};{s}5,00"
            for n in (1001, 1002)
            for a, s in (("5010", ""), ("2961", "-"))
        )
        bureau.write_text("\n".join(("Yritysnumero;Pvm;Tili;Summa", *rows)))

        told = give("import", str(bureau))
        document = give("import", str(bureau), "--json").document

        assert (told.status, "F36" in told.text, "--only" in told.text) == (1, True, True)
        assert [one["company"] for one in document["left"]] == [second.number]
        assert [one["company"] for one in document["journals"]] == [1001]

    def test_turns_amounts_round_when_debits_are_negative(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "reversed.csv"
        path.write_text("Account;Amount;Period\n5010;-10.00;2026-06\n2961;10.00;2026-06\n")

        give("import", str(path), "--company", "1001", "--debit-negative")

        amounts = Journal.objects.get().lines.values_list("amount", flat=True)
        assert [str(amount) for amount in amounts] == ["10.00", "-10.00"]

    def test_takes_the_run_from_the_command(self, give: Give, june_file: str) -> None:
        a_company()

        imported = give(
            *("import", june_file, "--company", "1001", "--run", "6b", "--year", "2026", "--json")
        )

        assert imported.document["reference"] == "1001-2026-6b-1"

    @pytest.mark.parametrize(
        "words", [("--run", "6"), ("--columns", "salary=Palkka")], ids=["run", "columns"]
    )
    def test_tells_wrong_use_from_a_refusal(
        self, give: Give, june_file: str, words: tuple[str, ...]
    ) -> None:
        a_company()

        wrong = give("import", june_file, "--company", "1001", *words)

        assert wrong.status == 2
        assert not Journal.objects.exists()

    def test_refuses_a_file_that_is_not_there(self, give: Give) -> None:
        a_company()

        refused = give("import", "nowhere.xml", "--company", "1001")

        assert refused.status == 1
        assert "nowhere.xml cannot be read" in refused.complaint


class TestPreview:
    def test_shows_the_payload_byte_for_byte(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company(**DIMENSIONS)
        give("import", str(JUNE_WITH_CORRECTIONS), "--company", "1001")

        shown = give("preview", "1001-2026-6-1", "--json").document

        payloads = list(Export.objects.order_by("booking_date").values_list("payload", flat=True))
        assert [receipt["payload"] for receipt in shown["receipts"]] == payloads
        assert shown["can_be_sent"] is True
        assert {receipt["state"] for receipt in shown["receipts"]} == {"ready"}
        assert sum(receipt["is_correction"] for receipt in shown["receipts"]) == 5

    def test_shows_rows_and_sums_to_a_person(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company(**DIMENSIONS)
        give("import", str(JUNE_WITH_CORRECTIONS), "--company", "1001")

        shown = give("preview", "1001-2026-6").text

        assert "Kustannuspaikka 210, Projekti P-108" in shown
        assert "-118.11" in shown
        assert "Warning N14" in shown

    def test_reads_procountor_again_when_asked_to(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company(**DIMENSIONS)
        give("import", str(JUNE_WITH_CORRECTIONS), "--company", "1001")
        set_period(procountor, "CLOSED", month=3)

        as_stored = give("preview", "1001-2026-6-1", "--json").document
        anew = give("preview", "1001-2026-6-1", "--check", "--json").document

        assert as_stored["can_be_sent"] is True
        assert anew["can_be_sent"] is False
        assert "N10" in {problem["code"] for problem in anew["problems"]}

    @pytest.mark.parametrize("reference", ["1001", "1001-2026-6-9", "x-y-z-1", "1001-2026-6-"])
    def test_refuses_a_journal_that_is_not_there(self, give: Give, reference: str) -> None:
        refused = give("preview", reference)

        assert refused.status == 1
        assert "There is no journal" in refused.complaint


class TestSend:
    def test_asks_for_one_journal(self, give: Give, procountor: "Sandbox", june_file: str) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")

        asked = give("send", "1001-2026-6-1")

        assert asked.status == 0
        assert "No worker is running" in asked.text
        assert Sending.objects.count() == 1

    def test_books_once_however_often_it_is_asked(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")
        give("send", "1001-2026-6-1")
        give("send", "1001-2026-6-1", "1001-2026-6-1")
        deliver_all()

        again = give("send", "1001-2026-6-1", "--json")

        assert again.status == 1
        assert again.document["refused"][0]["error"]["kind"] == "AlreadySent"
        assert len(procountor.ledger.receipts()) == 1

    def test_sends_all_that_is_ready_month_by_month(
        self, give: Give, procountor: "Sandbox", tmp_path: Path
    ) -> None:
        a_linked_company(1001)
        a_linked_company(1002)
        for number, month in ((1001, 5), (1002, 6)):
            path = tmp_path / f"{number}.csv"
            path.write_bytes(csv_file(monthly_lines(month)))
            give("import", str(path), "--company", str(number))

        newest = give("send", "--all-ready", "--json")
        earlier = give("send", "--all-ready", "--period", "2026-05", "--json")

        assert newest.status == earlier.status == 0
        assert [item["company"] for item in newest.document["journals"]] == [1002]
        assert [item["company"] for item in earlier.document["journals"]] == [1001]

    def test_leaves_what_looks_wrong_until_it_is_named(
        self, give: Give, procountor: "Sandbox", tmp_path: Path
    ) -> None:
        for number, sign in ((1001, "-"), (1002, "")):
            a_linked_company(number)
            path = tmp_path / f"{number}.csv"
            credit = "" if sign else "-"
            path.write_text(
                "Kausi;Tili;Summa\n"
                f"2026-06;5010;{sign}42,0{number % 10}\n2026-06;2961;{credit}42,0{number % 10}\n"
            )
            give("import", str(path), "--company", str(number))

        text = give("send", "--all-ready").text
        document = give("send", "--all-ready", "--json").document
        by_name = give("send", "1001-2026-6-1", "--json")

        assert "Left, as somebody has to look at it first: 1001-2026-6-1" in text
        assert [document["journals"], document["to_look_at"]] == [[], ["1001-2026-6-1"]]
        assert by_name.status == 0
        assert Sending.objects.count() == 2

    def test_says_why_a_journal_is_refused(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        refused = give("send", "1001-2026-6-1")

        assert refused.status == 1
        assert "Error N04" in refused.text

    def test_ends_with_status_three_while_uncertain(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")
        give("send", "1001-2026-6-1")
        Export.objects.update(state=ExportState.UNCERTAIN)
        Journal.objects.get().store_state()

        asked = give("send", "1001-2026-6-1", "--json")

        assert asked.status == 3
        assert asked.document["journals"][0]["state"] == "uncertain"

    def test_names_the_reason_when_the_account_ends_meanwhile(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")
        give("send", "1001-2026-6-1")
        procountor.revoke(company_id=50101)
        deliver_all()

        document = give("send", "1001-2026-6-1", "--json").document
        text = give("send", "1001-2026-6-1").text

        (journal,) = document["refused"]
        assert journal["state"] == "queued"
        assert [problem["code"] for problem in journal["problems"]] == ["S05"]
        assert journal["problems"][0]["remedy"]
        assert "S05" in text

    def test_names_the_reason_while_it_waits(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")
        now = timezone.now()
        Worker.objects.create(executor_id="busy", started_at=now, heard_at=now)
        give("send", "1001-2026-6-1")
        # As a worker would find it out, while another command waits for the same journal.
        ProcountorAccount.objects.get().mark_ended(now)

        waited = give("send", "1001-2026-6-1", "--wait", "--timeout", "1", "--json")

        (journal,) = waited.document["journals"]
        assert (journal["state"], waited.status) == ("queued", 1)
        assert [problem["code"] for problem in journal["problems"]] == ["S05"]

    @pytest.mark.parametrize("words", [(), ("1001-2026-6-1", "--all-ready")])
    def test_needs_journals_or_all_ready(self, give: Give, words: tuple[str, ...]) -> None:
        assert give("send", *words).status == 2

    def test_has_nothing_to_do_without_ready_journals(self, give: Give) -> None:
        asked = give("send", "--all-ready")

        assert asked.status == 0
        assert asked.text == "No journal is ready.\n"


class TestStatus:
    def test_counts_journals_and_names_what_waits(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        shown = give("status", "--json").document

        assert shown["journals"]["problem"] == 1
        assert shown["workers"] == []
        assert [item["reference"] for item in shown["waiting"]] == ["1001-2026-6-1"]

    def test_shows_a_person_the_first_problem(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        shown = give("status")

        assert "N04 No administration is linked" in shown.text

    def test_does_not_name_what_is_before_the_start_of_its_link(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        link_to(a_company(), an_account(), start_month=date(2026, 7, 1))
        give("import", june_file, "--company", "1001")

        shown = give("status", "--json").document

        assert shown["waiting"] == []
        assert shown["journals"]["before_start"] == 1
        assert not shown["journals"].get("problem")

    def test_names_accounts_that_died(self, give: Give, procountor: "Sandbox") -> None:
        company = a_linked_company()
        company.link.procountor_account.mark_ended(timezone.now())

        shown = give("status")

        assert "Account tili-1001 is not authorised" in shown.text

    def test_shows_what_came_of_fetching(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_connection("palkat")
        nmbrs.deny_company(company_id=48103)
        fetch_everything()

        shown = give("status", "--json").document["synchronisation"]
        text = give("status").text

        assert shown["is_finished"] is True
        assert (shown["company_count"], shown["failed_count"]) == (10, 1)
        assert [failed["number"] for failed in shown["failed"]] == [1003]
        assert "10 companies, 1 failed, 54 new journals, 0 changed" in text
        assert "Companies with trouble: 1003." in text

    def test_shows_that_fetching_is_under_way(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_connection("palkat")
        give("sync", "--no-wait")

        assert "the lists of debtors and companies are not read yet" in give("status").text

    def test_names_connections_that_died(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_connection("palkat")
        fetch_everything()
        nmbrs.change_token(token="another")
        give("nmbrs", "test")

        text = give("status").text

        assert "Connection palkat\nError P02" in text

    def test_has_nothing_to_say_of_fetching_before_the_first_time(self, give: Give) -> None:
        assert give("status", "--json").document["synchronisation"] is None

    def test_shows_all_journals_of_a_company(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")
        Journal.objects.update(state=JournalState.SENT)

        shown = give("status", "--company", "1001", "--json")

        assert json.loads(shown.text)["journals"][0]["state"] == "sent"
