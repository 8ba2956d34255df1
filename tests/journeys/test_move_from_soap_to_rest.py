"""A bureau has sent by SOAP, and moves to REST: nothing is new and nothing has changed."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.bureau import (
    Clock,
    a_connection,
    a_rest_connection,
    an_account,
    compare,
    fetch_everything,
    link_to,
    send,
)

from nmbrs_sandbox.traps import Trap
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    AuditEntry,
    Company,
    ComparedCompany,
    CostObject,
    Debtor,
    Journal,
    NmbrsCompany,
    NmbrsConnection,
    Run,
)
from tilisilta.services.fetching.moving.errors import CannotSwitch
from tilisilta.services.fetching.moving.switching import (
    accept_differences,
    switch_to_rest,
    switch_to_soap,
)

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db(transaction=True)

KONEPAJA = 48101
JUNE = 48101006


@pytest.fixture
def sent(nmbrs: "Nmbrs", procountor: "Procountor") -> NmbrsConnection:
    """A connection by SOAP, one of whose June journals is sent."""
    made = a_connection()
    fetch_everything()
    link_to(Company.objects.get(number=1001), an_account())
    send(june(), later(0.5))
    # The link needs the journals told apart in another way than they were fetched without one.
    fetch_everything(later(1))
    return made


def june() -> Journal:
    return Journal.objects.filter(company__number=1001, run_number="6").order_by("-revision")[0]


def later(days: float) -> Clock:
    return Clock(now=datetime.now(tz=UTC) + timedelta(days=days))


def move(nmbrs: "Nmbrs", connection: NmbrsConnection) -> None:
    """Give a consent, compare what both give, and switch."""
    a_rest_connection(nmbrs, connection=connection)
    compare(connection, later(1.5))
    switch_to_rest(NmbrsConnection.objects.get(pk=connection.pk), user=None, now=later(1.6).now)


def forget_guids() -> None:
    """Take away what SOAP's converter told, as where it was never asked."""
    for rows in (Debtor, NmbrsCompany, Run, CostObject):
        rows._default_manager.update(nmbrs_guid=None)


def all_rows() -> dict[str, Any]:
    """Return what must not change by the move."""
    return {
        "debtors": sorted(Debtor.objects.values_list("pk", "number", "name", "gone_at")),
        "companies": sorted(Company.objects.values_list("pk", "number", "name", "debtor")),
        "tied": sorted(NmbrsCompany.objects.values_list("pk", "nmbrs_company_id", "period_type")),
        "runs": sorted(Run.objects.values_list("pk", "company", "year", "number", "gone_at")),
        "items": sorted(CostObject.objects.values_list("pk", "kind", "code", "gone_at")),
        "journals": sorted(Journal.objects.values_list("pk", "run", "revision", "state")),
    }


class TestMoving:
    @pytest.mark.parametrize("knows_guids", [True, False])
    def test_finds_everything_again(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection, knows_guids: bool
    ) -> None:
        if not knows_guids:
            forget_guids()
        before = all_rows()
        move(nmbrs, sent)

        ended = fetch_everything(later(2))

        assert all_rows() == before
        assert (ended.failed_count, ended.journal_count, ended.revision_count) == (0, 0, 0)
        for rows in (Debtor, NmbrsCompany, Run):
            assert not rows._default_manager.filter(nmbrs_guid=None).exists()

    def test_finds_everything_again_where_numbers_are_written_in_another_way(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        forget_guids()
        before = all_rows()
        nmbrs.traps.on(Trap.PADDED_NUMBERS)
        nmbrs.traps.on(Trap.PERIOD_AS_TIME)
        nmbrs.traps.on(Trap.UNKNOWN_RUN_TYPE)
        move(nmbrs, sent)

        fetch_everything(later(2))

        assert all_rows() == before

    def test_and_back_finds_everything_too(self, nmbrs: "Nmbrs", sent: NmbrsConnection) -> None:
        before = all_rows()
        move(nmbrs, sent)
        fetch_everything(later(2))
        switch_to_soap(NmbrsConnection.objects.get(), user=None, now=later(2.5).now)

        ended = fetch_everything(later(3))

        assert all_rows() == before
        assert (ended.failed_count, ended.revision_count) == (0, 0)

    def test_fetches_no_journal_of_former_months_again(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        read = dict(Run.objects.values_list("pk", "journal_read_at"))
        move(nmbrs, sent)

        fetch_everything(later(2))

        unread = Run.objects.filter(journal_read_at=None)
        assert not unread.exists()
        assert len(read) == Run.objects.count()

    def test_still_notices_a_recalculated_run(self, nmbrs: "Nmbrs", sent: NmbrsConnection) -> None:
        move(nmbrs, sent)
        fetch_everything(later(2))
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=JUNE, touch_run_at=True)

        ended = fetch_everything(later(3))

        assert ended.revision_count == 1
        assert june().revision == 2
        first = Journal.objects.get(company__number=1001, run_number="6", revision=1)
        assert first.state == JournalState.SENT

    def test_still_notices_another_journal_of_what_was_sent(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        move(nmbrs, sent)
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
        NmbrsCompany.objects.update(wants_all_journals=True)

        fetch_everything(later(2))

        assert june().revision == 2

    def test_notices_a_run_recalculated_between_comparing_and_switching(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        a_rest_connection(nmbrs, connection=sent)
        compare(sent, later(1.5))
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=JUNE, touch_run_at=True)
        switch_to_rest(NmbrsConnection.objects.get(), user=None, now=later(1.6).now)
        NmbrsCompany.objects.update(wants_all_journals=True)

        fetch_everything(later(2))

        assert june().revision == 2

    def test_goes_on_in_spite_of_a_difference_once_a_person_accepts_it(
        self, nmbrs: "Nmbrs", procountor: "Procountor", sent: NmbrsConnection
    ) -> None:
        a_rest_connection(nmbrs, connection=sent)
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
        compare(sent, later(1.5))
        told = ComparedCompany.objects.get(company__number=1001).runs
        assert [(one.run, one.is_sent, one.is_equal) for one in told] == [("6/2026", True, False)]
        with pytest.raises(CannotSwitch):
            switch_to_rest(NmbrsConnection.objects.get(), user=None, now=later(1.6).now)
        accept_differences(sent, [1001], reason="Sentti", user=None, now=later(1.7).now)
        booked = len(procountor.ledger.receipts())

        switch_to_rest(NmbrsConnection.objects.get(), user=None, now=later(1.8).now)
        NmbrsCompany.objects.update(wants_all_journals=True)
        fetch_everything(later(2))

        # It looks changed, as the page had said, and nothing is sent of it by itself.
        assert june().revision == 2
        first = Journal.objects.get(company__number=1001, run_number="6", revision=1)
        assert first.state == JournalState.SENT
        assert len(procountor.ledger.receipts()) == booked
        assert AuditEntry.objects.get(action="difference_accepted").facts["reason"] == "Sentti"

    def test_stores_nothing_while_journals_are_made(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection
    ) -> None:
        move(nmbrs, sent)
        fetch_everything(later(2))
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=JUNE, touch_run_at=True)
        nmbrs.traps.on(Trap.NEVER_READY, company_id=KONEPAJA)
        before = Journal.objects.count()

        fetch_everything(later(3))

        assert Journal.objects.count() == before
        waiting = NmbrsCompany.objects.get(company__number=1001)
        assert [problem.code.value for problem in waiting.trouble] == ["P14"]
        assert waiting.wanted_at is not None

        nmbrs.traps.clear()
        fetch_everything(later(4))

        assert june().revision == 2
