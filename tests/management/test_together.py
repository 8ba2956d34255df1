"""Sending all of a month at the command line: the progress, and what an interruption does."""

from decimal import Decimal

import pytest
from pytest_django import Settings
from tests.bureau import a_journal, a_linked_company, states
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.management.together import progress_text, told_when_interrupted
from tilisilta.models import JointSending
from tilisilta.services.sending.progress import Progress, Stage

pytestmark = pytest.mark.once


def test_the_progress_names_what_is_settled_and_how(settings: Settings) -> None:
    settings.PROCOUNTOR_REQUESTS_PER_SECOND = 18
    counts: dict[str, int] = {Stage.BOOKED: 3, Stage.REFUSED: 1, Stage.WAITING: 18, Stage.LEFT: 1}

    text = progress_text(Progress(counts=counts, debits={Stage.BOOKED: Decimal("3.00")}))

    assert text == "5 of 23 settled, 3 booked, 1 rejected, 1 left apart, about 2 seconds to go"


@pytest.mark.django_db
class TestSendAll:
    def test_asks_for_all_in_one_moment(self, procountor: Sandbox, give: Give) -> None:
        journals = [
            a_journal(a_linked_company(1001)),
            a_journal(a_linked_company(1002), run_number="7"),
        ]
        procountor.requests.clear()

        answered = give("send", "--all", "--period", "2026-06", "--json")

        assert answered.status == 0
        assert [states(one) for one in journals] == [["queued"], ["queued"]]
        assert JointSending.objects.get().sendings.count() == 2
        assert procountor.requests.all() == ()

    def test_says_that_nothing_is_lost_when_it_is_interrupted(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(KeyboardInterrupt), told_when_interrupted():
            raise KeyboardInterrupt

        assert "Nothing is lost" in capsys.readouterr().err
