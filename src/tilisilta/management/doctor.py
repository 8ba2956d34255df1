"""Examines an installation: what is well, what is not, and what to do about it."""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.clients.procountor.http import open_http
from tilisilta.machine import (
    NEWEST_TRIED_PYTHON,
    is_tried_python,
    python_version,
    sqlite_version,
    why_unfit,
)
from tilisilta.management.answering import missing_migrations
from tilisilta.management.audit_chain import check_audit_log
from tilisilta.management.doctor_notices import check_notices
from tilisilta.management.doctor_payroll import (
    check_connections,
    check_fetched_companies,
    check_nightly_fetching,
    check_registration,
)
from tilisilta.management.doctor_proxies import check_trusted_proxies
from tilisilta.management.doctor_versions import check_api_version
from tilisilta.management.findings import Finding, Verdict, finding_document, finding_text
from tilisilta.management.output import Answer, Refused, Status
from tilisilta.models import ProcountorAccount, Sending
from tilisilta.models.encryption import KeysDoNotFit
from tilisilta.services.connections import check_account
from tilisilta.services.explanations import explain_error
from tilisilta.services.keys import do_keys_fit
from tilisilta.services.procountor.client import redirect_uri, transport
from tilisilta.services.sending.outbox import stranded_sendings
from tilisilta.services.workers import living_workers

CLOCK_LIMIT = timedelta(seconds=30)
CLOCK_TIMEOUT_SECONDS = 10


def examine(_options: Namespace) -> Answer:
    """Examine one part after the other. A part that fails stops no other."""
    findings = list(_findings())
    failed = any(finding.verdict is Verdict.FAILED for finding in findings)
    return Answer(
        document={
            "is_well": not failed,
            "findings": [finding_document(finding) for finding in findings],
        },
        text="\n".join(finding_text(finding) for finding in findings),
        status=Status.REFUSED if failed else Status.DONE,
    )


def check_settings() -> Iterator[Finding]:
    """Report what the settings come to. They were read, or this would not run."""
    yield Finding(
        part=_("settings"),
        verdict=Verdict.WELL,
        detail=_("pages at %(url)s, data in %(directory)s")
        % {"url": settings.BASE_URL, "directory": settings.DATA_DIR},
    )
    if settings.PROCOUNTOR_CLIENT_ID and settings.PROCOUNTOR_CLIENT_SECRET:
        yield Finding(
            part=_("Procountor application"),
            verdict=Verdict.WELL,
            detail=_("redirect address %(url)s") % {"url": redirect_uri()},
        )
    else:
        yield Finding(
            part=_("Procountor application"),
            verdict=Verdict.FAILED,
            detail=_("client id and client secret are not set"),
            remedy=_(
                "Set TILISILTA_PROCOUNTOR_CLIENT_ID and TILISILTA_PROCOUNTOR_CLIENT_SECRET, "
                "which Procountor gives for your application."
            ),
        )


def check_machine() -> Iterator[Finding]:
    """Python is one that was tried, and was built with what is needed."""
    reason = why_unfit()
    is_tried = is_tried_python()
    newest = ".".join(map(str, NEWEST_TRIED_PYTHON))
    verdict = Verdict.WELL if is_tried else Verdict.WARNING
    remedy = "" if is_tried else _("Python 3.11 to %(newest)s was tried.") % {"newest": newest}
    yield Finding(
        part="Python",
        verdict=Verdict.FAILED if reason else verdict,
        detail=_("version %(version)s, with SQLite %(sqlite)s")
        % {"version": python_version(), "sqlite": ".".join(map(str, sqlite_version()))},
        remedy=reason or remedy,
    )


def check_database() -> Iterator[Finding]:
    """Check that the database can be reached and has all migrations."""
    part = _("database")
    try:
        missing = missing_migrations()
    except Refused as error:
        refusal = error.explanation
        yield Finding(
            part=part,
            verdict=Verdict.FAILED,
            detail=f"{refusal.message}: {refusal.cause}",
            remedy=refusal.remedy,
        )
        return
    if missing:
        yield Finding(
            part=part,
            verdict=Verdict.FAILED,
            detail=_("migrations are missing: %(names)s") % {"names": ", ".join(missing)},
            remedy=_("Run tilisilta migrate, or tilisilta serve, which does so by itself."),
        )
        return
    yield _database_finding(part)


def check_engine() -> Iterator[Finding]:
    """Check that workers are alive and that no sending was left lying."""
    now = timezone.now()
    workers = living_workers(now)
    waiting = Sending.objects.filter(finished_at__isnull=True).count()
    yield Finding(
        part=_("workers"),
        verdict=Verdict.WELL if workers else Verdict.WARNING,
        detail=_("%(count)s alive, %(waiting)s sendings under way")
        % {"count": len(workers), "waiting": waiting},
        remedy="" if workers else _("Start tilisilta serve or tilisilta worker."),
    )
    lying = stranded_sendings(now)
    if lying:
        yield Finding(
            part=_("engine"),
            verdict=Verdict.FAILED,
            detail=_("%(count)s sendings were due ten minutes ago and nobody has taken them up")
            % {"count": len(lying)},
            remedy=_("Restart the workers, and look in their log for what stops them."),
        )


def check_access() -> Iterator[Finding]:
    """Check that Procountor and Nmbrs still let us in, with each account and connection."""
    if not do_keys_fit():
        refusal = explain_error(KeysDoNotFit("No key of ours opens a secret."))
        yield Finding(
            part=_("encryption keys"),
            verdict=Verdict.FAILED,
            detail=f"{refusal.message}. {refusal.cause}",
            remedy=refusal.remedy,
        )
    for account in ProcountorAccount.objects.order_by("name"):
        yield _account_finding(check_account(account))
    yield from check_connections()


def check_clock() -> Iterator[Finding]:
    """Check our clock against Procountor's, by which its tokens expire."""
    part = _("clock")
    try:
        difference = clock_difference()
    except httpx2.RequestError as error:
        yield Finding(
            part=part,
            verdict=Verdict.FAILED,
            detail=_("Procountor at %(url)s gives no answer (%(kind)s)")
            % {"url": settings.PROCOUNTOR_API_URL, "kind": type(error).__name__},
            remedy=_("Check the network and TILISILTA_PROCOUNTOR_API_URL."),
        )
        return
    if difference is None:
        yield Finding(
            part=part, verdict=Verdict.WARNING, detail=_("Procountor does not say what time it is")
        )
        return
    is_right = abs(difference) <= CLOCK_LIMIT
    yield Finding(
        part=part,
        verdict=Verdict.WELL if is_right else Verdict.FAILED,
        detail=_("%(seconds)s seconds from Procountor's")
        % {"seconds": round(abs(difference.total_seconds()))},
        remedy="" if is_right else _("Let this machine set its clock from the network (NTP)."),
    )


def clock_difference() -> timedelta | None:
    """Return how far our clock is ahead of Procountor's; ``None`` if its answer has no date."""
    with open_http(transport(), timeout_seconds=CLOCK_TIMEOUT_SECONDS) as http:
        before = time.time()
        # Any answer will do, even a refusal: only its Date header is read.
        response = http.get(f"{settings.PROCOUNTOR_API_URL}/status")
        middle = (before + time.time()) / 2
    try:
        # A proxy on the way may have added a date of its own.
        their_time = parsedate_to_datetime(response.headers.get_list("Date")[0])
    except (IndexError, ValueError):
        return None
    # The header is in UTC and cuts the time to whole seconds: half a second on average.
    return (
        datetime.fromtimestamp(middle, UTC)
        - their_time.replace(tzinfo=UTC)
        - timedelta(seconds=0.5)
    )


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    check_settings,
    check_trusted_proxies,
    check_machine,
    check_database,
    check_engine,
    check_audit_log,
    check_registration,
    check_access,
    check_nightly_fetching,
    check_fetched_companies,
    check_notices,
    check_api_version,
    check_clock,
)


def _findings() -> Iterator[Finding]:
    for check in CHECKS:
        try:
            yield from check()
        except DatabaseError:
            # The check of the database has reported it already.
            continue


def _database_finding(part: str) -> Finding:
    if connection.vendor != "sqlite":
        detail = _("%(kind)s, up to date") % {"kind": connection.display_name}
        return Finding(part=part, verdict=Verdict.WELL, detail=detail)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
    has_log = mode == "wal"
    return Finding(
        part=part,
        verdict=Verdict.WELL if has_log else Verdict.FAILED,
        detail=_("%(kind)s, up to date, journal mode %(mode)s")
        % {"kind": connection.display_name, "mode": mode},
        remedy=""
        if has_log
        else _("Put the data directory on a disk of this machine: SQLite got no WAL there."),
    )


def _account_finding(account: ProcountorAccount) -> Finding:
    part = _("account %(name)s") % {"name": account.name}
    if not account.is_authorised:
        is_linked = account.links.open().exists()
        return Finding(
            part=part,
            verdict=Verdict.FAILED if is_linked else Verdict.WARNING,
            detail=str(account.get_state_display()),
            remedy=_("Authorise it on the page Accounts, or with tilisilta account authorise."),
        )
    if account.check_failed_at is not None:
        return Finding(
            part=part,
            verdict=Verdict.FAILED,
            detail=_("Procountor gave no answer"),
            remedy=_("Try again in a few minutes; see also the clock below."),
        )
    return Finding(
        part=part,
        verdict=Verdict.WELL,
        detail=_("authorised for %(company)s, %(business_id)s by %(method)s")
        % {
            "company": account.company_name,
            "business_id": account.business_id,
            "method": account.get_method_display(),
        },
    )
