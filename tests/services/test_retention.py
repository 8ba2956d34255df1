"""What was booked cannot be deleted for ten years, whoever asks the database."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.utils.timezone import localdate
from tests.bureau import a_journal, a_linked_company, send

from procountor_sandbox.app import Sandbox
from tilisilta.models import Attempt, Export, Journal, JournalLine

pytestmark = pytest.mark.django_db

REFUSAL = "What was booked is kept for 10 years"


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    """Return a journal that was sent; its attempts are gone, so that they keep nothing."""
    sent = send(a_journal(a_linked_company()))
    Attempt.objects.all().delete()
    return sent


class TestWhatWasBooked:
    def test_is_kept_with_its_lines(self, journal: Journal) -> None:
        for rows in (journal.exports.all(), journal.lines.all()):
            with pytest.raises(DatabaseError, match=REFUSAL), transaction.atomic():
                rows.delete()

        assert journal.exports.count() == 1
        assert journal.lines.exists()

    @pytest.mark.parametrize(("years", "is_kept"), [(10, True), (11, False)])
    def test_is_kept_for_ten_years_after_its_own(
        self, journal: Journal, years: int, is_kept: bool
    ) -> None:
        Export.objects.update(receipt_date=date(localdate().year - years, 1, 1))

        try:
            with transaction.atomic():
                journal.lines.all().delete()
                journal.exports.all().delete()
        except DatabaseError:
            pass

        assert journal.exports.exists() == journal.lines.exists() == is_kept


class TestWhatWasNot:
    def test_can_be_deleted(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())

        journal.exports.all().delete()
        journal.lines.all().delete()

        assert not Export.objects.exists()
        assert not JournalLine.objects.exists()
