"""Sending at the command line: ask for it, wait for it, report what was booked."""

import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.standing import SENT_JOURNALS, JournalState
from tilisilta.management.companies import find_company, find_debtor
from tilisilta.management.journals import find_journal, journal_document
from tilisilta.management.output import (
    Answer,
    Status,
    WrongUse,
    coded,
    error_document,
    explanation_of,
    problem_document,
    problem_text,
    refusal_of,
)
from tilisilta.management.proposals import proposal_document, proposed_lines
from tilisilta.management.together import send_all
from tilisilta.management.workers import running_worker
from tilisilta.models import Export, Journal, Proposal, Sending
from tilisilta.services.journals.waiting import waiting_problems
from tilisilta.services.sending.asking import (
    Refusal,
    SentMany,
    Wanted,
    send_many,
)
from tilisilta.services.sending.ready import ReadyJournals, ready_journals
from tilisilta.services.sending.withdrawals import let_be_sent_again
from tilisilta.services.workers import living_workers

MOST_NAMED = 10
POLL_SECONDS = 0.2


def send(options: Namespace) -> Answer:
    """Ask for journals to be sent and, with ``--wait``, wait until they are."""
    if bool(options.journals) == options.all_ready:
        raise WrongUse(
            _("Name journals, or give --all-ready"), remedy=_("See tilisilta send --help.")
        )
    _must_go_together(options)
    wanted, ready = _wanted(options)
    if options.again:
        wanted = [_again(journal, options.reason) for journal in wanted]
    asked = send_all(wanted, ready, options) if ready is not None else _send_named(wanted, options)
    # Read again: the worker has changed their states.
    journals = [Journal.objects.get(pk=sending.journal_id) for sending in asked.sendings]
    return Answer(
        document={
            **sent_document(journals, asked.refused, asked.proposed),
            **_left_document(ready),
            **({"together": str(asked.joint.pk)} if asked.joint else {}),
        },
        text="\n".join(
            filter(
                None,
                [
                    _text(journals, asked, ready, waited=options.wait),
                    *proposed_lines(asked.proposed),
                    *_stop_lines(asked, waited=options.wait),
                ],
            )
        ),
        status=_status(journals, asked, waited=options.wait),
    )


def _send_named(journals: Sequence[Journal], options: Namespace) -> SentMany:
    """Check each journal now, so that what stands in its way is said at once."""
    wanted = [Wanted(journal=one) for one in journals]
    asked = send_many(wanted, user=None, now=timezone.now())
    if options.wait and asked.sendings:
        with running_worker():
            wait_for(asked.sendings, give_up_at=time.monotonic() + options.timeout)
    return asked


def _wanted(options: Namespace) -> tuple[list[Journal], ReadyJournals | None]:
    """Return the journals asked for; with ``--all-ready`` those of one month unless of all."""
    if not options.all_ready:
        _must_be_for_all_ready(options)
        # All of them first: a mistyped reference must not come up when half are under way.
        return [find_journal(reference) for reference in dict.fromkeys(options.journals)], None
    among = Journal.objects.all()
    if options.company is not None:
        among = among.filter(company=find_company(options.company))
    if options.debtor is not None:
        among = among.filter(company__debtor=find_debtor(options.debtor))
    ready = ready_journals(among=among, period=options.period, all_periods=options.all_periods)
    return list(ready.journals), ready


def _must_be_for_all_ready(options: Namespace) -> None:
    narrowing = (options.period, options.company, options.debtor, options.all_periods or None)
    if any(value is not None for value in narrowing):
        raise WrongUse(
            _("--period, --all-periods, --company and --debtor belong to --all-ready"),
            remedy=_("Name journals, or give --all-ready with them."),
        )


def _must_go_together(options: Namespace) -> None:
    if options.again and (options.all_ready or not options.reason):
        raise WrongUse(
            _("--again needs named journals and a reason"),
            remedy=_("Name the withdrawn journals, and give --reason with --again."),
        )
    if options.reason and not options.again:
        raise WrongUse(
            _("--reason belongs to --again or --difference"),
            remedy=_("Leave it out, or give --again to send withdrawn journals once more."),
        )


def _again(journal: Journal, reason: str) -> Journal:
    try:
        return let_be_sent_again(journal, reason=reason, user=None, now=timezone.now())
    except ValidationError as error:
        raise refusal_of(error) from error


def wait_for(sendings: Sequence[Sending], *, give_up_at: float) -> None:
    """Wait until the sendings are finished, or the time is up."""
    ids = [sending.pk for sending in sendings]
    while time.monotonic() < give_up_at:
        if not Sending.objects.filter(pk__in=ids, finished_at__isnull=True).exists():
            return
        time.sleep(POLL_SECONDS)


def _stop_lines(asked: SentMany, *, waited: bool) -> Iterator[str]:
    if asked.joint is not None and asked.sendings and not waited:
        told = _("To stop what is not begun: tilisilta send --stop %(id)s")
        yield told % {"id": asked.joint.pk}


def _status(journals: Sequence[Journal], asked: SentMany, *, waited: bool) -> Status:
    # First: a script may repeat what was refused, but not what may be booked already.
    if any(journal.state == JournalState.UNCERTAIN for journal in journals):
        return Status.UNCERTAIN
    is_open = asked.proposed or any(one.state not in SENT_JOURNALS for one in journals)
    if asked.refused or (waited and is_open):
        return Status.REFUSED
    return Status.DONE


def sent_document(
    journals: Sequence[Journal], refused: Sequence[Refusal], proposed: Sequence[Proposal] = ()
) -> dict[str, Any]:
    """Return for the JSON document what is sent now, proposed, and refused with the reason."""
    return {
        "journals": [
            {
                **_journal_document(journal),
                "receipts": [
                    _receipt_document(export)
                    for export in journal.exports.select_related("link__procountor_account")
                ],
            }
            for journal in journals
        ],
        "proposed": [proposal_document(one) for one in proposed],
        "refused": [
            {**_journal_document(item.journal), "error": error_document(item.error)}
            for item in refused
        ],
    }


def _journal_document(journal: Journal) -> dict[str, Any]:
    """Return a journal with all its problems, also those for which it waits."""
    document = journal_document(journal)
    waiting = [problem_document(problem) for problem in waiting_problems(journal)]
    return {**document, "problems": [*document["problems"], *waiting]}


def _receipt_document(export: Export) -> dict[str, Any]:
    return {
        "name": export.name,
        "administration": export.link.procountor_account.company_name,
        "booking_date": export.booking_date,
        "receipt_date": export.receipt_date,
        "state": export.state,
        "debit": export.debit_total,
        "ledger_receipt_id": export.ledger_receipt_id,
        "receipt_number": export.shown_number,
        "posted_at": export.posted_at,
        "problems": [problem_document(problem) for problem in export.problems],
    }


def _left_document(ready: ReadyJournals | None) -> dict[str, Any]:
    """Return what is ready as well and was left: it must not be taken for sent."""
    if ready is None:
        return {}
    return {
        "period": f"{ready.period:%Y-%m}" if ready.period else None,
        "left": [
            {"reference": one.reference, "period": f"{one.period:%Y-%m}"} for one in ready.others
        ],
        "to_look_at": [one.reference for one in ready.warned_of],
        "waiting_for_release": [one.reference for one in ready.proposed],
    }


def _text(
    journals: Sequence[Journal],
    asked: SentMany,
    ready: ReadyJournals | None,
    *,
    waited: bool,
) -> str:
    lines = [line for journal in journals for line in _journal_lines(journal)]
    for item in asked.refused:
        explanation = explanation_of(item.error)
        lines.append(f"{item.journal.reference}  {coded(explanation)}")
        obstacles = (*item.journal.standing().obstacles, *waiting_problems(item.journal))
        lines += [problem_text(problem) for problem in dict.fromkeys(obstacles)]
    if not (journals or asked.refused or asked.proposed):
        lines.append(_("No journal is ready."))
    lines += _left_lines(ready)
    if journals and not waited and not living_workers(timezone.now()):
        lines.append(_("No worker is running: they are sent as soon as one does."))
    return "\n".join(lines)


def _left_lines(ready: ReadyJournals | None) -> Iterator[str]:
    warned_of = list(ready.warned_of) if ready is not None else []
    if warned_of:
        text = ngettext(
            "Left, as somebody has to look at it first: %(journals)s",
            "Left, as somebody has to look at them first: %(journals)s",
            len(warned_of),
        )
        yield text % {"journals": _named(warned_of)}
        yield _("To send one all the same, name it.")
    others = list(ready.others) if ready is not None else []
    if ready is None or not others or ready.period is None:
        return
    text = ngettext(
        "Left, as it is not of %(period)s: %(journals)s",
        "Left, as they are not of %(period)s: %(journals)s",
        len(others),
    )
    yield text % {"period": f"{ready.period:%Y-%m}", "journals": _named(others)}
    yield _("To send them too, give --period YYYY-MM or --all-periods.")


def _named(journals: Sequence[Journal]) -> str:
    """Return the first references, and how many more there are."""
    named = ", ".join(one.reference for one in journals[:MOST_NAMED])
    more = len(journals) - MOST_NAMED
    if more <= 0:
        return named
    return (
        named + " " + ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    )


def _journal_lines(journal: Journal) -> Iterator[str]:
    exports = list(journal.exports.select_related("link__procountor_account"))
    count = ngettext("%(count)s receipt", "%(count)s receipts", len(exports))
    shown = count % {"count": len(exports)}
    books = {export.link.procountor_account.company_name for export in exports}
    summary = f"{journal.reference}  {journal.get_state_display()}  {shown}"
    yield f"{summary}  → {', '.join(sorted(books))}" if books else summary
    for export in exports:
        number = export.shown_number or ""
        yield f"  {export.receipt_date}  {export.get_state_display()}  {number}  {export.name}"
        yield from (problem_text(problem) for problem in export.problems)
    yield from (problem_text(problem) for problem in waiting_problems(journal))
