"""When two persons are demanded, and that no way of sending passes them by."""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.bureau import NOW, Clock, a_journal, a_linked_company, a_revision, deliver, link_to
from tests.bureau import send as send_alone
from tests.services.sending.proposing import ended, link_of, of_company, propose

import tilisilta
from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Journal, Proposal, Sending, User
from tilisilta.services.links import change_link, end_link
from tilisilta.services.profiles import Rules, change_profile, make_profile
from tilisilta.services.sending.asking import Wanted, look_again, send_journal, send_many
from tilisilta.services.sending.differences import book_difference
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.proposing_differences import book_or_propose_difference
from tilisilta.services.sending.releasing import release
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending.two_persons import NeedsRelease
from tilisilta.services.sending.withdrawals import ask_to_withdraw, let_be_sent_again

# The locks of a release are tried on both databases in test_stopping.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestTheDemand:
    def test_switched_on_after_the_look_holds_what_was_not_asked_for(
        self, procountor: Sandbox, aino: User
    ) -> None:
        journal = of_company(1001, needs_release=False)
        seen = Wanted(journal=journal)
        change_link(link_of(journal), user=None, needs_release=True)

        joint = send_together([seen], user=aino, now=NOW)

        assert (joint.sendings.count(), joint.proposals.count()) == (0, 1)

    def test_switched_off_ends_what_is_proposed_and_says_that_one_has_sent(
        self, journal: Journal, aino: User
    ) -> None:
        proposal = propose(journal, aino)
        change_link(link_of(journal), user=aino, needs_release=False)

        sending = send_journal(journal, user=aino, now=NOW)
        change_link(link_of(journal), user=aino, needs_release=True)

        assert ended(proposal) == ("void", "sent")
        assert sending.release_off_at is not None
        assert link_of(journal).release_off_at is None
        (said,) = AuditEntry.objects.filter(action="sent_by_one")
        assert said.user == aino
        switched = AuditEntry.objects.filter(action="link_changed", user=aino)
        assert [one.facts["fields"] for one in switched] == ["needs_release", "needs_release"]

    @pytest.mark.parametrize("way", ["account", "look"])
    def test_goes_on_with_what_goes_on_for_another_sending(
        self, journal: Journal, aino: User, onni: User, way: str
    ) -> None:
        proposal = propose(journal, aino)
        release([proposal], user=onni, now=NOW)
        off_at = timezone.now()
        Sending.objects.update(release_off_at=off_at, finished_at=NOW)
        if way == "account":
            assert continue_waiting(NOW) == 1
        else:
            look_again(journal, user=aino, now=NOW + timedelta(seconds=1))

        sending = Sending.objects.get(finished_at=None)
        proposal.refresh_from_db()
        assert (proposal.sending, sending.release_off_at) == (sending, off_at)

    def test_is_decided_by_a_profile_and_is_no_rule_of_receipts(
        self, procountor: Sandbox, aino: User
    ) -> None:
        journal = of_company(1001, needs_release=False)
        rules = Rules(name="Standard", is_default=False, choices={}, mappings={})
        profile = make_profile(rules, user=aino)
        change_link(link_of(journal), user=aino, profile=profile)
        joint = send_together([Wanted(journal=journal)], user=aino, now=NOW)

        demanding = replace(rules, choices={"needs_release": True})
        change_profile(profile, demanding, user=aino, now=NOW, checks_names=False)

        assert link_of(journal).needs_release
        # What was asked for before goes on: its receipts are the same.
        assert deliver(joint.sendings.get(), Clock()).state == "sent"

    def test_of_the_last_link_is_remembered_by_the_next(self, journal: Journal, aino: User) -> None:
        company, link = journal.company, link_of(journal)
        end_link(link, ends_on=journal.period, reason="Vaihto", user=aino)
        made = link_to(company, link.procountor_account, start_month=journal.period)

        assert made.release_off_at is not None


WAYS: dict[str, Callable[[Journal, User | None], object]] = {
    "single": lambda one, user: send_journal(one, user=user, now=NOW),
    "named": lambda one, user: send_many([Wanted(journal=one)], user=user, now=NOW),
    "together": lambda one, user: send_together([Wanted(journal=one)], user=user, now=NOW),
}


class TestEveryWay:
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("has_proposed", [True, False])
    def test_sends_nothing_by_one_person(
        self, journal: Journal, aino: User, way: str, has_proposed: bool
    ) -> None:
        if has_proposed:
            propose(journal, aino)
        for user in (aino, None):
            try:
                WAYS[way](journal, user)
            except NeedsRelease:
                assert way == "single"

        assert not Sending.objects.exists()

    def test_of_sending_again_is_held_too(
        self, procountor: Sandbox, aino: User, onni: User
    ) -> None:
        journal = of_company(1001, needs_release=False)
        booked = send_alone(journal)
        change_link(link_of(journal), user=None, needs_release=True)
        deliver(ask_to_withdraw(booked, reason="Väärä", user=aino, now=NOW), Clock())
        again = let_be_sent_again(booked, reason="Oikein", user=aino, now=NOW)

        with pytest.raises(NeedsRelease):
            send_journal(again, user=aino, now=NOW)

    def test_of_a_difference_is_held_and_released_as_it_was_proposed(
        self, procountor: Sandbox, aino: User, onni: User
    ) -> None:
        journal = a_journal(a_linked_company(needs_release=True), 6)
        released = release([propose(journal, aino)], user=onni, now=NOW)
        assert released.joint is not None
        deliver(released.joint.sendings.get(), Clock())
        second = a_revision(journal.company)
        with pytest.raises(NeedsRelease):
            book_difference(second, reason="Oikaisu", user=aino, now=NOW)

        proposal = book_or_propose_difference(second, reason="Oikaisu", user=aino, now=NOW)
        assert isinstance(proposal, Proposal)
        assert len(release([proposal], user=aino, now=NOW).refused) == 1
        assert release([proposal], user=onni, now=NOW).differences == 1

        deliver(Sending.objects.get(journal=second), Clock())
        assert procountor.ledger.count() == 2
        assert ended(proposal) == ("released", "")

    def test_that_begins_a_sending_is_known(self) -> None:
        """Fails for a new place that begins a sending: let it pass ``must_be_released``."""
        begins = {"Sending", "Sending.objects.create", "Sending.objects.get_or_create"}
        texts = {path: path.read_text() for path in Path(tilisilta.__file__).parent.rglob("*.py")}
        found = {
            f"{path.stem}.{function.name}"
            for path, text in texts.items()
            if "Sending(" in text or "Sending.objects" in text
            for function in ast.walk(ast.parse(text))
            if isinstance(function, ast.FunctionDef)
            for call in ast.walk(function)
            if isinstance(call, ast.Call) and ast.unparse(call.func) in begins
        }

        assert found == {
            # Called by _commit_sending, past the guard, and by look_again, which sends nothing new.
            "asking._new_sending",
            # Takes the place of one that has passed the guard.
            "going_on._go_on",
            # Called by _decide, past the guard.
            "together._sending_of",
            # Called by _commit, past the guard.
            "differences._asked",
            # Takes back, and sends nothing.
            "withdrawals._commit",
        }
