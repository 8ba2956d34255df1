"""One line at the terminal tells how far long work is."""

import io
from typing import TYPE_CHECKING

from django.utils import timezone
from tests.bureau import a_connection

from tilisilta.management.progress import ProgressLine
from tilisilta.management.synchronisations import progress_text
from tilisilta.models import NmbrsCompany, Worker
from tilisilta.services.fetching.progress import fetch_progress_of
from tilisilta.services.fetching.synchronisations import ask_for_everything, read_lists

if TYPE_CHECKING:
    import pytest

    from nmbrs_sandbox.app import Sandbox


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class TestProgressLine:
    def test_writes_over_itself_and_leaves_nothing(self) -> None:
        terminal = Terminal()
        line = ProgressLine(terminal)

        line.show("1 of 10")
        line.show("1 of 10")
        line.show("2 of 10")
        line.clear()

        assert terminal.getvalue() == "\r\x1b[K1 of 10\r\x1b[K2 of 10\r\x1b[K"

    def test_writes_nothing_without_a_terminal(self) -> None:
        file = io.StringIO()
        line = ProgressLine(file)

        line.show("1 of 10")
        line.clear()

        assert file.getvalue() == ""

    def test_stays_within_its_line(self, monkeypatch: "pytest.MonkeyPatch") -> None:
        monkeypatch.setenv("COLUMNS", "12")
        terminal = Terminal()

        ProgressLine(terminal).show("10 of 2000 companies fetched")

        assert terminal.getvalue() == "\r\x1b[K10 of 2000 "


class TestProgressText:
    def test_says_how_far_it_is_and_what_is_at_work(self, db: None, nmbrs: "Sandbox") -> None:
        a_connection()
        asked = ask_for_everything(user=None, now=timezone.now())
        before = progress_text(fetch_progress_of(asked))
        read_lists(asked, now=timezone.now())
        asked.refresh_from_db()
        begun = progress_text(fetch_progress_of(asked))
        now = timezone.now()
        worker = Worker.objects.create(executor_id="one", started_at=now, heard_at=now)
        NmbrsCompany.objects.filter(company__number=1003).update(claimed_by=worker)
        at_work = progress_text(fetch_progress_of(asked))

        assert before == "Reading the lists of debtors and companies …"
        assert begun == "0 of 10 companies fetched, 10 left"
        assert at_work == "0 of 10 companies fetched, 10 left: 1003 Saaristo Siivous Oy"
