"""Many journals are asked for in one moment, and each is sent as it was confirmed or not at all."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    a_revision,
    deliver,
    make_moves,
    send,
    set_period,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import (
    AuditEntry,
    Company,
    JointSending,
    Journal,
    ProcountorAccount,
    Sending,
    User,
)
from tilisilta.services.connections import remove_authorisation
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import Wanted, send_journal
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.progress import progress_of
from tilisilta.services.sending.together import send_together

pytestmark = pytest.mark.django_db


def of_company(number: int) -> Journal:
    """Return a journal of a company of its own; no two have the same payroll."""
    return a_journal(a_linked_company(number), run_number=str(number - 995))


@pytest.fixture
def journals(procountor: Sandbox) -> list[Journal]:
    return [of_company(number) for number in (1001, 1003)]


def ask(*journals: Journal, **more: object) -> JointSending:
    asked = [Wanted(journal=one) for one in journals]
    return send_together(asked, user=None, now=NOW, **more)  # type: ignore[arg-type]


def sending_of(joint: JointSending, journal: Journal) -> Sending:
    return joint.sendings.get(journal=journal)


def read_long_ago(hours: float) -> None:
    ProcountorAccount.objects.update(administration_read_at=NOW - timedelta(hours=hours))


class TestSendTogether:
    def test_queues_all_and_asks_procountor_nothing(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        procountor.requests.clear()

        joint = ask(*journals)

        assert procountor.requests.all() == ()
        assert [states(one) for one in journals] == [["queued"], ["queued"]]
        assert set(Journal.objects.values_list("state", flat=True)) == {"queued"}
        assert joint.sendings.filter(finished_at__isnull=True).count() == 2
        entries = AuditEntry.objects.filter(action="journal_sent")
        assert {entry.facts["reference"] for entry in entries} == {"1001-2026-6-1", "1003-2026-8-1"}

    def test_books_each_once(self, journals: list[Journal], procountor: Sandbox) -> None:
        joint = ask(*journals)

        for journal in journals:
            deliver(sending_of(joint, journal), Clock())

        assert procountor.ledger.count() == 2
        assert progress_of(joint).counts["booked"] == 2

    def test_asks_once_when_clicked_twice(self, journals: list[Journal]) -> None:
        joint_id = uuid4()

        first, second = ask(*journals, joint_id=joint_id), ask(*journals, joint_id=joint_id)

        assert first == second
        assert Sending.objects.count() == 2

    def test_refuses_in_place_what_cannot_be_sent(self, journals: list[Journal]) -> None:
        first, second = journals
        send(first)
        third = of_company(1004)

        joint = send_together(
            [Wanted(journal=first), Wanted(journal=second), Wanted(journal=third, seen="other")],
            user=None,
            now=NOW,
        )

        refused = {
            one.journal: one.refusal[0].code for one in joint.sendings.filter(is_refused=True)
        }
        assert refused == {first: ProblemCode.ALREADY_SENT, third: ProblemCode.PREVIEW_CHANGED}
        assert states(third) == ["ready"]
        assert states(second) == ["queued"]

    def test_leaves_what_another_person_has_asked_for(self, journals: list[Journal]) -> None:
        earlier = send_journal(journals[0], user=User.objects.create_user("sari"), now=NOW)

        joint = ask(*journals)

        assert sending_of(joint, journals[0]).refusal[0].code == ProblemCode.ALREADY_SENT
        assert Sending.objects.get(journal=journals[0], finished_at__isnull=True) == earlier

    def test_needs_no_more_queries_for_more_journals(
        self, journals: list[Journal], django_assert_max_num_queries: Callable[..., object]
    ) -> None:
        journals += [of_company(number) for number in (1004, 1005)]

        with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
            ask(*journals)


class TestTheWorkersCheck:
    def test_reads_the_periods_alone_of_what_was_read_today(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        read_long_ago(hours=1)
        joint = ask(journals[0])
        procountor.requests.clear()

        deliver(sending_of(joint, journals[0]), Clock())

        paths = [f"{one.method} {one.path}" for one in procountor.requests.all()]
        assert paths == ["GET /fiscalyears", "GET /ledgerreceipts", "POST /ledgerreceipts"]

    @pytest.mark.parametrize("hours", [1, 48])
    def test_refuses_a_journal_whose_period_was_closed_meanwhile(
        self, journals: list[Journal], procountor: Sandbox, hours: float
    ) -> None:
        read_long_ago(hours)
        joint = ask(journals[0])
        set_period(procountor, "CLOSED", month=6)

        journal = deliver(sending_of(joint, journals[0]), Clock())

        refusal = sending_of(joint, journal).refusal
        assert [one.code for one in refusal] == [ProblemCode.PERIOD_CLOSED]
        assert (procountor.ledger.count(), journal.state) == (0, "problem")
        assert AuditEntry.objects.filter(action="sending_refused").count() == 1

    def test_refuses_what_would_get_another_date(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(closed_period_policy="next-open"))
        read_long_ago(hours=1)
        joint = ask(journal)
        set_period(procountor, "CLOSED", month=6)

        journal = deliver(sending_of(joint, journal), Clock())

        (problem,) = sending_of(joint, journal).refusal
        assert (problem.code, problem.fact("reason")) == (ProblemCode.PREVIEW_CHANGED, "dates")
        assert procountor.ledger.count() == 0
        # It can be confirmed again, with the date it would have now.
        assert journal.state == "ready"
        assert journal.exports.get().receipt_date.month == 7

    def test_refuses_what_a_changed_link_would_send_otherwise(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        joint = ask(journals[0])
        link = journals[0].company.links.get()
        change_link(link, user=None, receipt_title="Palkanlaskenta")

        journal = deliver(sending_of(joint, journals[0]), Clock())

        (problem,) = sending_of(joint, journal).refusal
        assert (problem.code, problem.fact("reason")) == (ProblemCode.PREVIEW_CHANGED, "link")
        assert (procountor.ledger.count(), states(journal)) == (0, ["ready"])

    def test_refuses_what_has_a_newer_revision(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        joint = ask(journals[0])
        newer = a_revision(journals[0].company)

        journal = deliver(sending_of(joint, journals[0]), Clock())

        refusal = sending_of(joint, journal).refusal
        assert ProblemCode.NEWER_REVISION in [one.code for one in refusal]
        newer.refresh_from_db()
        assert (procountor.ledger.count(), journal.state, newer.state) == (0, "replaced", "ready")

    def test_waits_while_procountor_is_silent(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        read_long_ago(hours=1)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/fiscalyears"))
        joint = ask(journals[0])

        journal = deliver(sending_of(joint, journals[0]), Clock())

        assert (journal.state, sending_of(joint, journal).is_refused) == ("sent", False)

    def test_refuses_what_may_not_be_sent_any_more(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        joint = ask(*journals)
        Company.objects.filter(pk=journals[0].company_id).update(is_test=True)
        remove_authorisation(journals[1].company.links.get().procountor_account, user=None)

        for journal in journals:
            deliver(sending_of(joint, journal), Clock())

        codes = {one.refusal[0].code for one in joint.sendings.all()}
        assert codes == {ProblemCode.TEST_COMPANY, ProblemCode.ACCOUNT_NOT_AUTHORISED}
        assert (procountor.ledger.count(), progress_of(joint).counts["left"]) == (0, 2)

    def test_is_made_by_the_next_worker_when_the_first_dies_before_or_after(
        self, journals: list[Journal], procountor: Sandbox
    ) -> None:
        read_long_ago(hours=1)
        joint = ask(journals[0])
        for path in ("/fiscalyears", "/ledgerreceipts"):
            procountor.faults.add(Fault(kind=FaultKind.ANSWER_LOST, method="GET", path=path))
            make_moves(sending_of(joint, journals[0]), Clock(), 1)
            assert states(journals[0]) == ["queued"]

        deliver(sending_of(joint, journals[0]), Clock())

        assert procountor.ledger.count() == 1


class TestProgress:
    def test_adds_up_and_is_the_same_for_all_who_see_the_companies(
        self, journals: list[Journal]
    ) -> None:
        joint = ask(*journals)
        deliver(sending_of(joint, journals[0]), Clock())

        progress = progress_of(joint)

        assert progress.counts == {"booked": 1, "waiting": 1}
        assert sum(progress.counts.values()) == progress.total == 2

    def test_counts_a_journal_once_that_went_on_after_its_account_was_back(
        self, journals: list[Journal]
    ) -> None:
        joint = ask(journals[0])
        sending = sending_of(joint, journals[0])
        Sending.objects.filter(pk=sending.pk).update(finished_at=NOW)

        assert continue_waiting(NOW) == 1

        assert progress_of(joint).total == 1
        assert sending_of(joint, journals[0]).is_unchecked
