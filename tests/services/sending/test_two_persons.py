"""Where two persons are demanded, one proposes and another releases; one alone sends nothing."""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    csv_file,
    deliver,
    link_to,
    monthly_lines,
)
from tests.bureau import send as send_alone

import tilisilta
from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import (
    AuditEntry,
    Company,
    Export,
    JointSending,
    Journal,
    Link,
    Proposal,
    Sending,
    User,
    UserTemplate,
)
from tilisilta.services import audit
from tilisilta.services.closing.signing import signing_standing
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link, end_link
from tilisilta.services.profiles import Rules, change_profile, make_profile
from tilisilta.services.sending.asking import (
    Wanted,
    look_again,
    send_journal,
    send_many,
    send_or_propose,
)
from tilisilta.services.sending.differences import book_difference
from tilisilta.services.sending.ending_proposals import send_back, take_back_proposal
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.proposing_differences import book_or_propose_difference
from tilisilta.services.sending.releasing import open_proposals, release, void_outdated
from tilisilta.services.sending.settlements import mark_as_sent
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending.two_persons import CannotRelease, NeedsRelease
from tilisilta.services.sending.withdrawals import ask_to_withdraw, let_be_sent_again
from tilisilta.services.users import create_first_administrator, create_user

# The locks of a release are tried on both databases in test_stopping.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

PASSWORD = "a bridge over the river"


@pytest.fixture
def aino(db: None) -> User:
    return create_first_administrator("aino", PASSWORD)


@pytest.fixture
def onni(aino: User) -> User:
    template = UserTemplate.objects.get(name="Payroll clerk")
    return create_user("onni", PASSWORD, template=template, user=aino)


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    return of_company(1001)


def of_company(number: int, **choices: object) -> Journal:
    company = a_linked_company(number, **{"needs_release": True, **choices})
    return a_journal(company, 6, run_number=str(number - 995))


def propose(journal: Journal, user: User | None) -> Proposal:
    proposed = send_or_propose(journal, user=user, now=timezone.now())
    assert isinstance(proposed, Proposal)
    return proposed


def a_revision(company: Company) -> Journal:
    return import_journal(
        csv_file(monthly_lines(6, cents=70)),
        file_name="again.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number="6"),
    ).journal


def link_of(journal: Journal) -> Link:
    return Link.objects.get(company=journal.company)


def ended(proposal: Proposal) -> tuple[str, str]:
    proposal.refresh_from_db()
    return proposal.outcome, proposal.change


class TestAProposal:
    def test_sends_nothing_until_another_person_releases_it(
        self, journal: Journal, procountor: Sandbox, aino: User, onni: User
    ) -> None:
        proposal = propose(journal, aino)

        assert not Sending.objects.exists()
        assert [one.can_be_released for one in open_proposals(aino)] == [False]
        assert [one.can_be_released for one in open_proposals(onni)] == [True]
        released = release([proposal], user=onni, now=NOW)

        assert released.joint is not None
        booked = deliver(released.joint.sendings.get(), Clock())
        assert booked.state == "sent"
        assert procountor.ledger.count() == 1
        assert ended(proposal) == ("released", "")
        assert (proposal.proposed_by, proposal.ended_by) == (aino, onni)
        assert proposal.sending == released.joint.sendings.get()
        said = AuditEntry.objects.filter(action__in=["sending_proposed", "proposal_released"])
        assert [entry.user_name for entry in said.order_by("pk")] == ["aino", "onni"]

    def test_is_not_released_by_who_has_made_it(self, journal: Journal, aino: User) -> None:
        proposal = propose(journal, aino)

        released = release([proposal], user=aino, now=NOW)

        assert released.joint is not None
        refused = released.joint.sendings.get()
        assert [one.code for one in refused.refusal] == [ProblemCode.CANNOT_RELEASE]
        assert refused.refusal[0].fact("reason") == "own"
        assert ended(proposal) == ("", "")

    def test_of_a_command_is_not_released_by_the_user_of_the_same_name(
        self, journal: Journal, onni: User
    ) -> None:
        with audit.command_run_by("Onni (sudo: root)"):
            proposal = propose(journal, None)

        assert [one.is_own for one in open_proposals(onni)] == [True]
        with audit.command_run_by("onni"), pytest.raises(CannotRelease):
            take_back_proposal(proposal, user=None, now=NOW)

    def test_counts_only_what_goes_out_with_it(self, journal: Journal, aino: User) -> None:
        propose(journal, aino)
        (whole,) = open_proposals(aino)
        of_difference = replace(whole, proposal=Proposal(journal=journal, is_difference=True))
        export = journal.exports.get()
        booked = Export(state="posted", debit_total=export.debit_total)
        rest = replace(whole, exports=(booked, Export(state="ready", debit_total=Decimal(7))))

        assert whole.debit == journal.debit_total
        assert (of_difference.debit, rest.debit) == (None, Decimal(7))

    def test_stays_one_however_often_it_is_asked_for(
        self, journal: Journal, aino: User, onni: User
    ) -> None:
        first = propose(journal, aino)
        (again,) = send_many([Wanted(journal=journal)], user=onni, now=NOW).proposed
        joint = send_together([Wanted(journal=journal)], user=onni, now=NOW)

        assert again == first
        assert not joint.sendings.exists()
        assert list(Proposal.objects.all()) == [first]

    def test_is_taken_back_by_its_proposer_alone_and_sent_back_by_another(
        self, journal: Journal, aino: User, onni: User
    ) -> None:
        first = propose(journal, aino)
        with pytest.raises(CannotRelease):
            take_back_proposal(first, user=onni, now=NOW)
        with pytest.raises(CannotRelease):
            send_back(first, reason="Tarkista lomaraha.", user=aino, now=NOW)

        take_back_proposal(first, user=aino, now=NOW)
        second = propose(journal, aino)
        send_back(second, reason="Tarkista lomaraha.", user=onni, now=NOW)

        assert [ended(one)[0] for one in (first, second)] == ["taken_back", "returned"]
        assert second.end_reason == "Tarkista lomaraha."
        for one in (first, second):
            with pytest.raises(CannotRelease):
                take_back_proposal(one, user=aino, now=NOW)
        assert not open_proposals(onni)

    def test_by_rule_is_made_by_the_function_that_sends_many(
        self, journal: Journal, onni: User
    ) -> None:
        other = of_company(1003, needs_release=False)
        wanted = [Wanted(journal=journal), Wanted(journal=other)]
        with audit.command_run_by("rule"):
            joint = send_together(wanted, user=None, now=NOW)

        assert [one.journal for one in joint.sendings.all()] == [other]
        assert [one.system_user for one in joint.proposals.all()] == ["rule"]
        assert release(joint.proposals.all(), user=onni, now=NOW).joint is not None


class TestWhatHasChanged:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda journal: a_revision(journal.company), "revision"),
            (lambda journal: change_link(link_of(journal), user=None, receipt_title="X"), "link"),
            (
                lambda journal: end_link(
                    link_of(journal), ends_on=journal.period, reason="Vaihto", user=None
                ),
                "link",
            ),
            (
                lambda journal: mark_as_sent(journal, reason="Käsin", user=None, now=NOW),
                "stopped",
            ),
            (lambda journal: journal.exports.update(payload_sha256="0" * 64), "receipts"),
            (
                lambda journal: Journal.objects.filter(pk=journal.pk).update(
                    is_deleted_at_source=True
                ),
                "stopped",
            ),
            (
                lambda _journal: User.objects.filter(username="aino").update(is_active=False),
                "proposer",
            ),
        ],
    )
    def test_voids_it_with_the_reason_and_sends_nothing(
        self,
        journal: Journal,
        aino: User,
        onni: User,
        change: Callable[[Journal], object],
        reason: str,
    ) -> None:
        proposal = propose(journal, aino)
        change(journal)

        assert [one.change for one in open_proposals(onni)] == [reason]
        released = release([proposal], user=onni, now=NOW)

        assert ended(proposal) == ("void", reason)
        assert released.joint is None
        assert [problem.fact("reason") for _journal, problem in released.refused] == [reason]
        assert not Sending.objects.exists()

    def test_is_voided_by_the_worker_too(self, journal: Journal, aino: User) -> None:
        proposal = propose(journal, aino)
        assert void_outdated(now=NOW) == {}
        a_revision(journal.company)

        assert list(void_outdated(now=NOW)) == [proposal.pk]

        assert AuditEntry.objects.filter(action="proposal_void").count() == 1

    def test_after_the_release_is_found_by_the_worker(
        self, journal: Journal, procountor: Sandbox, aino: User, onni: User
    ) -> None:
        released = release([propose(journal, aino)], user=onni, now=NOW)
        change_link(link_of(journal), user=None, receipt_title="Muu")
        assert released.joint is not None

        deliver(released.joint.sendings.get(), Clock())

        assert procountor.ledger.count() == 0
        with pytest.raises(NeedsRelease):
            send_journal(journal, user=onni, now=NOW)


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


class TestManyAtOnce:
    def test_are_released_in_a_number_of_queries_that_does_not_grow(
        self, procountor: Sandbox, aino: User, onni: User
    ) -> None:
        counts = []
        for numbers in ((1001,), (1003, 1004, 1005, 1006)):
            journals = [of_company(number) for number in numbers]
            joint = send_together([Wanted(journal=one) for one in journals], user=aino, now=NOW)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                released = release(list(joint.proposals.all()), user=onni, now=NOW)
            assert released.joint is not None
            assert released.joint.sendings.filter(is_refused=False).count() == len(numbers)
            counts.append(len(queries))

        assert counts[1] <= counts[0] + 2

    def test_are_released_once_when_clicked_twice(
        self, journal: Journal, aino: User, onni: User
    ) -> None:
        proposal, joint_id = propose(journal, aino), uuid4()

        first = release([proposal], user=onni, now=NOW, joint_id=joint_id)
        second = release([proposal], user=onni, now=NOW, joint_id=joint_id)

        assert first.joint == second.joint
        assert Sending.objects.count() == 1
        assert JointSending.objects.count() == 1

    def test_of_debtors_that_the_user_does_not_see_are_left(
        self, journal: Journal, aino: User, onni: User
    ) -> None:
        proposal = propose(journal, aino)
        User.objects.filter(pk=onni.pk).update(sees_all_debtors=False)
        limited = User.objects.get(pk=onni.pk)

        released = release([proposal], user=limited, now=NOW + timedelta(seconds=1))

        assert open_proposals(limited) == ()
        assert [problem.fact("reason") for _journal, problem in released.refused] == ["right"]
        assert ended(proposal) == ("", "")


def test_who_has_proposed_does_not_sign_the_month_either(
    journal: Journal, aino: User, onni: User
) -> None:
    UserTemplate.objects.update(sender_cannot_sign=True)
    released = release([propose(journal, aino)], user=onni, now=NOW)
    assert released.joint is not None
    deliver(released.joint.sendings.get(), Clock())

    for name in ("aino", "onni"):
        user = User.objects.get(username=name)
        today = journal.period.replace(year=2027)
        assert signing_standing(
            journal.company, journal.period, user=user, today=today
        ).needs_another
