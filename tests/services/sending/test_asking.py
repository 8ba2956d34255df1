"""Asking for journals to be sent, or looked for again, only commits rows."""

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import (
    NOW,
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    book_by_hand,
    deliver,
    make_moves,
    on_post,
    send,
    send_all_ready,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.problems import Problem, ProblemCode, Severity
from tilisilta.models import AuditEntry, Export, Journal, ProcountorAccount, Sending, User
from tilisilta.services import audit
from tilisilta.services.connections import authorise_with_api_key, remove_authorisation
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.links import change_link
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import (
    AlreadySent,
    CannotBeSent,
    PreviewChanged,
    Wanted,
    look_again,
    send_journal,
    send_many,
    unfinished_sending,
)
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.ready import newest_month

pytestmark = pytest.mark.django_db

ODD = Problem(code=ProblemCode.BOOKED_DIFFERENTLY, facts=(("fields", "row 1 account"),))


class TestSendJournal:
    def test_queues_every_receipt_and_records_the_user(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)

        sending = send_journal(journal, user=None, now=NOW)

        assert states(journal) == ["queued", "queued"]
        assert unfinished_sending(journal) == sending
        entry = AuditEntry.objects.get(action="journal_sent")
        assert (entry.user, entry.system_user, entry.about_id) == (None, "", journal.pk)
        assert entry.company == journal.company
        assert entry.facts == {"reference": "1001-2026-6-1", "count": "2"}

    def test_records_the_user_and_for_a_command_the_system_user(self, procountor: Sandbox) -> None:
        user = User.objects.create_user("sari")
        by_page = a_journal(a_linked_company(), 5, run_number="5")
        by_command = a_journal(by_page.company, 6)

        with audit.command_run_by("palkat"):
            first = send_journal(by_page, user=user, now=NOW)
            second = send_journal(by_command, user=None, now=NOW)

        assert (first.requested_by, first.system_user) == (user, "")
        assert (second.requested_by, second.system_user) == (None, "palkat")
        recorded = AuditEntry.objects.filter(action="journal_sent").order_by("pk")
        assert [(one.user, one.system_user) for one in recorded] == [(user, ""), (None, "palkat")]

    def test_sends_nothing_when_the_preview_seen_is_not_what_would_be_sent(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company())

        with pytest.raises(PreviewChanged):
            send_journal(journal, user=None, now=NOW, seen="something else")

        assert Sending.objects.count() == 0
        assert states(journal) == ["ready"]

    def test_sends_nothing_when_the_link_changed_since_the_last_check(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        company.links.update(receipt_title="Palkanlaskenta")

        with pytest.raises(PreviewChanged):
            send_journal(journal, user=None, now=NOW)

        assert procountor.ledger.count() == 0

    def test_refuses_a_journal_without_a_link(self) -> None:
        journal = a_journal(a_company())

        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=NOW)

    def test_refuses_a_journal_that_is_sent(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company()))

        with pytest.raises(AlreadySent):
            send_journal(journal, user=None, now=NOW)

    def test_sends_what_was_seen_although_the_link_changes_afterwards(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        payload = journal.exports.get().payload
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)

        change_link(company.link, user=None, receipt_title="Palkanlaskenta")
        sent = deliver(sending, clock)

        assert sent.exports.get().payload == payload
        assert procountor.ledger.receipts()[0].name.startswith("Palkat")

    @pytest.mark.parametrize("kind", [AlreadySent, CannotBeSent, PreviewChanged])
    def test_names_the_journal_in_its_refusal(
        self, kind: type[AlreadySent | CannotBeSent | PreviewChanged]
    ) -> None:
        error = kind(a_journal(a_company()))

        assert error.facts == {"journal": "1001-2026-6-1"}
        assert "1001-2026-6-1" in str(error)


class TestProblemsOfABookedReceipt:
    def test_no_longer_stop_the_receipts_after_it(self, procountor: Sandbox) -> None:
        journal = _partly_sent(procountor)
        first = journal.exports.all()[0]
        Export.objects.filter(pk=first.pk).update(problems=[ODD])

        sent = send(journal)

        assert states(sent) == ["posted", "posted"]
        assert sent.exports.all()[0].problems == (replace(ODD, severity=Severity.WARNING),)

    def test_are_told_from_those_of_a_receipt_that_is_no_longer_wanted(
        self, procountor: Sandbox
    ) -> None:
        journal = _partly_sent(procountor)
        first = journal.exports.all()[0]
        refused = Export.objects.create(
            journal=journal,
            link=first.link,
            booking_date=date(2026, 4, 30),
            receipt_date=date(2026, 4, 30),
            token="WITHDRAWN",
            name="Payroll",
            row_count=2,
            debit_total=1,
            state="withdrawn",
            problems=[ODD],
        )

        send_journal(journal, user=None, now=NOW)

        refused.refresh_from_db()
        assert refused.problems == (ODD,)


class TestSendMany:
    @pytest.mark.parametrize(("until", "count"), [(-math.inf, 1), (math.inf, 3)])
    def test_begins_one_at_least_and_none_after_the_time_is_up(
        self, procountor: Sandbox, until: float, count: int
    ) -> None:
        user = User.objects.create_user("sari")
        company = a_linked_company()
        wanted = [
            Wanted(journal=a_journal(company, month, run_number=str(month))) for month in (4, 5, 6)
        ]

        sent = send_many(wanted, user=user, now=NOW, until=until)

        assert [one.journal for one in sent.sendings] == [one.journal for one in wanted[:count]]
        assert {one.requested_by for one in sent.sendings} == {user}
        assert (sent.refused, sent.left) == ((), tuple(wanted[count:]))

    def test_counts_a_refused_journal_as_begun(self, procountor: Sandbox) -> None:
        wanted = [
            Wanted(journal=a_journal(a_linked_company()), seen="something else"),
            Wanted(journal=a_journal(a_linked_company(1002), 5, run_number="5")),
        ]

        sent = send_many(wanted, user=None, now=NOW, until=-math.inf)

        assert [one.journal for one in sent.refused] == [wanted[0].journal]
        assert (sent.sendings, sent.left) == ((), (wanted[1],))


class TestSendAllReady:
    def test_sends_the_ready_ones_and_names_those_that_are_not_any_more(
        self, procountor: Sandbox
    ) -> None:
        first, second = a_linked_company(), a_linked_company(1002)
        ready, stale = a_journal(first, 5), a_journal(second, 6)
        second.links.update(receipt_title="Palkanlaskenta")

        sent = send_all_ready()

        assert [sending.journal for sending in sent.sendings] == [ready]
        assert [refusal.journal for refusal in sent.refused] == [stale]
        assert isinstance(sent.refused[0].error, PreviewChanged)


class TestLookAgain:
    def test_hastens_a_sending_that_waits_before_its_next_look(self, procountor: Sandbox) -> None:
        sending, clock = _an_uncertain_sending(procountor)
        Export.objects.update(look_at=clock.now + timedelta(minutes=30))
        outbox.put_off(sending.pk, due_at=clock.now + timedelta(minutes=30))

        again = look_again(sending.journal, user=None, now=clock.now)

        assert again == sending
        assert outbox.due_sendings(clock.now) == [sending]
        assert states(deliver(again, clock)) == ["posted"]

    def test_goes_on_later_when_the_account_has_ended(self, procountor: Sandbox) -> None:
        sending, clock = _an_uncertain_sending(procountor)
        Export.objects.update(look_at=None, problems=[])
        Sending.objects.update(finished_at=clock.now)
        remove_authorisation(ProcountorAccount.objects.get(), user=None)
        deliver(look_again(sending.journal, user=None, now=clock.now), clock)
        authorise_with_api_key(ProcountorAccount.objects.get(), "SANDBOX-KEY-1001", user=None)

        count = continue_waiting(clock.now)

        assert count == 1
        going_on = unfinished_sending(sending.journal)
        assert going_on is not None
        assert states(deliver(going_on, clock)) == ["posted"]

    def test_looks_for_what_waited_beside_it_before_that_is_posted(
        self, procountor: Sandbox
    ) -> None:
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock, journal = Clock(), a_journal(a_linked_company(), 5, 6)
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        account = ProcountorAccount.objects.get()
        remove_authorisation(account, user=None)
        deliver(sending, clock)
        waiting = journal.exports.get(state="queued")
        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)
        # A backup was put back that has forgotten this.
        book_by_hand(account, waiting.payload)

        deliver(look_again(journal, user=None, now=clock.now), clock)

        assert waiting.is_looked_for
        assert states(journal) == ["posted", "posted"]
        assert procountor.ledger.count() == 2


class TestContinueWaiting:
    def test_leaves_alone_what_was_not_asked_for(self, procountor: Sandbox) -> None:
        a_journal(a_linked_company())

        assert continue_waiting(NOW) == 0

    def test_asks_once(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        send_journal(journal, user=None, now=NOW)
        Sending.objects.update(finished_at=NOW)

        counts = [continue_waiting(NOW), continue_waiting(NOW)]

        assert counts == [1, 0]

    def test_asks_for_a_journal_whose_sending_was_lost(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        send_journal(journal, user=None, now=NOW)
        Sending.objects.all().delete()

        count = continue_waiting(NOW)

        sending = Sending.objects.get()
        assert count == 1
        assert (sending.requested_by, sending.system_user) == (None, "")
        assert (sending.requested_at, sending.due_at) == (NOW, NOW)

    def test_goes_on_in_the_name_of_the_user_who_asked_last(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        first, last = (User.objects.create_user(name, name) for name in ("first", "last"))
        for user in (first, last):
            sending = send_journal(journal, user=user, now=NOW)
            Sending.objects.filter(pk=sending.pk).update(
                requested_by=user, system_user=user.get_username(), finished_at=NOW
            )
            Export.objects.update(state="ready")
        Sending.objects.filter(requested_by=first).update(requested_at=NOW - timedelta(days=1))
        Export.objects.update(state="queued")

        continue_waiting(NOW)

        going_on = unfinished_sending(journal)
        assert going_on is not None
        assert (going_on.requested_by, going_on.system_user) == (last, "last")

    def test_asks_for_nothing_while_no_key_opens_the_secret_of_the_account(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        journal = a_journal(a_linked_company())
        send_journal(journal, user=None, now=NOW)
        Sending.objects.update(finished_at=NOW)
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)

        counts = [continue_waiting(NOW), continue_waiting(NOW)]

        assert counts == [0, 0]
        assert Sending.objects.count() == 1

    def test_looks_again_before_anything_is_posted(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        send_journal(journal, user=None, now=NOW)
        Sending.objects.update(finished_at=NOW)
        Export.objects.update(is_looked_for=True)

        continue_waiting(NOW)

        assert not Export.objects.get().is_looked_for


def _partly_sent(procountor: Sandbox) -> Journal:
    """A journal of two receipts: one is booked, the other may be sent."""
    procountor.faults.add(on_post(FaultKind.REJECT, skip=1))
    journal = send(a_journal(a_linked_company(), 5, 6))
    Export.objects.filter(state="rejected").update(state="ready", problems=[])
    return check_journal(journal, now=NOW)


def _an_uncertain_sending(procountor: Sandbox) -> tuple[Sending, Clock]:
    journal = a_journal(a_linked_company())
    procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
    clock = Clock()
    sending = send_journal(journal, user=None, now=clock.now)
    make_moves(sending, clock, 1)
    return sending, clock


class TestNewestMonth:
    def test_has_begun(self) -> None:
        today = timezone.localdate()
        this_month, ahead = today.replace(day=1), date(today.year + 2, 1, 1)

        assert newest_month([this_month, ahead, date(2020, 1, 1)]) == this_month
        assert newest_month([ahead]) == ahead
        assert newest_month([]) is None
