"""The state of everything, at the command line."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.standing import PROPOSED, WAITING_JOURNALS, JournalState
from tilisilta.management.accounts import account_document
from tilisilta.management.companies import find_company
from tilisilta.management.journals import journal_documents
from tilisilta.management.mail import mail_document, mail_lines
from tilisilta.management.nmbrs_connections import trouble_texts
from tilisilta.management.nmbrs_rest import step_text
from tilisilta.management.output import Answer, amount, problem_document, shown_moment, table
from tilisilta.management.sync_outcomes import Outcome, outcome_document, outcome_of, summary
from tilisilta.management.webhooks import failing_lines
from tilisilta.models import (
    JOURNAL_STATES,
    CheckedLink,
    Company,
    Journal,
    ProcountorAccount,
    Sending,
    User,
    Worker,
)
from tilisilta.models.journals import JournalQuerySet
from tilisilta.services.closing.month_at_work import shown_month
from tilisilta.services.counted_states import COUNTED_STATE, IS_PROPOSED, counted_states_of
from tilisilta.services.explanations import explain
from tilisilta.services.fetching.notices import ConnectionNotice, connections_at
from tilisilta.services.fetching.synchronisations import latest_synchronisation
from tilisilta.services.notices.mail_server import mail_standing
from tilisilta.services.sending.releasing import proposed_count
from tilisilta.services.webhooks.outcomes import failing_webhooks
from tilisilta.services.workers import living_workers


def show_status(options: Namespace) -> Answer:
    """Show where journals stand: all of one company, or those of a month that wait for a person."""
    if options.company is not None:
        return _of_company(find_company(options.company))
    month = _month(options.period)
    counts = journal_counts(month)
    waiting = _waiting(month)
    elsewhere = waiting_elsewhere(month)
    under_way = Sending.objects.filter(finished_at__isnull=True).count()
    proposed = proposed_count()
    dead = list(
        ProcountorAccount.objects.serving()
        .exclude(state=ProcountorAccount.State.AUTHORISED)
        .select_related("debtor")
        .prefetch_related("links__company__debtor")
        .defer("administration")
    )
    workers = living_workers(timezone.now())
    latest = latest_synchronisation()
    fetched = outcome_of(latest) if latest else None
    notices = connections_at(timezone.now()).notices
    mail = mail_standing(timezone.now())
    failing = failing_webhooks()
    drifted_count = CheckedLink.objects.filter(is_well=False, link__ends_on__isnull=True).count()
    return Answer(
        document={
            "month": f"{month:%Y-%m}",
            "journals": counts,
            "waiting_count": len(waiting),
            "waiting_in_other_months": elsewhere,
            "sendings_under_way": under_way,
            "proposed": proposed,
            "worker_count": len(workers),
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
            "drifted_links": drifted_count,
            "mail": mail_document(mail),
            "failing_webhooks": failing,
            "waiting": journal_documents(waiting),
        },
        text="\n".join(
            [
                _month_line(month, counts),
                *_lines(dead, workers, fetched, under_way=under_way, notices=notices),
                *mail_lines(mail),
                *failing_lines(failing),
                *_elsewhere_lines(elsewhere),
                *(("", _table(waiting)) if waiting else ()),
                *_drift_lines(drifted_count),
                *_proposed_lines(proposed),
            ]
        ),
    )


def _drift_lines(count: int) -> list[str]:
    if not count:
        return []
    text = ngettext(
        "%(count)s link names what Procountor does not have any more. See tilisilta link check.",
        "%(count)s links name what Procountor does not have any more. See tilisilta link check.",
        count,
    )
    return ["", text % {"count": count}]


def _proposed_lines(count: int) -> list[str]:
    if not count:
        return []
    text = ngettext(
        "%(count)s journal is proposed to be sent: another person has to release it.",
        "%(count)s journals are proposed to be sent: another person has to release them.",
        count,
    )
    return ["", text % {"count": count}]


def _of_company(company: Company) -> Answer:
    of_company = Journal.objects.filter(company=company).select_related("company")
    journals = list(of_company)
    return Answer(
        document={
            "company": company.number,
            "journals": journal_documents(journals),
        },
        text=f"{company}\n\n{_table(journals)}",
    )


def _month(asked: date | None) -> date:
    today = timezone.localdate()
    return asked or shown_month(None, today=today) or today.replace(day=1)


def journal_counts(month: date, user: User | None = None) -> dict[str, int]:
    """Return how many journals of a month are in each state, as far as ``user`` may see.

    What is proposed counts as that, and not as ready as well.
    """
    journals = _visible(user).filter(period=month).order_by().annotate(counted=COUNTED_STATE)
    counted = dict(journals.values_list("counted").annotate(Count("pk")))
    states = [state.value for state in JournalState]
    return {state: counted.get(state, 0) for state in (*states, PROPOSED)}


def _waiting(month: date) -> list[Journal]:
    places = {state.value: place for place, state in enumerate(WAITING_JOURNALS)}
    waiting = Journal.objects.filter(period=month, state__in=WAITING_JOURNALS).exclude(IS_PROPOSED)
    return sorted(
        waiting.select_related("company"),
        key=lambda item: (places[item.state], item.company.number, item.pk),
    )


def waiting_elsewhere(month: date, user: User | None = None) -> dict[str, int]:
    """Return how many journals wait for a person in each of the other months."""
    waiting = _visible(user).filter(state__in=WAITING_JOURNALS).exclude(IS_PROPOSED)
    waiting = waiting.exclude(period=month)
    rows = waiting.order_by("-period").values_list("period").annotate(count=Count("pk"))
    return {f"{period:%Y-%m}": count for period, count in rows}


def _visible(user: User | None) -> JournalQuerySet:
    journals: JournalQuerySet = Journal.objects.all()
    return journals if user is None else journals.visible_to(user)


def _month_line(month: date, counts: Mapping[str, int]) -> str:
    words = {**dict(JOURNAL_STATES), PROPOSED: _("Proposed")}
    shown = [f"{words[state]} {count}" for state, count in counts.items() if count] or [
        _("none yet")
    ]
    text = _("Journals of %(month)s: %(counts)s")
    return text % {"month": f"{month:%Y-%m}", "counts": ", ".join(shown)}


def _elsewhere_lines(elsewhere: Mapping[str, int]) -> Iterator[str]:
    if elsewhere:
        months = ", ".join(f"{month} {count}" for month, count in elsewhere.items())
        yield _("Waiting in other months: %(months)s") % {"months": months}


def _lines(
    dead: Sequence[ProcountorAccount],
    workers: Sequence[Worker],
    fetched: Outcome | None,
    *,
    under_way: int,
    notices: Sequence[ConnectionNotice],
) -> Iterator[str]:
    yield _("Sendings under way: %(count)s") % {"count": under_way}
    yield _("Workers: %(count)s") % {"count": len(workers)}
    for account in dead:
        text = _("Account %(name)s is not authorised: its journals wait.")
        yield text % {"name": account}
    for notice in notices:
        name, step = notice.connection.name, step_text(notice.next_step)
        yield f"{name}: {explain(notice.problem).message}. {step}".rstrip()
    if fetched is not None:
        yield from _fetched_lines(fetched)


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
    # Django's display of a choice hashes the words of all choices, for each journal anew.
    words = {**{state: str(word) for state, word in JOURNAL_STATES}, PROPOSED: _("Proposed")}
    states = counted_states_of(journals)
    headers = (_("Journal"), _("Company"), _("Period"), _("State"), debit, _("Problem"))
    rows = [
        (
            journal.reference,
            journal.company.name,
            f"{journal.period:%Y-%m}",
            words[states[journal.pk]],
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
