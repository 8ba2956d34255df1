"""Reading Nmbrs by REST at the command line: consent, and what is told of it."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.output import Refused, shown_moment
from tilisilta.models import NightCalls, NmbrsConnection
from tilisilta.services.explanations import explain
from tilisilta.services.fetching.consents import Answer, ask_for_consent, take_answer
from tilisilta.services.fetching.coverage import coverage_problem
from tilisilta.services.fetching.moving.standing import MovingStanding
from tilisilta.services.fetching.registration import redirect_uri
from tilisilta.services.fetching.rest_standing import NextStep, RestStanding, rest_standing_of


def consent_at_terminal(options: Namespace, connection: NmbrsConnection | None) -> NmbrsConnection:
    """Print where to consent, read what Nmbrs answered, and return the connection it is for."""
    asked = ask_for_consent(
        user=None,
        now=timezone.now(),
        connection=connection,
        name=options.name,
        domain=options.domain,
        first_year=options.first_year,
    )
    # To standard error: standard output has the answer alone.
    sys.stderr.write(_instructions(asked.url) + "\n")
    sys.stderr.flush()
    answer = read_answer(sys.stdin.readline(), state=asked.state)
    return take_answer(answer, user=None, now=timezone.now())


def read_answer(pasted: str, *, state: str) -> Answer:
    """Return what was pasted: the whole address that Nmbrs led to, or the code alone."""
    pasted = pasted.strip().strip("\"'")
    if not pasted:
        raise Refused(
            _("Nothing was pasted"),
            cause=_("The answer of Nmbrs is read from standard input, and there was none."),
            remedy=_("Give the command again, and paste the address that the browser ends at."),
        )
    if "=" not in pasted:
        return Answer(state=state, code=pasted)
    query = parse_qs(urlsplit(pasted).query or pasted.lstrip("?"))
    code, error = _first(query, "code"), _first(query, "error")
    if not code and not error:
        raise Refused(
            _("The address holds no answer of Nmbrs"),
            cause=_("It has neither a code nor an error: it may be the one that was to be opened."),
            remedy=_(
                "Give the command again. Consent in the browser, and paste the address that it "
                "ends at, which begins with %(address)s."
            )
            % {"address": redirect_uri()},
        )
    return Answer(state=_first(query, "state") or state, code=code, error=error)


def rest_document(connection: NmbrsConnection, *, now: datetime) -> Mapping[str, Any]:
    """Return what JSON says of reading a connection by REST. It holds no secret."""
    standing = rest_standing_of(connection, now=now)
    return {
        "consent": _consent_document(standing),
        "calls": [_calls_document(night) for night in standing.calls],
        "comparison": comparison_counts(standing.moving),
        "days_until_soap_ends": standing.days_left,
        "next_step": None if standing.next_step is NextStep.NOTHING else standing.next_step.value,
    }


def rest_lines(connection: NmbrsConnection, *, now: datetime) -> Iterator[str]:
    """Yield what a person should know of the consent of a connection."""
    standing = rest_standing_of(connection, now=now)
    if standing.grant is not None:
        yield from _consent_lines(standing)


def comparison_counts(moving: MovingStanding) -> Mapping[str, Any] | None:
    """Return how far comparing both APIs is; ``None`` where it was never asked for."""
    if moving.comparison is None:
        return None
    return {
        "asked_at": moving.comparison.asked_at,
        "finished_at": moving.comparison.finished_at,
        "company_count": moving.total,
        "waiting_count": moving.waiting_count,
        "equal_count": moving.equal_count,
        "not_equal_count": moving.open_count,
        "accepted_count": moving.accepted_count,
        "can_be_switched": moving.can_be_switched,
    }


def step_text(step: NextStep) -> str:
    """Return what a person does next, as a sentence."""
    return {
        NextStep.REGISTER: _("Next: register this installation at Nmbrs."),
        NextStep.CONSENT: _("Next: tilisilta nmbrs add NAME --rest."),
        NextStep.CONSENT_AGAIN: _("Next: consent again with tilisilta nmbrs add NAME --rest."),
        NextStep.COVER: _(
            "Next: client logins at the debtors that are missing, then consent again with "
            "tilisilta nmbrs add NAME --rest."
        ),
        NextStep.COMPARE: _("Next: tilisilta nmbrs compare, then tilisilta nmbrs switch."),
        NextStep.SWITCH: _("Next: tilisilta nmbrs switch."),
        NextStep.NOTHING: "",
    }[step]


def _instructions(url: str) -> str:
    return "\n".join(
        (
            _("Open this address in a browser, and consent at Nmbrs with a client login:"),
            "",
            url,
            "",
            _("The browser then ends at %(address)s?code=…") % {"address": redirect_uri()},
            _("Paste that whole address here, within five minutes:"),
        )
    )


def _first(query: Mapping[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]


def _consent_document(standing: RestStanding) -> Mapping[str, Any] | None:
    grant, coverage = standing.grant, standing.coverage
    if grant is None or coverage is None:
        return None
    return {
        "state": grant.state,
        "login": grant.login_email or None,
        "given_at": grant.consented_at,
        "last_used_at": grant.used_at,
        "renewed_at": grant.renewed_at,
        "ends_at_unless_used": grant.ends_at,
        "scopes_asked": list(grant.scopes_asked),
        "scopes_granted": list(grant.scopes_granted),
        "scopes_missing": [
            {"scope": row.scope.value, "without_it": str(row.words.without)}
            for row in standing.scopes
            if not row.is_granted
        ],
        "debtors_read_at": grant.debtors_read_at,
        "debtors_covered": [
            {"number": one.number, "name": one.name, "company_count": one.company_count}
            for one in coverage.covered
        ],
        "debtors_not_covered": [
            {
                "number": one.number,
                "name": one.name,
                "company_count": one.company_count,
                "came_after_the_consent": one.came_later,
            }
            for one in coverage.uncovered
        ],
    }


def _calls_document(night: NightCalls) -> Mapping[str, Any]:
    return {
        "night": night.night,
        "api": night.api,
        "consent": night.consent,
        "lists": night.lists,
        "runs": night.runs,
        "journals": night.journals,
        "cost_objects": night.cost_objects,
        "slowed": night.slowed,
        "total": night.total,
    }


def _consent_lines(standing: RestStanding) -> Iterator[str]:
    grant, coverage = standing.grant, standing.coverage
    if grant is None or coverage is None:
        return
    yield _(
        "  Consent of %(login)s, given %(given)s, last used %(used)s; ends %(end)s if unused"
    ) % {
        "login": grant.login_email or _("an unknown log-in"),
        "given": shown_moment(grant.consented_at),
        "used": shown_moment(grant.used_at),
        "end": shown_moment(grant.ends_at),
    }
    for row in standing.scopes:
        if not row.is_granted:
            missing = {"scope": row.scope.value, "without": row.words.without}
            yield _("  Not granted: %(scope)s. %(without)s") % missing
    covered = ngettext(
        "  The consent covers %(count)s debtor",
        "  The consent covers %(count)s debtors",
        coverage.covered_count,
    )
    yield covered % {"count": coverage.covered_count}
    if coverage.uncovered:
        # The commands name all of them in their JSON document.
        told = explain(coverage_problem(coverage))
        yield f"  {told.message}. {told.cause} {told.remedy}"
