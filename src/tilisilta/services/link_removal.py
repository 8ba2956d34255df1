"""Links through which nothing was sent: they can be removed, and leave no trail."""

from django.db import transaction

from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import ExportState
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, Export, Journal, Link, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import removed_with
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.journals.keeping import KNOWN_OUTSIDE, lock_company
from tilisilta.services.link_settings import settings_of
from tilisilta.services.links import leave_account


class LinkInUse(NeedsAttention):
    """Receipts were sent through the link, so it stays as their trail."""

    code = ProblemCode.LINK_IN_USE


def remove_link(link: Link, *, user: User | None) -> None:
    """Remove a link through which nothing was sent yet. Raise ``LinkInUse`` otherwise.

    Safe to repeat: the audit log has it once.
    """
    company = link.company
    with transaction.atomic():
        if not _lock_in_order(link):
            # Another person has just removed it.
            return
        # Locked, or they could be sent between this query and the removal.
        exports = list(Export.with_trail.filter(link=link).order_by("pk").select_for_update())
        if any(export.state != ExportState.READY for export in exports):
            raise LinkInUse("Receipts were sent through this link; it stays as their trail.")
        if Export.with_trail.filter(link=link, attempts__isnull=False).exists():
            raise LinkInUse("Receipts were tried through this link; it stays as their trail.")
        removed = removed_with(settings_of(link))
        Export.with_trail.filter(link=link).delete()
        leave_account(link)
        link.delete()
        audit.record(
            audit.Action.LINK_REMOVED,
            user=user,
            company=company,
            changes=removed,
            name=str(company),
        )
    recheck_company(Company.objects.get(pk=company.pk))


def was_used(link: Link) -> bool:
    return Export.with_trail.filter(KNOWN_OUTSIDE, link=link).exists()


def _lock_in_order(link: Link) -> bool:
    """Lock the company, its journals with exports of ``link``, and the link, if it is still there.

    That is the order of all services, and exports come last: sending locks journal and link before
    its exports, and in another order each could wait for the other.
    """
    lock_company(link.company)
    exports = Export.with_trail.filter(link=link).order_by()
    journals = Journal.objects.filter(pk__in=exports.values("journal")).order_by("pk")
    list(journals.select_for_update(of=("self",)).values_list("pk", flat=True))
    return Link.objects.select_for_update(of=("self",)).filter(pk=link.pk).first() is not None
