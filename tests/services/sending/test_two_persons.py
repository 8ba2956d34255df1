"""Where two persons are demanded, one proposes and another releases; one alone sends nothing."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bureau import NOW, Clock, deliver
from tests.services.sending.proposing import ended, of_company, propose

from procountor_sandbox.app import Sandbox
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import (
    AuditEntry,
    Export,
    JointSending,
    Journal,
    Proposal,
    Sending,
    User,
    UserTemplate,
)
from tilisilta.services import audit
from tilisilta.services.closing.signing import signing_standing
from tilisilta.services.sending.asking import Wanted, send_many
from tilisilta.services.sending.ending_proposals import send_back, take_back_proposal
from tilisilta.services.sending.releasing import open_proposals, release
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending.two_persons import CannotRelease

# The locks of a release are tried on both databases in test_stopping.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


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
