"""The state of everything, at the command line."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.standing import WAITING_JOURNALS, JournalState
from tilisilta.management.accounts import account_document
from tilisilta.management.companies import find_company
from tilisilta.management.journals import journal_document
from tilisilta.management.nmbrs_connections import trouble_texts
from tilisilta.management.nmbrs_rest import step_text
from tilisilta.management.output import Answer, amount, problem_document, shown_moment, table
from tilisilta.management.sync_outcomes import Outcome, outcome_document, outcome_of, summary
from tilisilta.management.workers import living_workers
from tilisilta.models import JOURNAL_STATES, Company, Journal, ProcountorAccount, Sending, Worker
from tilisilta.services.explanations import explain
from tilisilta.services.fetching.notices import ConnectionNotice, connections_at
from tilisilta.services.fetching.synchronisations import latest_synchronisation


def show_status(options: Namespace) -> Answer:
    """Show where journals stand: all of one company, or those of all that wait for a person."""
    if options.company is not None:
        return _of_company(find_company(options.company))
    counts = _counts()
    waiting = _waiting()
    under_way = Sending.objects.filter(finished_at__isnull=True).count()
    dead = list(
        ProcountorAccount.objects.serving().exclude(state=ProcountorAccount.State.AUTHORISED)
    )
    workers = living_workers(timezone.now())
    latest = latest_synchronisation()
    fetched = outcome_of(latest) if latest else None
    notices = connections_at(timezone.now()).notices
    return Answer(
        document={
            "journals": counts,
            "sendings_under_way": under_way,
            "workers": [worker.executor_id for worker in workers],
            "dead_accounts": [account_document(account) for account in dead],
            "synchronisation": outcome_document(fetched) if fetched else None,
            "nmbrs_notices": [
                {
                    "connection": notice.connection.name,
                    "problem": problem_document(notice.problem),
                    "days_until_soap_ends": notice.days_left,
                    "next_step": notice.next_step.value,
                }
                for notice in notices
            ],
            "waiting": [journal_document(journal) for journal in waiting],
        },
        text=_text(counts, waiting, dead, workers, fetched, under_way=under_way, notices=notices),
    )


def _of_company(company: Company) -> Answer:
    journals = list(Journal.objects.filter(company=company).select_related("company"))
    return Answer(
        document={
            "company": company.number,
            "journals": [journal_document(journal) for journal in journals],
        },
        text=f"{company}\n\n{_table(journals)}",
    )


def _counts() -> dict[str, int]:
    counted = dict(Journal.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in JournalState}


def _waiting() -> list[Journal]:
    places = {state.value: place for place, state in enumerate(WAITING_JOURNALS)}
    waiting = Journal.objects.filter(state__in=WAITING_JOURNALS).select_related("company")
    return sorted(
        waiting, key=lambda item: (places[item.state], item.company.number, item.period, item.pk)
    )


def _text(
    counts: Mapping[str, int],
    waiting: Sequence[Journal],
    dead: Sequence[ProcountorAccount],
    workers: Sequence[Worker],
    fetched: Outcome | None,
    *,
    under_way: int,
    notices: Sequence[ConnectionNotice],
) -> str:
    words = dict(JOURNAL_STATES)
    shown = [f"{words[state]} {count}" for state, count in counts.items() if count] or [
        _("none yet")
    ]
    lines = [_("Journals: %(counts)s") % {"counts": ", ".join(shown)}]
    lines.append(_("Sendings under way: %(count)s") % {"count": under_way})
    lines.append(_("Workers: %(count)s") % {"count": len(workers)})
    for account in dead:
        text = _("Account %(name)s is not authorised: its journals wait.")
        lines.append(text % {"name": account})
    for notice in notices:
        name, step = notice.connection.name, step_text(notice.next_step)
        lines.append(f"{name}: {explain(notice.problem).message}. {step}".rstrip())
    if fetched is not None:
        lines += _fetched_lines(fetched)
    if waiting:
        lines += ["", _table(waiting)]
    return "\n".join(lines)


def _fetched_lines(fetched: Outcome) -> Iterator[str]:
    """Return the latest synchronisation and the trouble of connections; companies may be many."""
    yield _("Fetched from Nmbrs, asked for at %(moment)s: %(summary)s") % {
        "moment": shown_moment(fetched.asked_at),
        "summary": summary(fetched),
    }
    if fetched.failed:
        numbers = ", ".join(str(failed.company.number) for failed in fetched.failed)
        yield _("Companies with trouble: %(numbers)s. See tilisilta company list.") % {
            "numbers": numbers
        }
    for connection in fetched.connections:
        yield _("Connection %(name)s") % {"name": connection}
        yield from trouble_texts(connection)


def _table(journals: Sequence[Journal]) -> str:
    debit = _("Debit")
    headers = (_("Journal"), _("Company"), _("Period"), _("State"), debit, _("Problem"))
    rows = [
        (
            journal.reference,
            journal.company.name,
            f"{journal.period:%Y-%m}",
            journal.get_state_display(),
            f"{amount(journal.debit_total)} {journal.currency}",
            _first_problem(journal),
        )
        for journal in journals
    ]
    return table(headers, rows, right=debit)


def _first_problem(journal: Journal) -> str:
    problems = [problem for problem in journal.problems if problem.stops]
    if not problems:
        return ""
    return f"{problems[0].code.value} {explain(problems[0]).message}"
