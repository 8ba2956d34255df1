"""A token that was typed or copied onto a foreign receipt does not make it ours."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
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
    send,
    states,
    tidy,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.clients.procountor.wire import decode_receipt, encode_receipt
from tilisilta.domain.journals import Run
from tilisilta.domain.receipts import ReceiptBody
from tilisilta.models import AuditEntry, Company, Export, Journal, JournalLine
from tilisilta.services.explanations import explain
from tilisilta.services.journals.importing import check_journal, import_journal
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.perhaps_ours import say_another, take_over

pytestmark = pytest.mark.django_db

WAGES = [("5010", "4200.00", "2026-08-31"), ("2961", "-4200.00", "2026-08-31")]
HOLIDAY_PAY = [
    [("5110", "2100.00", "2026-08-31"), ("2962", "-2100.00", "2026-08-31")],
    [("5010", "2100.00", "2026-08-31"), ("2961", "-2100.00", "2026-08-31")],
]
FOREIGN = [
    [("5110", "77.00"), ("2990", "-77.00")],
    [("5010", "77.00"), ("2961", "-77.00")],
    # A reversal of what would be sent.
    [("5010", "-1006.00"), ("2961", "1006.00")],
    [("5030", "1006.00"), ("2990", "-1006.00")],
]


class TestAForeignReceiptWithOurToken:
    @pytest.mark.parametrize("rows", FOREIGN)
    @pytest.mark.parametrize("where", ["name", "notes"])
    def test_is_asked_about_and_not_taken_over(
        self, procountor: Sandbox, rows: Sequence[tuple[str, str]], where: str
    ) -> None:
        export = a_journal(a_linked_company(), 6).exports.get()
        _book_foreign(export, rows, where=where)

        stopped = send(export.journal)

        assert problem_codes(stopped) == ["S09"]
        assert states(stopped) == ["ready"]
        assert procountor.ledger.count() == 1
        explanation = explain(stopped.exports.get().problems[0])
        assert "token" in explanation.cause

    def test_is_asked_about_after_a_lost_answer_as_well(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        tidy(procountor, "rename", name="Palkat")
        tidy(procountor, "notes")
        _book_foreign(journal.exports.get(), FOREIGN[0], where="name")

        stopped = deliver(sending, clock)

        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 2

    @pytest.mark.parametrize(("is_ours", "count"), [(True, 1), (False, 2)])
    def test_is_what_a_person_says(self, procountor: Sandbox, is_ours: bool, count: int) -> None:
        export = a_journal(a_linked_company(), 6).exports.get()
        _book_foreign(export, FOREIGN[0], where="name")
        stopped = send(export.journal)

        say = take_over if is_ours else say_another
        receipt_id = procountor.ledger.receipts()[0].receipt_id
        say(stopped.exports.get(), receipt_id, user=None, now=NOW)
        if not is_ours:
            stopped = send(stopped)

        assert states(stopped) == ["posted"]
        assert procountor.ledger.count() == count
        assert AuditEntry.objects.filter(
            action="receipt_taken_over" if is_ours else "receipt_is_another"
        ).exists()

    @pytest.mark.parametrize("lines", HOLIDAY_PAY)
    def test_is_also_that_of_another_payroll_that_had_the_number_before_a_backup(
        self, procountor: Sandbox, lines: list[tuple[str, str, str]]
    ) -> None:
        company = a_linked_company()
        send(_run_8(company, WAGES, "Palkat"))
        _forget_all()

        stopped = send(_run_8(company, lines, "Lomarahat"))

        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 1


class TestOneOfOursThatWasTidiedUp:
    @pytest.mark.parametrize(
        "acts",
        [
            [("account", {"row": 1, "account": "5030"}), ("notes", {})],
            [
                ("account", {"row": 1, "account": "5030"}),
                ("account", {"row": 2, "account": "2990"}),
            ],
            [("description", {"row": 1, "description": "a"}), ("rename", {"name": "Palkat"})],
            [
                ("amount", {"row": 1, "to_row": 2, "amount": 50}),
                ("description", {"row": 1, "description": "a"}),
                ("description", {"row": 2, "description": "b"}),
                ("notes", {"notes": "tarkastettu"}),
            ],
        ],
    )
    def test_is_still_taken_over(
        self, procountor: Sandbox, acts: list[tuple[str, dict[str, Any]]]
    ) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        forget_the_sending()
        for act, details in acts:
            tidy(procountor, act, **details)

        assert states(send(check_journal(journal, now=NOW))) == ["posted"]
        assert procountor.ledger.count() == 1


def _book_foreign(export: Export, rows: Sequence[tuple[str, str]], *, where: str) -> None:
    """Book foreign rows on the export's day, with its token typed on them."""
    ours = decode_receipt(export.payload.encode())
    foreign = ReceiptBody(
        name=f"Kone, vrt. #{export.token}" if where == "name" else "Kone",
        receipt_date=ours.receipt_date,
        accountants_notes=f"vrt. {export.token}" if where == "notes" else "",
        transactions=tuple(
            replace(
                ours.transactions[0],
                account=account,
                accounting_value=Decimal(amount),
                description="Kone",
                dimension_values=(),
            )
            for account, amount in rows
        ),
    )
    book_by_hand(export.link.procountor_account, encode_receipt(foreign).decode())


def _run_8(company: Company, lines: list[tuple[str, str, str]], description: str) -> Journal:
    return import_journal(
        csv_file(lines, description=description),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number="8"),
    ).journal


def _forget_all() -> None:
    """Leave the tables as a backup from before the import would."""
    forget_the_sending()
    for model in (Export, JournalLine, Journal):
        model.objects.all().delete()
