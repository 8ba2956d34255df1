"""Journals that were ready when the authorisation of their account ended."""

import pytest
from tests.bureau import NOW, a_journal, a_linked_company

from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import JournalState
from tilisilta.models import Journal, ProcountorAccount
from tilisilta.services.connections import authorise_with_api_key
from tilisilta.services.journals.after_ending import recheck_after_ending

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("procountor")
def test_stop_until_the_account_is_authorised_again() -> None:
    a_journal(a_linked_company(1001))
    account = ProcountorAccount.objects.get(links__company__number=1001)

    before = recheck_after_ending(NOW)
    account.mark_ended(NOW)
    counts = [recheck_after_ending(NOW), recheck_after_ending(NOW)]

    journal = Journal.objects.get(company__number=1001)
    assert (before, counts) == (0, [1, 0])
    assert journal.state == JournalState.PROBLEM
    assert [one.code for one in journal.problems] == [ProblemCode.ACCOUNT_NOT_AUTHORISED]

    authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)

    journal.refresh_from_db()
    assert journal.state == JournalState.READY
