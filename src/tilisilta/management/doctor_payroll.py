"""Examines what comes in from Nmbrs: the connections, the nightly fetching, the companies."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.findings import Finding, Verdict
from tilisilta.management.nmbrs_connections import forbidden_calls, stopping_problems
from tilisilta.management.nmbrs_rest import step_text
from tilisilta.management.output import shown_moment
from tilisilta.management.sync_outcomes import outcome_of, summary
from tilisilta.models import NmbrsCompany, NmbrsConnection, Synchronisation
from tilisilta.services.explanations import explain
from tilisilta.services.fetching.connections import check_connection, prove_consent
from tilisilta.services.fetching.coverage import coverage_problem
from tilisilta.services.fetching.registration import is_registered, redirect_uri
from tilisilta.services.fetching.rest_standing import rest_standing_of
from tilisilta.services.fetching.soap_end import soap_problem
from tilisilta.services.fetching.synchronisations import latest_synchronisation

State = NmbrsConnection.State
GRACE = timedelta(minutes=15)
"""How long after its hour the nightly fetching may begin before it counts as missed."""
MOST_NAMED = 10


def check_connections() -> Iterator[Finding]:
    """Try out each connection that was not removed; a consent is renewed by that."""
    for connection in NmbrsConnection.objects.exclude(state=State.REMOVED).select_related("grant"):
        prove_consent(connection, now=timezone.now())
        yield _connection_finding(check_connection(connection))
        yield from _rest_findings(connection, now=timezone.now())
        if connection.open_questions:
            yield _questions_finding(connection)


def check_nightly_fetching() -> Iterator[Finding]:
    """Check that everything was fetched since the last time it was due."""
    working = NmbrsConnection.objects.filter(state=State.WORKING)
    since = working.aggregate(since=Min("created_at"))["since"]
    # Without a working connection nothing can be fetched. The check of connections reports that.
    if since is not None:
        yield _nightly_finding(since, now=timezone.now())


def check_fetched_companies() -> Iterator[Finding]:
    """Check that no company failed when it was last fetched."""
    fetched = NmbrsCompany.objects.filter(connection__state=State.WORKING, gone_at__isnull=True)
    count = fetched.count()
    failed = list(fetched.exclude(trouble=[]).select_related("company"))
    if not count:
        return
    part = _("companies in Nmbrs")
    if not failed:
        detail = ngettext("%(count)s company", "%(count)s companies", count) % {"count": count}
        yield Finding(part=part, verdict=Verdict.WELL, detail=detail)
        return
    yield Finding(
        part=part,
        verdict=Verdict.FAILED,
        detail=_("%(failed)s of %(count)s had trouble when fetched last: %(names)s")
        % {"failed": len(failed), "count": count, "names": _named(failed)},
        remedy=_("Fetch again with tilisilta sync, which says what to do about each."),
    )


def _connection_finding(connection: NmbrsConnection) -> Finding:
    part = _("connection %(name)s") % {"name": connection}
    problems = stopping_problems(connection)
    if problems or connection.forbidden_calls:
        trouble = explain(problems[0]) if problems else forbidden_calls(connection)
        return Finding(
            part=part, verdict=Verdict.FAILED, detail=trouble.message, remedy=trouble.remedy
        )
    debtors = ngettext("%(count)s debtor", "%(count)s debtors", connection.debtor_count)
    companies = ngettext("%(count)s company", "%(count)s companies", connection.company_count)
    domain = _("domain %(domain)s") % {"domain": connection.domain}
    facts = (
        _("works"),
        *((domain,) if connection.domain else ()),
        debtors % {"count": connection.debtor_count},
        companies % {"count": connection.company_count},
    )
    return Finding(part=part, verdict=Verdict.WELL, detail=", ".join(facts))


def check_registration() -> Iterator[Finding]:
    """Report what is registered at Nmbrs for REST, as the settings have it."""
    part = _("Nmbrs by REST")
    if not is_registered():
        # Who imports files alone needs no registration.
        is_needed = NmbrsConnection.objects.exclude(state=State.REMOVED).exists()
        yield Finding(
            part=part,
            verdict=Verdict.WARNING if is_needed else Verdict.WELL,
            detail=_("not registered; redirect address %(url)s") % {"url": redirect_uri()},
            remedy=_(
                "Register this installation at Nmbrs, then set TILISILTA_NMBRS_CLIENT_ID, "
                "TILISILTA_NMBRS_CLIENT_SECRET and TILISILTA_NMBRS_SUBSCRIPTION_KEY."
            ),
        )
        return
    facts = {
        "url": redirect_uri(),
        "api": settings.NMBRS_REST_URL,
        "identity": settings.NMBRS_IDENTITY_URL,
        "pkce": _("with PKCE") if settings.NMBRS_PKCE else _("without PKCE"),
    }
    yield Finding(
        part=part,
        verdict=Verdict.WELL,
        detail=_(
            "redirect address %(url)s, API at %(api)s, identity at %(identity)s %(pkce)s; client "
            "id, secret and subscription key are set"
        )
        % facts,
    )


def _rest_findings(connection: NmbrsConnection, *, now: datetime) -> Iterator[Finding]:
    """Report what a consent lacks, and how long SOAP still works."""
    connection.refresh_from_db()
    standing = rest_standing_of(connection, now=now)
    if standing.grant is not None:
        trouble = explain(standing.problems[0]) if standing.problems else None
        yield Finding(
            part=_("consent of connection %(name)s") % {"name": connection},
            verdict=Verdict.FAILED if trouble else Verdict.WELL,
            detail=trouble.message
            if trouble
            else _("works, renewed %(renewed)s, ends %(end)s unless used")
            % {
                "renewed": shown_moment(standing.grant.renewed_at),
                "end": shown_moment(standing.grant.ends_at),
            },
            remedy=f"{trouble.cause} {trouble.remedy}" if trouble else "",
        )
    if standing.coverage is not None and standing.coverage.uncovered:
        told = explain(coverage_problem(standing.coverage))
        yield Finding(
            part=_("debtors of connection %(name)s") % {"name": connection},
            verdict=Verdict.WARNING,
            detail=f"{told.message}. {told.cause}",
            remedy=told.remedy,
        )
    soap = soap_problem(connection, timezone.localtime(now).date())
    if soap is not None:
        told = explain(soap)
        yield Finding(
            part=_("SOAP of connection %(name)s") % {"name": connection},
            verdict=Verdict.FAILED if soap.stops else Verdict.WARNING,
            detail=told.message,
            remedy=f"{step_text(standing.next_step)} {told.remedy}",
        )


def _questions_finding(connection: NmbrsConnection) -> Finding:
    numbers = [str(asked["number"]) for asked in connection.open_questions]
    return Finding(
        part=_("companies of connection %(name)s") % {"name": connection},
        verdict=Verdict.WARNING,
        detail=_("perhaps here already: %(numbers)s") % {"numbers": _some(numbers)},
        remedy=_("Say in the settings for Nmbrs whether they are the same."),
    )


def _nightly_finding(connected_at: datetime, *, now: datetime) -> Finding:
    part = _("nightly fetching")
    at = settings.NMBRS_SYNC_TIME
    latest = latest_synchronisation()
    last = _last_text(latest)
    if at is None:
        return Finding(
            part=part,
            verdict=Verdict.WARNING,
            detail=_("switched off; %(last)s") % {"last": last},
            remedy=_(
                "Set TILISILTA_NMBRS_SYNC_TIME to an hour, or let tilisilta sync be given by a "
                "schedule of your own."
            ),
        )
    due_at = last_due(at, now - GRACE)
    was_asked = latest is not None and latest.requested_at >= due_at
    if not was_asked and connected_at < due_at:
        return Finding(
            part=part,
            verdict=Verdict.WARNING,
            detail=_("should have run at %(moment)s and did not; %(last)s")
            % {"moment": shown_moment(due_at), "last": last},
            remedy=_("Keep tilisilta serve or tilisilta worker running, also at night."),
        )
    return Finding(
        part=part,
        verdict=Verdict.WELL,
        detail=_("each night from %(time)s; %(last)s") % {"time": f"{at:%H:%M}", "last": last},
    )


def last_due(at: time, now: datetime) -> datetime:
    """Return the last moment before ``now`` at which a night's fetching was due, from ``at`` on."""
    local = timezone.localtime(now)
    days = [local.date() - timedelta(days=back) for back in (0, 1)]
    moments = [datetime.combine(day, at, local.tzinfo) for day in days]
    return next(moment for moment in moments if moment <= local)


def _last_text(latest: Synchronisation | None) -> str:
    if latest is None:
        return _("nothing was fetched yet")
    facts = {"moment": shown_moment(latest.requested_at), "summary": summary(outcome_of(latest))}
    if latest.finished_at is None:
        return _("under way since %(moment)s: %(summary)s") % facts
    return _("last at %(moment)s: %(summary)s") % facts


def _named(failed: list[NmbrsCompany]) -> str:
    return _some([f"{one.company.number} ({one.trouble[0].code.value})" for one in failed])


def _some(names: list[str]) -> str:
    """Return the first of ``names``, and how many more there are."""
    rest = len(names) - MOST_NAMED
    more = [_("and %(count)s more") % {"count": rest}] if rest > 0 else []
    return ", ".join([*names[:MOST_NAMED], *more])
