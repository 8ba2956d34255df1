"""The tokens that other revisions of a run have, or would have, whatever our tables know of them.

A restored backup knows nothing of what was sent after it, and the run may come in again with other
content, under another revision or another date. Its receipt then has another token than the one
that is in the books.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Max

from tilisilta.domain.identity import difference_token, receipt_token
from tilisilta.domain.recognition import JournalReceipt
from tilisilta.domain.standing import ExportState
from tilisilta.models import Export, Journal, JournalLine

FORGOTTEN_REVISIONS = 2
"""So many revisions beyond the latest known one may have been sent and forgotten."""
# A withdrawal after the backup, and sending again, has raised the epoch by one.
_FORGOTTEN_EPOCHS = 1


def tokens_of_other_revisions(
    exports: Sequence[Export], receipts: Iterable[JournalReceipt], procountor_company_id: int
) -> Mapping[date, frozenset[str]]:
    """Return the tokens that ``receipts`` may have from other revisions of the run of ``exports``.

    They are given by the booking date of the one export that each concerns, its own or the nearest,
    so that a person is asked about a receipt once. The dates tried are those that known revisions
    book on and those of the receipts. Receipts that our tables know as booked are left out.
    """
    unexplained = [one for one in receipts if one.tokens and one.is_valid and not one.sent_as]
    if not unexplained:
        return {}
    journal = exports[0].journal
    of_run = Journal.objects.filter(
        company=journal.company_id, run_year=journal.run_year, run_number=journal.run_number
    )
    lines = JournalLine.objects.filter(journal__in=of_run).order_by()
    booked_on = set(lines.values_list("booking_date", flat=True).distinct())
    # A forgotten revision may have booked on dates that no revision we know books on.
    dates = booked_on | {one.receipt_date for one in unexplained}
    latest = of_run.aggregate(latest=Max("revision"))["latest"] or journal.revision
    epoch = max(one.epoch for one in exports)
    own = _own_dates(journal, exports)
    by_date: dict[date, set[str]] = {day: set() for day in own}
    for day in dates | own:
        by_date[_nearest(day, own)] |= {
            make(
                procountor_company_id=procountor_company_id,
                company_number=journal.company.number,
                run_year=journal.run_year,
                run_number=journal.run_number,
                revision=revision,
                booking_date=day,
                epoch=each,
            )
            for revision in range(1, latest + FORGOTTEN_REVISIONS + 1)
            for each in range(epoch + _FORGOTTEN_EPOCHS + 1)
            # A difference that was booked after the backup says that its revision is booked, too.
            for make in (receipt_token, difference_token)
        }
    ours = {export.token for export in exports}
    return {day: frozenset(tokens - ours) for day, tokens in by_date.items()}


def _own_dates(journal: Journal, exports: Iterable[Export]) -> set[date]:
    wanted = journal.exports.exclude(state=ExportState.WITHDRAWN).order_by()
    return {
        *wanted.values_list("booking_date", flat=True),
        *(export.booking_date for export in exports),
    }


def _nearest(day: date, own: Iterable[date]) -> date:
    return min(own, key=lambda one: (abs(one - day), one))
