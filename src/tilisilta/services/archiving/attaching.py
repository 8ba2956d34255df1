"""Attaches a file to each receipt in Procountor, where a link says so: once, and beside sending.

A receipt is what it is without the file, so nothing here changes an export. A file is attached only
after the receipt was read and has none of that name. After a lost answer that is done again no
sooner than an hour later, when the request can no longer arrive.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from tilisilta.clients.procountor.attachments import LARGEST_BYTES
from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.errors import AccessDenied, ProcountorRejected
from tilisilta.domain.month_end import MonthState
from tilisilta.domain.standing import ExportState
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TryAgainLater
from tilisilta.models import (
    Company,
    Debtor,
    Export,
    Link,
    MonthSignature,
    ProcountorAccount,
    ReceiptFile,
)
from tilisilta.services import audit
from tilisilta.services.archiving.archives import signed_report
from tilisilta.services.archiving.contents import workbook_of
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.procountor.client import procountor
from tilisilta.services.spreadsheets import file_name_part

PAUSE = timedelta(hours=1)
"""What has no known outcome, or had to wait, is taken up again after so long."""
RECENT = timedelta(days=92)
"""Receipts and signatures of before are left alone: a new choice must not fill old books."""
START_LIMIT_SECONDS = 10.0
_SETTLED = (ReceiptFile.State.ATTACHED, ReceiptFile.State.REFUSED)
_BOOKED = (ExportState.POSTED, ExportState.APPROVED)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A file that is to be attached; ``signature`` is that of the month, for its report."""

    export: Export
    signature: MonthSignature | None = None

    @property
    def name(self) -> str:
        export = self.export
        if self.signature is None:
            return f"journal-{file_name_part(export.journal.reference)}-{export.token}.xlsx"
        signed = f"{self.signature.signed_at:%Y%m%d%H%M%S}"
        return f"reconciliation-{self.signature.month:%Y-%m}-{export.token}-{signed}.pdf"

    def content(self, now: datetime) -> bytes | None:
        """Return the file; ``None`` for the report of a month that has changed after signing."""
        if self.signature is None:
            return workbook_of(self.export.journal)
        company, language = self.export.journal.company, self.export.link.receipt_language
        state, content = signed_report(company, self.signature.month, language, now)
        return content if state == MonthState.SIGNED else None


def due_files(now: datetime) -> Iterator[Due]:
    """Yield the files that are to be attached now, oldest receipt first."""
    links = Link.objects.filter(
        is_verify_only=False, procountor_account__state=ProcountorAccount.State.AUTHORISED
    ).exclude(attaches=Link.Attaches.NOTHING)
    # As a rule no link attaches anything, and a worker asks every few seconds.
    attaching = dict(links.values_list("pk", "attaches"))
    if not attaching:
        return
    blocked = Debtor.objects.filter(is_blocked=True).values_list("pk", flat=True)
    exports = (
        Export.objects.filter(
            link__in=attaching,
            state__in=_BOOKED,
            journal__company__is_test=False,
            journal__company__debtor__is_blocked=False,
            journal__company__stays_blocked=False,
        )
        .exclude(journal__company__in=Company.objects.perhaps_of(blocked))
        .select_related("journal__company", "link__procountor_account")
        .order_by("posted_at", "pk")
    )
    mine = ReceiptFile.objects.filter(export=OuterRef("pk")).filter(
        Q(state__in=_SETTLED) | Q(tried_at__gt=now - PAUSE)
    )
    of_journals = exports.filter(
        ~Exists(mine.filter(signature__isnull=True)),
        link__attaches=Link.Attaches.JOURNAL,
        posted_at__gte=now - RECENT,
    )
    for export in of_journals:
        yield Due(export=export)
    signatures = MonthSignature.objects.in_force().filter(
        signed_at__gte=now - RECENT,
        company__links__attaches=Link.Attaches.REPORT,
    )
    for signature in signatures.distinct():
        of_month = exports.filter(
            ~Exists(mine.filter(signature=signature)),
            link__attaches=Link.Attaches.REPORT,
            journal__company=signature.company_id,
            journal__period=signature.month,
        )
        for export in of_month:
            yield Due(export=export, signature=signature)


def files_of_month(company: Company, month: date) -> tuple[ReceiptFile, ...]:
    """Return the files of the receipts of a month, attached or not, by receipt."""
    files = ReceiptFile.objects.filter(
        export__journal__company=company, export__journal__period=month
    )
    return tuple(
        files.select_related("export__journal").order_by("export__receipt_date", "export", "name")
    )


def attach(
    due: Due, *, now: datetime, pace: Callable[[], None] = wait_below_sending
) -> ReceiptFile | None:
    """Attach a file that is due; ``None`` if another worker does."""
    file = _claim(due, now)
    if file is None:
        return None
    state, detail = _tried(due, file, now=now, pace=pace)
    return _end(file, state, detail=detail, now=now)


_Outcome = tuple[ReceiptFile.State, str]


def _tried(due: Due, file: ReceiptFile, *, now: datetime, pace: Callable[[], None]) -> _Outcome:
    try:
        return _attached(due, file, now=now, pace=pace)
    except OutcomeUnknown as error:
        return ReceiptFile.State.UNKNOWN, str(error)
    except (ProcountorRejected, AccessDenied) as error:
        return ReceiptFile.State.REFUSED, str(error)
    except (TryAgainLater, NeedsAttention) as error:
        # Surely nothing was attached.
        return ReceiptFile.State.WAITING, str(error)


def _attached(due: Due, file: ReceiptFile, *, now: datetime, pace: Callable[[], None]) -> _Outcome:
    content = due.content(now)
    if content is None:
        return ReceiptFile.State.WAITING, "The month has changed after signing."
    if len(content) > LARGEST_BYTES:
        return ReceiptFile.State.REFUSED, "The file is too large."
    file.sha256 = sha256(content).hexdigest()
    with procountor(due.export.link.procountor_account, pace=pace) as client:
        found = client.get_attached_files(due.export.ledger_receipt_id or 0)
        if file.name in found.names:
            return ReceiptFile.State.ATTACHED, ""
        if found.invoice_id is None:
            return ReceiptFile.State.REFUSED, "The receipt has no invoice."
        client.make_ready()
        not_after = Deadline.in_seconds(START_LIMIT_SECONDS)
        client.attach_file(found.invoice_id, file.name, content, not_after=not_after)
    return ReceiptFile.State.ATTACHED, ""


def _claim(due: Due, now: datetime) -> ReceiptFile | None:
    """Commit that the file is about to be attached; ``None`` if another worker got there first."""
    with transaction.atomic():
        # Locked, so that of two workers one alone finds it due.
        export = Export.objects.select_for_update().get(pk=due.export.pk)
        file = ReceiptFile.objects.filter(export=export, name=due.name).first()
        if file is None:
            return ReceiptFile.objects.create(
                export=due.export, signature=due.signature, name=due.name, tried_at=now
            )
        if file.state in _SETTLED or file.tried_at > now - PAUSE:
            return None
        file.state, file.tried_at = ReceiptFile.State.OPEN, now
        file.save(update_fields=["state", "tried_at"])
        file.export = due.export
        return file


def _end(file: ReceiptFile, state: ReceiptFile.State, *, detail: str, now: datetime) -> ReceiptFile:
    actions = {
        ReceiptFile.State.ATTACHED: audit.Action.FILE_ATTACHED,
        ReceiptFile.State.REFUSED: audit.Action.FILE_REFUSED,
    }
    file.state, file.detail = state, detail[:500]
    file.attached_at = now if state == ReceiptFile.State.ATTACHED else None
    journal = file.export.journal
    with transaction.atomic():
        file.save(update_fields=["state", "attached_at", "detail", "sha256"])
        if state in actions:
            audit.record(
                actions[state],
                user=None,
                company=journal.company,
                about=journal,
                file=file.name,
                number=str(file.export.shown_number or file.export.ledger_receipt_id),
                reference=journal.reference,
            )
    return file
