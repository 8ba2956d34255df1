"""People rename, redate, edit and approve what was sent: no receipt is booked twice for that."""

from datetime import date
from typing import Any

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    book_by_hand,
    csv_file,
    deliver,
    forget_the_sending,
    make_moves,
    on_post,
    problem_codes,
    receipts_with,
    send,
    states,
    tidy,
)
from tests.journeys.tidied import WITHOUT_TOKEN, a_forgotten_export, an_uncertain_export

from procountor_sandbox.app import Sandbox
from procountor_sandbox.busy_office import Busyness
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.people import Act
from tilisilta.domain.journals import Run
from tilisilta.models import Company, Export, Journal, JournalLine, JournalState
from tilisilta.services.journals.importing import check_journal, import_journal
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.perhaps_ours import say_another, take_over

pytestmark = pytest.mark.django_db
NOT_THE_TOKEN = "#A1B2C3D4"


class TestAfterALostAnswer:
    @pytest.mark.parametrize(
        ("act", "details"),
        [
            ("rename", {"name": WITHOUT_TOKEN}),
            ("rename", {"name": f"Palkat {NOT_THE_TOKEN}"}),
            ("notes", {}),
            ("notes", {"notes": "tarkastettu"}),
            ("redate", {"date": "2026-06-01"}),
            ("redate", {"date": "2026-12-31"}),
            ("redate", {"date": "2026-01-01"}),
            ("amount", {"row": 1, "to_row": 2, "amount": 1}),
            ("description", {"row": 1, "description": "Oikaistu"}),
            ("approve", {}),
        ],
    )
    def test_a_receipt_is_found_whatever_one_thing_was_changed(
        self, procountor: Sandbox, act: str, details: dict[str, Any]
    ) -> None:
        export, sending, clock = an_uncertain_export(procountor)
        tidy(procountor, act, **details)

        sent = deliver(sending, clock)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1
        assert problem_codes(sent) == ([] if act == "approve" else ["S04"])
        export.refresh_from_db()
        assert export.ledger_receipt_id == procountor.ledger.receipts()[0].receipt_id

    def test_a_receipt_is_found_that_is_renamed_dated_anew_and_edited(
        self, procountor: Sandbox
    ) -> None:
        _, sending, clock = an_uncertain_export(procountor)
        tidy(procountor, "rename", name=WITHOUT_TOKEN)
        tidy(procountor, "redate", date="2026-11-15")
        tidy(procountor, "amount", row=1, to_row=2, amount=1)
        tidy(procountor, "approve")

        sent = deliver(sending, clock)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1

    def test_another_name_lets_those_after_it_go_on(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        tidy(procountor, "rename", name=WITHOUT_TOKEN)

        sent = deliver(sending, clock)

        assert sent.state == "sent"
        assert problem_codes(sent) == ["S04"]

    def test_what_a_person_has_approved_is_not_approved_again(self, procountor: Sandbox) -> None:
        _, sending, clock = an_uncertain_export(procountor, approves_receipts=True)
        tidy(procountor, "rename", name=WITHOUT_TOKEN)
        tidy(procountor, "approve")

        sent = deliver(sending, clock)

        assert states(sent) == ["approved"]
        approvals = [one for one in procountor.requests.all() if one.path.endswith("/approve")]
        assert approvals == []

    def test_a_copy_that_a_person_made_is_asked_about(self, procountor: Sandbox) -> None:
        export, sending, clock = an_uncertain_export(procountor)
        tidy(procountor, "rename", name=WITHOUT_TOKEN)
        copied = book_by_hand(export.link.procountor_account, export.payload)

        stopped = deliver(sending, clock)
        take_over(stopped.exports.get(), copied.ledger_receipt_id, user=None, now=clock.now)

        assert problem_codes(stopped) == []
        assert states(stopped) == ["posted"]
        assert procountor.ledger.count() == 2


class TestAfterARestoredBackup:
    @pytest.mark.parametrize(
        ("act", "details"),
        [
            ("rename", {"name": WITHOUT_TOKEN}),
            ("rename", {"name": f"Palkat {NOT_THE_TOKEN}"}),
            ("notes", {}),
            ("redate", {"date": "2026-06-01"}),
            ("redate", {"date": "2026-07-15"}),
            ("amount", {"row": 1, "to_row": 2, "amount": 1}),
            ("approve", {}),
        ],
    )
    def test_a_receipt_is_found_whatever_one_thing_was_changed(
        self, procountor: Sandbox, act: str, details: dict[str, Any]
    ) -> None:
        export = a_forgotten_export(procountor)
        tidy(procountor, act, **details)

        sent = send(check_journal(export.journal, now=Clock().now))

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1

    def test_a_receipt_that_got_the_name_of_another_of_ours_is_asked_about(
        self, procountor: Sandbox
    ) -> None:
        export = a_forgotten_export(procountor)
        other = a_journal(export.journal.company, 5, run_number="5").exports.get()
        tidy(procountor, "rename", name=other.name)
        tidy(procountor, "redate", date="2026-05-28")
        receipt_id = procountor.ledger.receipts()[0].receipt_id
        clock = Clock()

        for journal in (other.journal, export.journal):
            assert problem_codes(send(check_journal(journal, now=clock.now))) == ["S11"]
        take_over(_now(export), receipt_id, user=None, now=clock.now)
        say_another(_now(other), receipt_id, user=None, now=clock.now)

        assert states(send(other.journal)) == ["posted"]
        assert states(export.journal) == ["posted"]
        assert procountor.ledger.count() == 2

    def test_a_journal_imported_afresh_finds_its_renamed_receipts(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 5, 6))
        for place in (0, 1):
            tidy(procountor, "rename", place=place, name=WITHOUT_TOKEN)
        forget_the_sending()
        for model in (Export, JournalLine, Journal):
            model.objects.all().delete()

        sent = send(a_journal(company, 5, 6))

        assert states(sent) == ["posted", "posted"]
        assert procountor.ledger.count() == 2

    def test_what_was_read_in_a_future_that_was_undone_hides_nothing(
        self, procountor: Sandbox
    ) -> None:
        export = a_forgotten_export(procountor)
        tidy(procountor, "rename", name=WITHOUT_TOKEN)
        send(check_journal(export.journal, now=Clock().now))
        tidy(procountor, "notes")
        tidy(procountor, "notes", notes=f"Tilisilta {export.token}")
        forget_the_sending()

        sent = send(check_journal(export.journal, now=Clock().now))

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 1


class TestABusyOffice:
    @pytest.mark.parametrize(
        "kind",
        [kind for kind in FaultKind if not kind.startswith("hold")],
    )
    def test_never_makes_any_of_48_receipts_be_booked_twice(
        self, procountor: Sandbox, kind: FaultKind
    ) -> None:
        company = a_linked_company()
        journals = [_a_run(company, number) for number in range(1, 49)]
        procountor.busy.start(Busyness(seed=48, only_posts=False))
        for turn in range(16):
            details: dict[str, Any] = {"seconds": 0.001} if kind == FaultKind.SLOW else {}
            procountor.faults.add(on_post(kind, skip=turn, **details))
            if kind not in (FaultKind.LIST_LAG, FaultKind.REJECT):
                procountor.faults.add(
                    Fault(kind=kind, method="GET", path="/ledgerreceipts*", skip=turn, **details)
                )
        clock = Clock()

        for journal in journals:
            _send_until_booked(journal, clock)

        assert procountor.busy.act_count > 90
        tokens = list(Export.objects.values_list("token", flat=True))
        assert [len(receipts_with(procountor, token)) for token in tokens] == [1] * 48
        assert procountor.ledger.count() == 48

    def test_and_a_restored_backup_find_all_that_was_booked(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journals = [_a_run(company, number) for number in range(1, 25)]
        clock = Clock()
        # After a forgotten past, a receipt with any other date cannot be found any more.
        acts = (Act.RENAME, Act.NOTES, Act.AMOUNT, Act.DESCRIPTION, Act.APPROVE)
        procountor.busy.start(Busyness(seed=7, only_posts=False, acts=acts))
        for journal in journals:
            _send_until_booked(journal, clock)
        forget_the_sending()

        for journal in journals:
            _send_until_booked(check_journal(journal, now=clock.now), clock)

        assert procountor.ledger.count() == 24


def _now(export: Export) -> Export:
    return Export.objects.get(pk=export.pk)


def _a_run(company: Company, number: int) -> Journal:
    day = date(2026, 6, 1 + number % 28).isoformat()
    lines = [("5010", f"{1000 + number}.00", day), ("2961", f"-{1000 + number}.00", day)]
    return import_journal(
        csv_file(lines, description=f"Palkat, ajo {number}"),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=str(number)),
    ).journal


def _send_until_booked(journal: Journal, clock: Clock) -> None:
    for _ in range(20):
        if send(journal, clock).state == JournalState.SENT:
            return
    raise AssertionError(f"{journal.reference} is not booked: {problem_codes(journal)}")
