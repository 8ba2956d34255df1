"""Items that Procountor lacks are shown first, and made with the sending or at a click."""

import json
from datetime import timedelta

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_linked_company,
    deliver,
    make_moves,
    problem_codes,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.journals import Run
from tilisilta.models import AuditEntry, Company, Export, Journal, Sending, User
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import CannotBeSent, send_journal
from tilisilta.services.sending.items_before_posting import make_items_of

pytestmark = pytest.mark.django_db

ITEMS = "/dimensions/*/items"
HEADS = "Pvm;Tili;Selite;Summa;Kustannuspaikka"


def a_company_that_creates(number: int = 1001) -> Company:
    """A linked company whose link creates missing items."""
    return a_linked_company(
        number,
        uses_cost_centers=True,
        cost_center_dimension="Kustannuspaikka",
        creates_missing_items=True,
    )


def take_in(company: Company, *codes: str, number: str = "7") -> Journal:
    """A journal with one line for each cost center."""
    lines = [f"31.7.2026;5010;Palkat;{100 + place},00;{code}" for place, code in enumerate(codes)]
    total = sum(100 + place for place in range(len(codes)))
    content = "\n".join([HEADS, *lines, f"31.7.2026;2961;Velka;-{total},00;"])
    return import_journal(
        content.encode(),
        file_name="j.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=number),
    ).journal


def writes(sandbox: Sandbox) -> list[str]:
    """Return every request that could change something in Procountor, except for tokens."""
    return [
        one.path
        for one in sandbox.requests.all()
        if one.method != "GET" and "oauth" not in one.path
    ]


def items_made(sandbox: Sandbox) -> int:
    return sum(path.endswith("/items") for path in writes(sandbox))


def item_ids(payload: str) -> list[int]:
    """Return the ids of the items in a payload, in their order."""
    return [
        value["itemId"]
        for row in json.loads(payload)["transactions"]
        for value in row.get("dimensionItemValues", [])
    ]


class TestReviewing:
    def test_writes_nothing_to_procountor(self, procountor: Sandbox) -> None:
        company = a_company_that_creates()

        journal = take_in(company, "K7", "K8")
        check_journal(journal, now=NOW, age_limit=timedelta(0))
        change_link(company.link, user=None, sums_equal_lines=True)
        preview_journal(journal)

        assert writes(procountor) == []
        assert problem_codes(journal) == ["N46"]
        assert journal.state == "ready"

    def test_lists_the_items_to_be_made(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K8", "100", "K7")

        preview = preview_journal(journal)

        assert [item.code for item in preview.items_to_make] == ["K7", "K8"]
        shown = [row.dimensions[0] for row in preview.receipts[0].rows if row.dimensions]
        assert [(item.code, item.is_to_be_made) for item in shown] == [
            ("K8", True),
            ("100", False),
            ("K7", True),
        ]

    @pytest.mark.parametrize("code", ["4200,00", "4,20E+02", "100.0", "31.7.2026"])
    def test_questions_codes_that_look_like_something_else(
        self, procountor: Sandbox, code: str
    ) -> None:
        journal = take_in(a_company_that_creates(), code)

        assert journal.state == "problem"
        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=NOW)
        assert writes(procountor) == []


class TestSending:
    def test_makes_the_items_first_and_sends_what_was_seen(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7", "K8", "K7")
        seen = journal.exports.get().payload
        clock = Clock()

        sending = send_journal(journal, user=None, now=clock.now)
        assert writes(procountor) == []
        sent = deliver(sending, clock)

        assert states(sent) == ["posted"]
        assert items_made(procountor) == 2
        assert problem_codes(sent) == []
        export = sent.exports.get()
        assert export.items_to_make == ()
        ids, seen_ids = item_ids(export.payload), item_ids(seen)
        assert min(seen_ids) < 0 < min(ids)
        assert len(ids) == len(seen_ids)

    @pytest.mark.parametrize("system_user", ["", "palkat"])
    def test_records_the_items_under_the_name_of_the_user_who_sends(
        self, procountor: Sandbox, system_user: str
    ) -> None:
        user = None if system_user else User.objects.create_user("sari")
        journal = take_in(a_company_that_creates(), "K7", "K8")
        clock = Clock()
        sending = send_journal(journal, user=user, now=clock.now)
        Sending.objects.update(system_user=system_user)

        deliver(sending, clock)

        entries = AuditEntry.objects.filter(action="items_created").order_by("pk")
        assert [entry.facts["items"] for entry in entries] == ["K7", "K8"]
        assert {(entry.user, entry.system_user) for entry in entries} == {(user, system_user)}

    @pytest.mark.parametrize("kind", [FaultKind.ANSWER_LOST, FaultKind.ERROR_BEFORE])
    def test_makes_each_item_once_whatever_is_lost(
        self, procountor: Sandbox, kind: FaultKind
    ) -> None:
        journal = take_in(a_company_that_creates(), "K7", "K8")
        procountor.faults.add(Fault(kind=kind, method="POST", path=ITEMS))
        clock = Clock()

        sent = deliver(send_journal(journal, user=None, now=clock.now), clock)

        assert states(sent) == ["posted"]
        codes = [item["code"] for item in _items(sent)]
        assert codes.count("K7") == codes.count("K8") == 1

    def test_goes_on_where_a_killed_worker_stopped(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7", "K8")
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        # What a crash before the commit of the ids would leave.
        Export.objects.filter(journal=journal).update(
            payload=Export.objects.get().payload, is_looked_for=False
        )

        sent = deliver(sending, clock)

        assert states(sent) == ["posted"]
        assert items_made(procountor) == 2

    def test_stops_at_an_item_that_is_refused_and_sends_nothing(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7")
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path=ITEMS))
        clock = Clock()

        left = deliver(send_journal(journal, user=None, now=clock.now), clock)

        assert procountor.ledger.count() == 0
        assert "S14" in problem_codes(left)
        assert states(left) == ["ready"]
        again = check_journal(left, now=NOW)
        assert deliver(send_journal(again, user=None, now=clock.now), clock).state == "sent"

    def test_says_why_an_item_was_refused(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7")
        procountor.faults.add(
            Fault(kind=FaultKind.REJECT, method="POST", path=ITEMS, code="CLOSED_FISCAL_PERIOD")
        )
        clock = Clock()

        left = deliver(send_journal(journal, user=None, now=clock.now), clock)

        refused = next(one for one in Export.objects.get(journal=left).problems if one.line is None)
        assert refused.code == "S14"
        assert refused.fact("reason") == "period_closed"

    def test_never_posts_a_number_that_stands_in_for_an_item(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7")
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        procountor.faults.add(Fault(kind=FaultKind.BUSY, method="POST", path=ITEMS, times=None))

        make_moves(sending, clock, 5)

        assert procountor.ledger.count() == 0

    def test_uses_an_item_that_a_person_made_meanwhile(self, procountor: Sandbox) -> None:
        first = take_in(a_company_that_creates(), "K7")
        second = take_in(first.company, "K7", "K9", number="8")
        clock = Clock()
        sendings = [send_journal(one, user=None, now=clock.now) for one in (first, second)]

        for sending in sendings:
            deliver(sending, clock)

        assert items_made(procountor) == 2
        assert procountor.ledger.count() == 2


class TestAtAClick:
    def test_items_are_made_and_the_journal_is_checked(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7", "K8")

        made = make_items_of(journal, user=None, now=NOW)

        assert made.created == ("K7", "K8")
        assert problem_codes(journal) == []
        assert journal.exports.get().items_to_make == ()

    def test_twice_makes_them_once(self, procountor: Sandbox) -> None:
        journal = take_in(a_company_that_creates(), "K7")

        for _click in range(2):
            make_items_of(journal, user=None, now=NOW)

        assert items_made(procountor) == 1


def _items(journal: Journal) -> list[dict[str, str]]:
    account = journal.company.link.procountor_account
    check_journal(journal, now=NOW, age_limit=timedelta(0))
    account.refresh_from_db()
    assert account.administration is not None
    found: list[dict[str, str]] = next(
        one["items"]
        for one in account.administration["dimensions"]
        if one["name"] == "Kustannuspaikka"
    )
    return found
