"""What waits to be sent through a link while its account is not authorised."""

from django.db.models import Exists, OuterRef, Q

from tilisilta.domain.standing import ExportState
from tilisilta.models import Export, Link, Sending


def only_waiting() -> Q:
    """Return the condition of exports that only wait for their account to be authorised."""
    is_sending = Sending.objects.filter(journal=OuterRef("journal"), finished_at__isnull=True)
    return Q(~Exists(is_sending), state=ExportState.QUEUED)


def take_back_waiting(link: Link) -> None:
    """Make receipts ready again that only wait for the account to be authorised."""
    left = link.exports.filter(only_waiting()).select_for_update(of=("self",))
    Export.objects.filter(pk__in=[export.pk for export in left]).update(state=ExportState.READY)
