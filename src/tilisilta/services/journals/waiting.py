"""Why receipts that were asked for are not booked, though neither they nor the journal is wrong."""

from collections.abc import Iterator, Sequence

from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.standing import EXPORTS_UNDER_WAY, ExportState, JournalState
from tilisilta.models import Export, Journal, Link


def waiting_problems(journal: Journal) -> tuple[Problem, ...]:
    """Return why receipts of ``journal`` that were asked for are not booked, as far as they wait.

    Neither the journal nor a receipt has such a problem: an account that has ended, an answer that
    was lost, or a run that Nmbrs no longer gives as it was.
    """
    exports = list(journal.exports.select_related("link__procountor_account"))
    return waiting_problems_of(journal, exports)


def waiting_problems_of(journal: Journal, exports: Sequence[Export]) -> tuple[Problem, ...]:
    """Return the same where ``exports``, all of the journal's, are read with their accounts."""
    link = exports[0].link if exports else None
    is_held = journal.run is not None and journal.state == JournalState.READY
    return (
        *waiting_for_account(link, exports),
        *waiting_to_be_found(exports),
        *(journal.run.trouble if is_held and journal.run else ()),
    )


def waiting_for_account(link: Link | None, exports: Sequence[Export]) -> tuple[Problem, ...]:
    """Return the problem that the account has ended while receipts are queued."""
    if link is None or link.procountor_account.is_authorised:
        return ()
    if not any(export.state in EXPORTS_UNDER_WAY for export in exports):
        return ()
    return (
        Problem(
            code=ProblemCode.ACCOUNT_DIED,
            screen=Screen.PROCOUNTOR_ACCOUNT,
            facts=(
                ("name", link.procountor_account.name),
                ("company", link.procountor_account.company_name),
            ),
        ),
    )


def waiting_to_be_found(exports: Sequence[Export]) -> Iterator[Problem]:
    """Yield a warning for an uncertain receipt, and for queued ones that wait for it."""
    is_looking = False
    for export in exports:
        if export.state == ExportState.UNCERTAIN and not export.problems:
            is_looking = True
            yield Problem(
                code=ProblemCode.UNCERTAIN,
                severity=Severity.WARNING,
                screen=Screen.JOURNAL,
                booking_date=export.booking_date,
                facts=facts(date=export.receipt_date),
            )
        elif is_looking and export.state == ExportState.QUEUED:
            yield Problem(
                code=ProblemCode.WAITS_FOR_EARLIER,
                severity=Severity.WARNING,
                screen=Screen.JOURNAL,
                booking_date=export.booking_date,
                facts=facts(date=export.receipt_date),
            )
