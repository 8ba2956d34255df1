"""Companies that stay blocked after they have left a blocked debtor, until a person frees them.

Nmbrs puts two debtors together by listing the companies of one under the other. Who blocked the
first one has said nothing about the second, so that the company would be sent unasked.
"""

from django.db import transaction

from tilisilta.models import Company, Debtor, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.procountor.administrations import ANY_AGE


def stay_blocked(company: Company, debtor_id: int, *, user: User | None = None) -> bool:
    """Block a company that leaves, or may have, the debtor of that key if that one is blocked.

    Returns whether it was blocked by this. Call it in a transaction; check its journals after it.
    """
    debtor = Debtor.objects.filter(pk=debtor_id, is_blocked=True).first()
    if debtor is None or company.stays_blocked:
        return False
    company.stays_blocked = True
    company.save(update_fields=["stays_blocked"])
    audit.record(
        audit.Action.COMPANY_STAYS_BLOCKED,
        user=user,
        company=company,
        changes=changes_of({"stays_blocked": False}, {"stays_blocked": True}),
        name=str(company),
        debtor=str(debtor.number),
    )
    return True


def free_company(company: Company, *, user: User | None) -> bool:
    """Let a company be sent that had stayed blocked. Returns whether it had, until now.

    Where its debtor is blocked by now, it is blocked through that one.
    """
    with transaction.atomic():
        locked = Company.objects.select_for_update(of=("self",)).get(pk=company.pk)
        company.stays_blocked = False
        if not locked.stays_blocked:
            return False
        company.save(update_fields=["stays_blocked"])
        audit.record(
            audit.Action.COMPANY_FREED,
            user=user,
            company=company,
            changes=changes_of({"stays_blocked": True}, {"stays_blocked": False}),
            name=str(company),
        )
    recheck_company(company, age_limit=ANY_AGE)
    return True
