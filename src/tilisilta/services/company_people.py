"""The person responsible for closing a company's months, and the stand-in."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tilisilta.models import Company, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of


def people_for(company: Company) -> QuerySet[User]:
    """Return the users who see the company, and those who close its months already."""
    chosen = User.debtors.through.objects.filter(user=OuterRef("pk"))
    sees_all = Q(sees_all_debtors=True) & ~Exists(chosen)
    sees_it = Exists(chosen.filter(debtor=company.debtor_id))
    stays = Q(pk__in=[company.responsible_id, company.stand_in_id])
    return User.objects.filter(Q(is_active=True) & (sees_all | Q(sees_it)) | stays)


def set_people(
    company: Company, *, responsible: User | None, stand_in: User | None, user: User | None
) -> Company:
    """Set who is responsible for the months of a company, and the stand-in; return the company."""
    after: dict[str, object] = {"responsible": responsible, "stand_in": stand_in}
    before = {name: getattr(company, name) for name in after}
    changed = [name for name, value in after.items() if before[name] != value]
    if not changed:
        return company
    with transaction.atomic():
        for name in changed:
            setattr(company, name, after[name])
        company.save(update_fields=changed)
        audit.record(
            audit.Action.COMPANY_CHANGED,
            user=user,
            company=company,
            changes=changes_of(before, after),
            name=str(company),
            fields=", ".join(changed),
        )
    return company
