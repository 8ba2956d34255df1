"""The person responsible for closing a company's months, and the stand-in."""

from collections.abc import Mapping

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


def people_for_all(companies: QuerySet[Company]) -> QuerySet[User]:
    """Return the active users who see every one of ``companies``."""
    chosen = User.debtors.through.objects.filter(user=OuterRef("pk"))
    missing = companies.exclude(
        debtor__in=User.debtors.through.objects.filter(user=OuterRef(OuterRef("pk"))).values(
            "debtor"
        )
    )
    sees_all = Q(sees_all_debtors=True) & ~Exists(chosen)
    return User.objects.filter(Q(is_active=True) & (sees_all | ~Exists(missing)))


def set_people_of_many(
    companies: QuerySet[Company], people: Mapping[str, User | None], *, user: User | None
) -> int:
    """Set ``responsible``, ``stand_in`` or both for many companies; return how many changed.

    Whom ``people`` does not name stays. All is stored, or nothing.
    """
    changed = 0
    with transaction.atomic():
        locked = companies.order_by("pk").select_for_update(of=("self",), no_key=True)
        for company in locked.select_related("responsible", "stand_in"):
            before = (company.responsible, company.stand_in)
            wanted = {"responsible": company.responsible, "stand_in": company.stand_in, **people}
            set_people(company, **wanted, user=user)
            changed += before != (company.responsible, company.stand_in)
    return changed
