"""All ledger receipts of a company over a year, for an auditor: shown, and saved as a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext as _

from tilisilta.domain.standing import BOOKED_EXPORTS, EXPORTS_GOING_BACK, ExportState
from tilisilta.models import Attempt, Company, Export, Sending, User
from tilisilta.services import audit
from tilisilta.services.sending_rules.words import name_of_asker
from tilisilta.services.spreadsheets import CSV, XLSX, Download, Value, as_csv, as_xlsx

# A receipt that may be booked belongs to the trail as much as one that surely is.
_PERHAPS_BOOKED = (ExportState.POSTING, ExportState.UNCERTAIN)
_IN_THE_BOOKS = Q(ledger_receipt_id__isnull=False) | Q(state__in=_PERHAPS_BOOKED)


@dataclass(frozen=True, kw_only=True)
class BookedReceiptRow:
    """A ledger receipt with the sending that booked it, if that is known."""

    export: Export
    sending: Sending | None

    @property
    def sent_by(self) -> str:
        """The user who asked for it, the rule, or the system user who ran the command."""
        if self.sending is None:
            return ""
        user = self.sending.requested_by
        return user.get_username() if user else name_of_asker(self.sending.system_user)


def receipts_of_year(company: Company, year: int) -> QuerySet[Export]:
    """Return what is or may be in the books, dated in ``year``; also by links that have ended."""
    return (
        Export.with_trail.filter(_IN_THE_BOOKS, journal__company=company, receipt_date__year=year)
        .select_related("journal__company", "link__procountor_account", "link_settings")
        .defer("payload", "link__procountor_account__administration")
        .order_by("receipt_date", "receipt_number", "pk")
    )


def years_of_receipts(company: Company) -> tuple[int, ...]:
    """Return the years that have receipts, the latest first."""
    receipts = Export.with_trail.filter(_IN_THE_BOOKS, journal__company=company).order_by()
    years = receipts.annotate(year=ExtractYear("receipt_date")).values_list("year", flat=True)
    return tuple(sorted(set(years), reverse=True))


def sums_of(receipts: QuerySet[Export]) -> Mapping[str, Decimal]:
    """Return the debits of what is booked, by currency; withdrawn and uncertain ones are not.

    Nor are those that reverse a withdrawn one: together the two book nothing.
    """
    sums: dict[str, Decimal] = {}
    in_the_books = BOOKED_EXPORTS | EXPORTS_GOING_BACK
    booked = receipts.filter(state__in=in_the_books, reverses__isnull=True).order_by()
    for currency, debit in booked.values_list("journal__currency", "debit_total"):
        sums[currency] = sums.get(currency, Decimal("0.00")) + debit
    return dict(sorted(sums.items()))


def with_sendings(receipts: Iterable[Export]) -> Iterator[BookedReceiptRow]:
    """Return each receipt with the last sending that was asked for before it was tried.

    Who looked for it later, or asked once more and was refused, has not sent it.
    """
    exports = list(receipts)
    journals = {export.journal_id for export in exports}
    tried = dict(
        Attempt.objects.filter(export__journal__in=journals, kind=Attempt.Kind.POST)
        .values_list("export")
        .annotate(Max("started_at"))
    )
    sendings: dict[int, list[Sending]] = {}
    asked = Sending.objects.filter(journal__in=journals, is_refused=False)
    asked = asked.select_related("requested_by")
    for sending in asked.order_by("-requested_at"):
        sendings.setdefault(sending.journal_id, []).append(sending)
    for export in exports:
        asked_with = sendings.get(export.journal_id, [])
        last = _sending_of(export, asked_with, tried.get(export.pk))
        yield BookedReceiptRow(export=export, sending=last)


def save_receipts(
    company: Company,
    year: int,
    *,
    file_format: str,
    user: User | None,
    has_decimal_comma: bool = False,
) -> Download:
    """Return the receipts of a year as a file, ``csv`` or ``xlsx``, and record who saved it."""
    headers = [header for header, _width in columns()]
    rows = (_values(row) for row in with_sendings(receipts_of_year(company, year)))
    if file_format == "csv":
        content = as_csv(headers, rows, has_decimal_comma=has_decimal_comma)
    else:
        content = as_xlsx(f"{company.number} {year}", headers, [w for _h, w in columns()], rows)
    audit.record(
        audit.Action.RECEIPTS_DOWNLOADED,
        user=user,
        company=company,
        name=str(company),
        year=str(year),
        format=file_format.upper(),
    )
    return Download(
        name=f"receipts-{company.number}-{year}.{file_format}",
        content=content,
        content_type=CSV if file_format == "csv" else XLSX,
    )


def columns() -> tuple[tuple[str, int], ...]:
    """Return the headers with their widths, in the active language."""
    return (
        (_("Receipt no."), 12),
        (_("Ledger receipt id"), 16),
        (_("Invoice number"), 14),
        (_("Date"), 12),
        (_("Period"), 12),
        (_("Name"), 44),
        (_("Token"), 12),
        (_("State"), 14),
        (_("Debit"), 14),
        (_("Currency"), 8),
        (_("Administration"), 28),
        (_("Business ID"), 12),
        (_("Company number"), 10),
        (_("Company"), 28),
        (_("Journal"), 18),
        (_("Year"), 8),
        (_("Run"), 8),
        (_("Description of the run"), 24),
        (_("File"), 24),
        (_("Sent"), 20),
        (_("Sent by"), 16),
        (_("Approved"), 20),
        (_("Payload, SHA-256"), 24),
        (_("Program version"), 12),
        (_("Settings of the link, SHA-256"), 24),
    )


def _values(row: BookedReceiptRow) -> tuple[Value, ...]:
    export, journal = row.export, row.export.journal
    account = export.link.procountor_account
    return (
        export.receipt_number,
        export.ledger_receipt_id,
        export.invoice_number,
        export.receipt_date,
        f"{export.booking_date:%Y-%m}",
        export.name,
        export.token,
        export.get_state_display(),
        export.debit_total,
        journal.currency,
        account.company_name,
        account.business_id,
        journal.company.number,
        journal.company.name,
        journal.reference,
        journal.run_year,
        journal.run_number,
        journal.run_description,
        journal.file_name,
        export.posted_at,
        row.sent_by,
        export.approved_at,
        export.payload_sha256,
        export.program_version,
        export.link_settings_id or "",
    )


def _sending_of(
    export: Export, latest_first: Iterable[Sending], tried_at: datetime | None
) -> Sending | None:
    at = tried_at or export.posted_at
    return next((one for one in latest_first if at is None or one.requested_at <= at), None)
