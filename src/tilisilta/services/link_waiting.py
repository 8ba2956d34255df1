"""What waits to be sent through a link while its account is not authorised."""

from django.db.models import Exists, OuterRef

from tilisilta.domain.standing import ExportState
from tilisilta.models import Export, Link, Sending


def take_back_waiting(link: Link) -> None:
    """Make receipts ready again that only wait for the account to be authorised."""
    waiting = link.exports.filter(state=ExportState.QUEUED)
    is_sending = Sending.objects.filter(journal=OuterRef("journal"), finished_at__isnull=True)
    left = waiting.filter(~Exists(is_sending)).select_for_update(of=("self",))
    Export.objects.filter(pk__in=[export.pk for export in left]).update(state=ExportState.READY)
