"""The outcome of fetching from Nmbrs, for a script and for a person."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.problems import Problem
from tilisilta.management.nmbrs_connections import (
    connection_problems,
    question_documents,
    stopping_problems,
    trouble_texts,
)
from tilisilta.management.output import problem_document, problem_text
from tilisilta.models import Company, NmbrsCompany, NmbrsConnection, Run, Synchronisation
from tilisilta.services.fetching.progress import fetch_progress_of


@dataclass(frozen=True, kw_only=True)
class FailedCompany:
    """A company that was not fetched, or only in part; ``is_waiting`` if it is tried again.

    ``problems`` are those of the company as a whole; its ``runs`` have their own.
    """

    company: Company
    is_waiting: bool
    problems: tuple[Problem, ...]
    runs: tuple[tuple[Run, tuple[Problem, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The outcome of fetching so far. ``connections`` are those with trouble or open questions.

    ``is_listed`` is false until it is known how many companies there are.
    """

    asked_at: datetime
    is_finished: bool
    is_listed: bool
    company_count: int
    failed_count: int
    waiting_count: int
    new_journal_count: int
    changed_journal_count: int
    failed: tuple[FailedCompany, ...]
    connections: tuple[NmbrsConnection, ...]

    @property
    def is_well(self) -> bool:
        """Return whether nothing has failed. An open question is no failure."""
        return not self.failed_count and not any(map(stopping_problems, self.connections))


def outcome_of(synchronisation: Synchronisation) -> Outcome:
    """Return the outcome of a synchronisation, with all trouble up to now."""
    progress = fetch_progress_of(synchronisation)
    tried = NmbrsCompany.objects.filter(tried_at__gte=synchronisation.requested_at)
    return Outcome(
        asked_at=synchronisation.requested_at,
        is_finished=synchronisation.finished_at is not None,
        is_listed=synchronisation.listed_at is not None,
        company_count=progress.company_count,
        failed_count=synchronisation.failed_count,
        waiting_count=progress.waiting_count,
        new_journal_count=synchronisation.journal_count,
        changed_journal_count=synchronisation.revision_count,
        failed=failed_companies(tried.exclude(trouble=[]).select_related("company")),
        connections=_connections_to_name(),
    )


def failed_companies(in_trouble: Iterable[NmbrsCompany]) -> tuple[FailedCompany, ...]:
    """Return the trouble of each company, and of its runs."""
    companies = list(in_trouble)
    runs: dict[int, list[Run]] = defaultdict(list)
    troubled = Run.objects.filter(company__nmbrs__in=companies, gone_at__isnull=True)
    for run in troubled.exclude(trouble=[]).order_by("year", "pk"):
        runs[run.company_id].append(run)
    return tuple(_failed_company(one, runs[one.company_id]) for one in companies)


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return the outcome for the JSON document."""
    return {
        "asked_at": outcome.asked_at,
        "is_finished": outcome.is_finished,
        "company_count": outcome.company_count,
        "failed_count": outcome.failed_count,
        "waiting_count": outcome.waiting_count,
        "new_journal_count": outcome.new_journal_count,
        "changed_journal_count": outcome.changed_journal_count,
        "failed": [_failed_document(one) for one in outcome.failed],
        "connections": [
            {
                "name": connection.name,
                "state": connection.state,
                "problems": [problem_document(one) for one in connection_problems(connection)],
                "questions": question_documents(connection),
            }
            for connection in outcome.connections
        ],
    }


def summary(outcome: Outcome) -> str:
    """Return the outcome in one line, without the problems."""
    if not outcome.is_listed:
        return _("the lists of debtors and companies are not read yet")
    companies = ngettext("%(count)s company", "%(count)s companies", outcome.company_count)
    new = ngettext("%(count)s new journal", "%(count)s new journals", outcome.new_journal_count)
    facts = [
        companies % {"count": outcome.company_count},
        _("%(count)s failed") % {"count": outcome.failed_count},
        new % {"count": outcome.new_journal_count},
        _("%(count)s changed") % {"count": outcome.changed_journal_count},
    ]
    if not outcome.is_finished:
        facts.append(_("%(count)s waiting") % {"count": outcome.waiting_count})
    return ", ".join(facts)


def trouble_lines(outcome: Outcome) -> Sequence[str]:
    """Return everything that is wrong, by company and by connection.

    Companies with the same trouble stand together, as one cause may stop thousands.
    """
    alike: dict[tuple[Problem, ...], list[FailedCompany]] = defaultdict(list)
    for failed in outcome.failed:
        of_runs = (problem for _run, problems in failed.runs for problem in problems)
        alike[(*failed.problems, *of_runs)].append(failed)
    lines = []
    for problems, companies in alike.items():
        lines += ["", *map(_company_line, companies), *map(problem_text, problems)]
    for connection in outcome.connections:
        heading = _("Connection %(name)s") % {"name": connection}
        lines += ["", heading, *trouble_texts(connection)]
    return lines


def _company_line(failed: FailedCompany) -> str:
    text = _("%(company)s, which is tried again") if failed.is_waiting else "%(company)s"
    return text % {"company": failed.company}


def _failed_company(nmbrs_company: NmbrsCompany, runs: Sequence[Run]) -> FailedCompany:
    of_runs = tuple((run, run.trouble) for run in runs)
    # The company repeats the first problem of each run, and it should be listed once.
    of_company = {problems[0] for _run, problems in of_runs}
    return FailedCompany(
        company=nmbrs_company.company,
        is_waiting=nmbrs_company.wanted_at is not None,
        problems=tuple(one for one in nmbrs_company.trouble if one not in of_company),
        runs=of_runs,
    )


def _connections_to_name() -> tuple[NmbrsConnection, ...]:
    connections = (
        NmbrsConnection.objects.exclude(state=NmbrsConnection.State.REMOVED)
        .defer("token")
        .select_related("grant")
    )
    return tuple(one for one in connections if connection_problems(one) or one.open_questions)


def _failed_document(failed: FailedCompany) -> dict[str, Any]:
    return {
        "number": failed.company.number,
        "name": failed.company.name,
        "is_waiting": failed.is_waiting,
        "problems": [problem_document(problem) for problem in failed.problems],
        "runs": [
            {
                "year": run.year,
                "number": run.number,
                "problems": [problem_document(problem) for problem in problems],
            }
            for run, problems in failed.runs
        ],
    }
