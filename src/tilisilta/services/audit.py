"""The audit log: a plain history of who did what, and when."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.models import AuditEntry, Company, User

Action = AuditEntry.Action


def record(
    action: Action, *, user: User | None, company: Company | None = None, **facts: str
) -> AuditEntry:
    """Write down that ``user`` did ``action``; ``None`` is the command line or the service itself.

    Call it inside the transaction that does the thing, so that neither is there without the other.
    """
    return AuditEntry.objects.create(
        at=timezone.now(),
        user=user,
        user_name=user.get_username() if user else "",
        action=action,
        company=company,
        facts=facts,
    )


def entries_visible_to(user: User) -> QuerySet[AuditEntry]:
    """The entries ``user`` may read, newest first: all, or those of the debtors chosen for them."""
    entries = AuditEntry.objects.select_related("user", "company")
    return entries.filter(user.may_see("company__debtor") | Q(user=user))
