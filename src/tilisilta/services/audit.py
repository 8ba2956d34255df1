"""The audit log: a plain history of actions, each with its user and time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.domain.sending_rules import BY_RULE
from tilisilta.models import (
    AuditEntry,
    Company,
    Debtor,
    Journal,
    Link,
    NmbrsConnection,
    ProcountorAccount,
    User,
    UserTemplate,
    Webhook,
)
from tilisilta.services.audit_changes import Change

Action = AuditEntry.Action
Subject = (
    Journal
    | Link
    | ProcountorAccount
    | NmbrsConnection
    | Debtor
    | User
    | UserTemplate
    | AuditEntry
    | Webhook
)
_KINDS: dict[type, AuditEntry.About] = {
    Journal: AuditEntry.About.JOURNAL,
    Link: AuditEntry.About.LINK,
    ProcountorAccount: AuditEntry.About.ACCOUNT,
    NmbrsConnection: AuditEntry.About.CONNECTION,
    Debtor: AuditEntry.About.DEBTOR,
    User: AuditEntry.About.USER,
    UserTemplate: AuditEntry.About.TEMPLATE,
    AuditEntry: AuditEntry.About.ENTRY,
    Webhook: AuditEntry.About.WEBHOOK,
}
ANY_COMMAND = "*"
"""Asks for what was done by commands, whichever system user ran them."""
_EARLIEST, _LATEST = date(2000, 1, 1), date(9000, 1, 1)
_system_user: ContextVar[str] = ContextVar("system_user", default="")
_api_token: ContextVar[str] = ContextVar("api_token", default="")


@contextmanager
def command_run_by(system_user: str) -> Iterator[None]:
    """Record ``system_user`` with all that is done within: a command that they run or ran."""
    token = _system_user.set(system_user)
    try:
        yield
    finally:
        _system_user.reset(token)


@contextmanager
def request_to_the_api() -> Iterator[None]:
    """Record with what is done within the API token that ``note_token`` names, and forget it."""
    token = _api_token.set("")
    try:
        yield
    finally:
        _api_token.reset(token)


def note_token(name: str) -> None:
    _api_token.set(name)


def current_system_user() -> str:
    """Return who runs the command that is under way; empty on a page and in a worker."""
    return _system_user.get()


def record(
    action: Action,
    *,
    user: User | None,
    company: Company | None = None,
    about: Subject | None = None,
    changes: Sequence[Change] = (),
    **facts: str,
) -> AuditEntry:
    """Add an entry that ``user`` did ``action``; ``None`` is a command or Tilisilta itself.

    Call it inside the transaction of the action, so that neither is stored without the other.
    """
    made = entry(action, user=user, company=company, about=about, changes=changes, **facts)
    made.save(force_insert=True)
    return made


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Add entries made by ``entry``, in one statement for the actions of one transaction."""
    AuditEntry.objects.bulk_create(entries)


def entry(
    action: Action,
    *,
    user: User | None,
    company: Company | None = None,
    about: Subject | None = None,
    changes: Sequence[Change] = (),
    **facts: str,
) -> AuditEntry:
    """Return what ``record`` would add, for ``record_all``."""
    if user is not None and _api_token.get():
        facts["api_token"] = _api_token.get()
    # The names are stored too, as the user may be renamed later and the machine forget its own.
    return AuditEntry(
        at=timezone.now(),
        user=user,
        user_name=user.get_username() if user else "",
        system_user="" if user else current_system_user(),
        action=action,
        company=company,
        about_kind=_KINDS[about.__class__] if about is not None else "",
        about_id=about.pk if about is not None else None,
        facts=facts,
        changes=[change.stored() for change in changes],
    )


def entries_visible_to(user: User) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.select_related("user", "company")
    return entries.filter(user.rows_of_debtors("company__debtor") | Q(user=user))


def narrowed(  # what can be asked of the log, each by its name
    entries: QuerySet[AuditEntry],
    *,
    company: int | None = None,
    user: User | None = None,
    system_user: str = "",
    action: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """Return the entries that fit all that is asked; ``company`` is the company's number.

    ``system_user`` is who ran the command, the rule, or ``ANY_COMMAND``, which no rule is.
    """
    if company:
        entries = entries.filter(company__number=company)
    if user is not None:
        entries = entries.filter(user=user)
    if system_user == ANY_COMMAND:
        entries = entries.exclude(system_user="").exclude(system_user__startswith=BY_RULE)
    elif system_user:
        entries = entries.filter(system_user=system_user)
    if action:
        entries = entries.filter(action=action)
    # No entry is older or newer, and the calendar of Python ends a day after 9999-12-30.
    if since:
        entries = entries.filter(at__gte=_midnight(max(since, _EARLIEST)))
    if until:
        entries = entries.filter(at__lt=_midnight(min(until, _LATEST) + timedelta(days=1)))
    return entries


def system_users(entries: QuerySet[AuditEntry]) -> Sequence[str]:
    """Return the system users who ran the commands among ``entries``, and the rules."""
    named = entries.exclude(system_user="").order_by("system_user")
    return list(named.values_list("system_user", flat=True).distinct())


def _midnight(of: date) -> datetime:
    return timezone.make_aware(datetime.combine(of, time.min))
