"""The audit log: a plain history of actions, each with its user and time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import Q, QuerySet
from django.utils import timezone

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
)
from tilisilta.services.audit_changes import Change

Action = AuditEntry.Action
Subject = Journal | Link | ProcountorAccount | NmbrsConnection | Debtor | User | UserTemplate
_KINDS: dict[type, AuditEntry.About] = {
    Journal: AuditEntry.About.JOURNAL,
    Link: AuditEntry.About.LINK,
    ProcountorAccount: AuditEntry.About.ACCOUNT,
    NmbrsConnection: AuditEntry.About.CONNECTION,
    Debtor: AuditEntry.About.DEBTOR,
    User: AuditEntry.About.USER,
    UserTemplate: AuditEntry.About.TEMPLATE,
}
_system_user: ContextVar[str] = ContextVar("system_user", default="")


@contextmanager
def command_run_by(system_user: str) -> Iterator[None]:
    """Record ``system_user`` with all that is done within: a command that they run or ran."""
    token = _system_user.set(system_user)
    try:
        yield
    finally:
        _system_user.reset(token)


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
