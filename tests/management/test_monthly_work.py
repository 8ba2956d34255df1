"""Preview and send, as they are given every month."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from tests.bureau import (
    JUNE_WITH_CORRECTIONS,
    a_company,
    a_linked_company,
    csv_file,
    monthly_lines,
    set_period,
)
from tests.management.conftest import DIMENSIONS, Give

from tilisilta.models import Export, ExportState, Journal, ProcountorAccount, Sending, Worker
from tilisilta.services.sending.delivery import advance

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox


pytestmark = pytest.mark.django_db


def deliver_all() -> None:
    """Do what a worker would do."""
    for sending in Sending.objects.filter(finished_at__isnull=True):
        while not advance(sending.pk, now=timezone.now()).is_finished:
            pass


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
