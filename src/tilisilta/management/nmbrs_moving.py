"""Moving from SOAP to REST at the command line: compare, accept, switch."""

import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.both_ways import ComparedRun, DifferentLines
from tilisilta.management.nmbrs_connections import connection_document, find_connection
from tilisilta.management.nmbrs_rest import comparison_counts
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    amount,
    explanation_text,
    problem_document,
    table,
)
from tilisilta.management.progress import ProgressLine, progress_line
from tilisilta.management.workers import running_worker
from tilisilta.models import ApiComparison, ComparedCompany, NmbrsConnection
from tilisilta.services.explanations import explain, explain_error
from tilisilta.services.fetching.moving.comparisons import ask_for_comparison
from tilisilta.services.fetching.moving.standing import (
    MovingStanding,
    moving_standing_of,
    not_equal_companies,
)
from tilisilta.services.fetching.moving.switching import (
    accept_differences,
    comparison_of,
    switch_to_rest,
    switch_to_soap,
)
from tilisilta.services.fetching.moving.words import company_words, run_words
from tilisilta.services.workers import living_workers

POLL_SECONDS = 0.2


def compare(options: Namespace) -> Answer:
    """Read what both APIs give, and show whether it is equal; or show the last comparison."""
    connection = _connection(options.name)
    if not options.last:
        asked = ask_for_comparison(
            connection, user=None, now=timezone.now(), is_of_all=options.is_of_all
        )
        if options.wait:
            with running_worker(), progress_line() as line:
                _wait(asked, line, give_up_at=time.monotonic() + options.timeout)
    standing = _standing(connection)
    if standing.comparison is None:
        raise Refused(
            _("%(name)s has not been compared yet") % {"name": connection},
            remedy=_("Give tilisilta nmbrs compare without --last."),
        )
    rows = list(not_equal_companies(standing.comparison)) if standing.is_done else []
    return Answer(
        document=_document(connection, standing, rows),
        text="\n".join(_lines(connection, standing, rows, is_waited=options.wait)),
        status=_status(standing, is_waited=options.wait and not options.last),
    )


def accept(options: Namespace) -> Answer:
    """Accept that companies are not equal; nothing if one of them is not to be accepted."""
    connection = _connection(options.name)
    if not options.reason.strip():
        raise WrongUse(_("There is no reason"), remedy=_("Give one with --reason."))
    comparison = comparison_of(connection)
    rows = list(not_equal_companies(comparison)) if comparison is not None else []
    open_ones = {one.company.number for one in rows if one.is_open}
    others = [str(number) for number in options.company if number not in open_ones]
    if others:
        raise Refused(
            _("There is no difference to accept of: %(numbers)s") % {"numbers": ", ".join(others)},
            cause=_("They are equal, were accepted before, or do not belong to this connection."),
            remedy=_("See tilisilta nmbrs compare --last. Nothing was accepted."),
        )
    accepted = accept_differences(
        connection, options.company, reason=options.reason, user=None, now=timezone.now()
    )
    standing = _standing(connection)
    texts = [_("Accepted: %(company)s") % {"company": one.company} for one in accepted]
    return Answer(
        document={
            "accepted": [one.company.number for one in accepted],
            "comparison": comparison_counts(standing),
        },
        text="\n".join([*texts, _outlook(standing)]),
    )


def switch(options: Namespace) -> Answer:
    """Fetch by the other API from now on; an error says why that is not possible yet."""
    connection = _connection(options.name)
    move = switch_to_soap if options.to == "soap" else switch_to_rest
    was = connection.api
    switched = move(connection, user=None, now=timezone.now())
    text = _("%(name)s fetches by %(api)s already.")
    if switched.api != was:
        text = _(
            "%(name)s fetches by %(api)s from now on. Nothing of what came in or was sent is "
            "touched."
        )
    return Answer(
        document=connection_document(switched),
        text=text % {"name": switched, "api": switched.get_api_display()},
    )


def _connection(name: str | None) -> NmbrsConnection:
    """Return the connection of that name; without one, the only one that there is."""
    if name is not None:
        return find_connection(name)
    present = NmbrsConnection.objects.exclude(state=NmbrsConnection.State.REMOVED)
    connections = list(present.defer("token"))
    if len(connections) == 1:
        return connections[0]
    if not connections:
        raise Refused(
            _("There is no connection to Nmbrs"), remedy=_("Make one with tilisilta nmbrs add.")
        )
    raise WrongUse(
        _("Say which connection: %(names)s") % {"names": ", ".join(map(str, connections))},
        remedy=_("Give its name."),
    )


def _standing(connection: NmbrsConnection) -> MovingStanding:
    fresh = NmbrsConnection.objects.select_related("grant").get(pk=connection.pk)
    return moving_standing_of(fresh, now=timezone.now())


def _wait(asked: ApiComparison, line: ProgressLine, *, give_up_at: float) -> None:
    mine = ApiComparison.objects.filter(pk=asked.pk, finished_at__isnull=True)
    while time.monotonic() < give_up_at and mine.exists():
        line.show(_progress_text(_standing(asked.connection)))
        time.sleep(POLL_SECONDS)


def _progress_text(standing: MovingStanding) -> str:
    if standing.comparison is None or standing.comparison.listed_at is None:
        return _("Reading the lists of companies by both …")
    return _("%(done)s of %(total)s companies compared") % {
        "done": standing.done_count,
        "total": standing.total,
    }


def _status(standing: MovingStanding, *, is_waited: bool) -> Status:
    if standing.is_under_way:
        return Status.UNCERTAIN if is_waited else Status.DONE
    return Status.REFUSED if standing.open_count else Status.DONE


def _lines(
    connection: NmbrsConnection,
    standing: MovingStanding,
    rows: Sequence[ComparedCompany],
    *,
    is_waited: bool,
) -> Iterator[str]:
    if standing.is_under_way:
        yield _("It is being compared: %(progress)s") % {"progress": _progress_text(standing)}
        if is_waited:
            yield _("It has not finished in the time given, and goes on without this command.")
        if not living_workers(timezone.now()):
            yield _("No worker is running: it goes on as soon as one does.")
        return
    counts = ngettext(
        "%(name)s: %(equal)s of %(total)s company equal by SOAP and REST",
        "%(name)s: %(equal)s of %(total)s companies equal by SOAP and REST",
        standing.total,
    )
    yield counts % {
        "name": connection,
        "equal": standing.equal_count,
        "total": standing.total,
    }
    if standing.comparison is not None and standing.comparison.trouble:
        yield explanation_text(explain(standing.comparison.trouble[0]))
    for one in rows:
        yield from _company_lines(one)
    for lone in standing.lone_companies:
        text = _("Only listed by %(api)s, and not known here: %(number)s %(name)s")
        yield text % {**lone, "api": str(lone["way"]).upper()}
    yield _outlook(standing)


def _company_lines(one: ComparedCompany) -> Iterator[str]:
    yield f"{one.company}  {one.get_state_display()}"
    words = company_words(one)
    if words:
        yield f"  {words}"
    for run in one.runs:
        if not run.is_equal:
            yield from _run_lines(run)
    if one.accepted_at is not None:
        who = one.accepted_by or _("a command")
        text = _("  Accepted by %(who)s: %(reason)s")
        yield text % {"who": who, "reason": one.accept_reason}


def _run_lines(run: ComparedRun) -> Iterator[str]:
    sent = _(", sent") if run.is_sent else ""
    yield _("  Run %(run)s%(sent)s: %(words)s") % {
        "run": run.run,
        "sent": sent,
        "words": run_words(run),
    }
    if not run.lines:
        return
    soap, rest, difference = _("By SOAP"), _("By REST"), _("Difference")
    headers = (_("Account"), _("Text"), _("Cost center"), _("Cost unit"), _("Date"))
    rows = [
        (
            line.ledger_account,
            line.description,
            line.cost_center,
            line.cost_unit,
            line.booking_date.isoformat(),
            _side(line.soap_sum),
            _side(line.rest_sum),
            amount(line.difference),
        )
        for line in run.lines
    ]
    told = table((*headers, soap, rest, difference), rows, right=f"{soap}|{rest}|{difference}")
    yield from (f"    {text}" for text in told.splitlines())
    if run.more_count:
        yield _("    and %(count)s rows more") % {"count": run.more_count}


def _side(value: Any) -> str:
    return _("no line") if value is None else amount(value)


def _outlook(standing: MovingStanding) -> str:
    if standing.obstacle_to_switching is None:
        return _("It can be switched with tilisilta nmbrs switch.")
    told = explain_error(standing.obstacle_to_switching)
    return f"{told.message}. {told.cause} {told.remedy}"


def _document(
    connection: NmbrsConnection, standing: MovingStanding, rows: Sequence[ComparedCompany]
) -> Mapping[str, Any]:
    comparison = standing.comparison
    obstacle = standing.obstacle_to_switching
    return {
        "connection": connection.name,
        "api": connection.api,
        "comparison": comparison_counts(standing),
        "problems": [
            problem_document(problem) for problem in (comparison.trouble if comparison else ())
        ],
        "only_listed_by_one": list(standing.lone_companies),
        "not_equal": [_company_document(one) for one in rows],
        "switch_refused": None if obstacle is None else dict(obstacle.facts),
    }


def _company_document(one: ComparedCompany) -> Mapping[str, Any]:
    accepted = {
        "at": one.accepted_at,
        "by": str(one.accepted_by) if one.accepted_by else None,
        "reason": one.accept_reason,
    }
    return {
        "number": one.company.number,
        "name": one.company.name,
        "state": one.state,
        "compared_at": one.compared_at,
        "accepted": accepted if one.accepted_at is not None else None,
        "api_of_problems": one.trouble_way or None,
        "problems": [problem_document(problem) for problem in one.trouble],
        "runs": [_run_document(run) for run in one.runs],
    }


def _run_document(run: ComparedRun) -> Mapping[str, Any]:
    return {
        "run": run.run,
        "is_sent": run.is_sent,
        "finding": run.finding.value,
        "api": run.way.value if run.way else None,
        "books_as": run.books_as.value,
        "equal_line_count": run.equal_count,
        "more_count": run.more_count,
        "codes": list(run.codes),
        "lines": [_line_document(line) for line in run.lines],
    }


def _line_document(line: DifferentLines) -> Mapping[str, Any]:
    return {
        "ledger_account": line.ledger_account,
        "description": line.description,
        "cost_center": line.cost_center,
        "cost_unit": line.cost_unit,
        "booking_date": line.booking_date,
        "by_soap": list(line.by_soap),
        "by_rest": list(line.by_rest),
        "difference": line.difference,
    }
