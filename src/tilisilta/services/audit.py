"""The audit log: a plain history of actions, each with its user and time."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.models import AuditEntry, Company, User

Action = AuditEntry.Action


def record(
    action: Action, *, user: User | None, company: Company | None = None, **facts: str
) -> AuditEntry:
    """Add an entry that ``user`` did ``action``; ``None`` is the command line or Tilisilta itself.

    Call it inside the transaction of the action, so that neither is stored without the other.
    """
    # The name is stored too, as the user may be renamed later.
    return AuditEntry.objects.create(
        at=timezone.now(),
        user=user,
        user_name=user.get_username() if user else "",
        action=action,
        company=company,
        facts=facts,
    )


def entries_visible_to(user: User) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.select_related("user", "company")
    return entries.filter(user.rows_of_debtors("company__debtor") | Q(user=user))
