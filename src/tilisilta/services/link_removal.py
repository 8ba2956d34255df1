"""Links through which nothing was sent: they can be removed, and leave no trail."""

from django.db import transaction

from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import ExportState
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, Export, Link, User
from tilisilta.services import audit
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.journals.keeping import KNOWN_OUTSIDE
from tilisilta.services.links import leave_account


class LinkInUse(NeedsAttention):
    """Receipts were sent through the link, so it stays as their trail."""

    code = ProblemCode.LINK_IN_USE


def remove_link(link: Link, *, user: User | None) -> None:
    """Remove a link through which nothing was sent yet. Raise ``LinkInUse`` otherwise."""
    company = link.company
    with transaction.atomic():
        # Locked, or they could be sent between this query and the removal.
        exports = list(Export.with_trail.filter(link=link).select_for_update())
        if any(export.state != ExportState.READY for export in exports):
            raise LinkInUse("Receipts were sent through this link; it stays as their trail.")
        if Export.with_trail.filter(link=link, attempts__isnull=False).exists():
            raise LinkInUse("Receipts were tried through this link; it stays as their trail.")
        Export.with_trail.filter(link=link).delete()
        leave_account(link)
        link.delete()
        audit.record(audit.Action.LINK_REMOVED, user=user, company=company, name=str(company))
    recheck_company(Company.objects.get(pk=company.pk))


def was_used(link: Link) -> bool:
    return Export.with_trail.filter(KNOWN_OUTSIDE, link=link).exists()
