"""Files to download: the payload as it is sent, and the journal as CSV and as XLSX."""

from collections.abc import Iterator

from tilisilta.models import Journal, User
from tilisilta.services import audit
from tilisilta.services.journals.previews import ShownReceipt, preview_journal
from tilisilta.services.spreadsheets import (
    CSV,
    XLSX,
    Download,
    Value,
    as_csv,
    as_xlsx,
    file_name_part,
)

JSON = "application/json"

# Headers that our own import knows, so that a downloaded journal can be imported again.
HEADERS = ("Account", "Description", "Amount", "Cost center", "Cost unit", "Date")
WIDTHS = (12, 40, 16, 16, 16, 12)


def journal_as_csv(
    journal: Journal, *, user: User | None, has_decimal_comma: bool = False
) -> Download:
    """Return the lines of ``journal`` as they came in, for a spreadsheet or another import."""
    content = as_csv(HEADERS, rows_of(journal), has_decimal_comma=has_decimal_comma)
    return _download(journal, "csv", content, CSV, user=user)


def journal_as_xlsx(journal: Journal, *, user: User | None) -> Download:
    """Return the lines as a workbook: exact amounts, real dates and no formulas."""
    content = as_xlsx("Journal", HEADERS, WIDTHS, rows_of(journal))
    return _download(journal, "xlsx", content, XLSX, user=user)


def payloads_of(journal: Journal, *, user: User | None) -> Download:
    """Return all payloads of ``journal`` as one JSON list, oldest first, each as it is sent."""
    payloads = [receipt.payload.strip() for receipt in preview_journal(journal).receipts]
    content = ("[\n" + ",\n".join(payloads) + "\n]\n").encode()
    return _download(journal, "json", content, JSON, user=user)


def payload_of(journal: Journal, receipt: ShownReceipt, *, user: User | None) -> Download:
    """Return the payload of one receipt, byte for byte as it is sent."""
    _note(journal, "JSON", user=user)
    return Download(
        name=f"payload-{file_name_part(journal.reference)}-{receipt.booking_date.isoformat()}.json",
        content=receipt.payload.encode(),
        content_type=JSON,
    )


def rows_of(journal: Journal) -> Iterator[tuple[Value, ...]]:
    """Yield the lines of ``journal`` under the ``HEADERS``."""
    for line in journal.lines.order_by("position"):
        yield (
            line.ledger_account,
            line.description,
            line.amount,
            line.cost_center,
            line.cost_unit,
            line.booking_date,
        )


def _download(
    journal: Journal, ending: str, content: bytes, content_type: str, *, user: User | None
) -> Download:
    _note(journal, ending.upper(), user=user)
    name = f"journal-{file_name_part(journal.reference)}.{ending}"
    return Download(name=name, content=content, content_type=content_type)


def _note(journal: Journal, file_format: str, *, user: User | None) -> None:
    audit.record(
        audit.Action.JOURNAL_DOWNLOADED,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        format=file_format,
    )
