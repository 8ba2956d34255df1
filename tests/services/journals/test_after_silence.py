"""Journals that were checked while Procountor was away."""

from datetime import timedelta

import pytest
from tests.bureau import NOW, a_journal, a_linked_company

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.standing import JournalState
from tilisilta.models import Journal, ProcountorAccount
from tilisilta.services.journals.after_silence import recheck_after_silence
from tilisilta.services.journals.checks import check_journal

pytestmark = pytest.mark.django_db

AWAY = Fault(kind=FaultKind.ERROR_BEFORE, path="*", times=None)


@pytest.fixture
def stopped(procountor: Sandbox) -> Journal:
    """A journal that could not be checked, as Procountor was away."""
    journal = a_journal(a_linked_company())
    procountor.faults.add(AWAY)
    return check_journal(journal, now=NOW, age_limit=timedelta(0))


class TestRecheckAfterSilence:
    def test_makes_the_journal_ready_once_procountor_is_back(
        self, stopped: Journal, procountor: Sandbox
    ) -> None:
        assert stopped.state == JournalState.PROBLEM
        procountor.faults.clear()

        count = recheck_after_silence(NOW + timedelta(hours=1))

        stopped.refresh_from_db()
        assert count == 1
        assert stopped.state == JournalState.READY

    def test_tries_again_the_next_time_while_procountor_is_away(
        self, stopped: Journal, procountor: Sandbox
    ) -> None:
        later = NOW + timedelta(hours=1)
        assert recheck_after_silence(later) == 0
        assert ProcountorAccount.objects.get().check_failed_at == later
        procountor.faults.clear()

        assert recheck_after_silence(later + timedelta(minutes=1)) == 1

    def test_asks_nothing_where_nothing_waits(self, procountor: Sandbox) -> None:
        a_journal(a_linked_company())
        procountor.faults.add(AWAY)

        assert recheck_after_silence(NOW + timedelta(hours=1)) == 0
        assert ProcountorAccount.objects.get().check_failed_at is None
