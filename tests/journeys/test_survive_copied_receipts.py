"""People copy receipts, tokens included: a copy is not the receipt that it was copied from."""

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
    forget_the_sending,
    monthly_lines,
    problem_codes,
    send,
    states,
    tidy,
)

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.models import Export, Journal, ProcountorAccount
from tilisilta.services.journals.answers import say_surely_another
from tilisilta.services.journals.importing import check_journal, import_journal
from tilisilta.services.sending.perhaps_ours import say_another, take_over

pytestmark = pytest.mark.django_db


def copied(payload: str, into: Export, *, where: str) -> str:
    """Return the payload of ``into`` with another receipt's token, where a copy would have it."""
    token = payload.split("#")[1][:8]
    assert token in payload
    assert into.token != token
    name, notes = f"{into.name.split(' #')[0]} #{token}", f"Tilisilta {token}"
    return (
        into.payload.replace(into.name, name if "name" in where else "Palkat käsin")
        .replace(into.token, "-")
        .replace("Tilisilta -", notes if "notes" in where else "Käsin")
    )


class TestACopyOfAnotherReceiptOfOurs:
    @pytest.mark.parametrize("where", ["name", "notes", "name and notes"])
    def test_that_books_the_same_as_the_next_run_is_asked_about(
        self, procountor: Sandbox, where: str
    ) -> None:
        june, july = _june_sent_and_july(procountor)
        book_by_hand(_account(), copied(june.payload, july, where=where))

        stopped = send(july.journal)

        assert problem_codes(stopped) == ["S09"]
        assert _same(stopped) == "copied"
        assert procountor.ledger.count() == 2

    def test_is_asked_about_also_when_a_backup_has_forgotten_the_receipt(
        self, procountor: Sandbox
    ) -> None:
        june, july = _june_sent_and_july(procountor)
        book_by_hand(_account(), copied(june.payload, july, where="name and notes"))
        forget_the_sending()

        stopped = send(check_journal(july.journal, now=Clock().now))

        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 2

    def test_of_which_the_dimensions_were_edited_is_asked_about_as_well(
        self, procountor: Sandbox
    ) -> None:
        june, july = _june_sent_and_july(procountor)
        book_by_hand(_account(), copied(june.payload, july, where="notes"))
        item = {"dimensionId": 3101, "itemId": 71003, "value": Decimal("1007.07")}
        tidy(procountor, "dimensions", row=1, dimensionItemValues=[item])

        assert problem_codes(send(july.journal)) == ["S09"]

    @pytest.mark.parametrize(("is_ours", "count"), [(True, 2), (False, 3)])
    def test_is_what_a_person_says(self, procountor: Sandbox, is_ours: bool, count: int) -> None:
        june, july = _june_sent_and_july(procountor)
        copy = book_by_hand(_account(), copied(june.payload, july, where="notes"))
        stopped = send(july.journal)

        say = take_over if is_ours else say_another
        say(stopped.exports.get(), copy.ledger_receipt_id, user=None, now=Clock().now)
        if not is_ours:
            stopped = send(stopped)

        assert states(stopped) == ["posted"]
        assert procountor.ledger.count() == count

    def test_is_nothing_that_was_invalidated(self, procountor: Sandbox) -> None:
        june, july = _june_sent_and_july(procountor)
        book_by_hand(_account(), copied(june.payload, july, where="notes"))
        tidy(procountor, "invalidate")

        assert states(send(july.journal)) == ["posted"]

    @pytest.mark.parametrize("is_forgotten", [True, False])
    def test_is_not_the_receipt_of_another_run_with_the_very_same_sums(
        self, procountor: Sandbox, is_forgotten: bool
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        again = import_journal(
            csv_file(monthly_lines(6), description="Bonus"),
            file_name="bonus.csv",
            company=company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="7"),
        ).journal
        say_surely_another(again, user=None, now=NOW)
        if is_forgotten:
            forget_the_sending()

        assert states(send(check_journal(again, now=NOW))) == ["posted"]
        assert procountor.ledger.count() == 2


def _june_sent_and_july(procountor: Sandbox) -> tuple[Export, Export]:
    company = a_linked_company()
    june = send(a_journal(company, 6))
    july = a_journal(company, 7, run_number="7")
    assert procountor.ledger.count() == 1
    return june.exports.get(), july.exports.get()


def _account() -> ProcountorAccount:
    return ProcountorAccount.objects.get()


def _same(journal: Journal) -> str:
    facts: dict[str, Any] = dict(journal.exports.get().problems[0].facts)
    return str(facts["same"])
