"""All ledger receipts of a company over a year, at the command line."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tilisilta.languages import language_of
from tilisilta.management.companies import find_company
from tilisilta.management.files import write_file
from tilisilta.management.output import Answer, WrongUse, amount, shown_moment, table
from tilisilta.management.search import receipt_document
from tilisilta.models import Company
from tilisilta.services.receipts_of_year import (
    BookedReceiptRow,
    receipts_of_year,
    save_receipts,
    sums_of,
    with_sendings,
    years_of_receipts,
)

FORMATS = ("csv", "xlsx")


def show_receipts(options: Namespace) -> Answer:
    """Show the receipts, or save them as a file whose name says the format."""
    company = find_company(options.company)
    year = options.year or max(years_of_receipts(company), default=localdate().year)
    if options.save:
        return _saved(company, year, Path(options.save))
    receipts = receipts_of_year(company, year)
    rows, sums = list(with_sendings(receipts)), sums_of(receipts)
    return Answer(
        document={
            "company": company.number,
            "year": year,
            "receipts": [year_receipt_document(row) for row in rows],
            "booked": dict(sums),
        },
        text="\n".join(
            [
                _("%(company)s, receipts of %(year)s") % {"company": company, "year": year},
                "",
                _table(rows)
                if rows
                else _("No receipt of this company is in the books for this year."),
                *(
                    _("Booked: %(sum)s") % {"sum": f"{amount(value)} {currency}"}
                    for currency, value in sums.items()
                ),
            ]
        ),
    )


def year_receipt_document(row: BookedReceiptRow) -> dict[str, Any]:
    """Return a receipt with who had it sent, and by which program and settings it was made."""
    export = row.export
    return {
        **receipt_document(export),
        "sent_by": row.sent_by,
        "approved_at": export.approved_at,
        "payload_sha256": export.payload_sha256,
        "program_version": export.program_version or None,
        "link_settings": export.link_settings.choices if export.link_settings else None,
    }


def _saved(company: Company, year: int, path: Path) -> Answer:
    file_format = path.suffix.removeprefix(".").lower()
    if file_format not in FORMATS:
        raise WrongUse(
            _("%(name)s is neither a CSV nor an XLSX file") % {"name": path.name},
            remedy=_("End its name with .csv or .xlsx."),
        )
    download = save_receipts(
        company,
        year,
        file_format=file_format,
        user=None,
        has_decimal_comma=language_of(get_language()).has_decimal_comma,
    )
    write_file(path, download.content)
    text = _("The receipts of %(year)s are in %(name)s.") % {"year": year, "name": path}
    return Answer(document={"company": company.number, "year": year, "saved": str(path)}, text=text)


def _table(rows: list[BookedReceiptRow]) -> str:
    number, debit = _("Receipt no."), _("Debit")
    headers = (
        *(number, _("Date"), _("Token"), _("Journal"), _("Run"), _("Administration")),
        *(debit, _("State"), _("Sent"), _("Sent by")),
    )
    return table(headers, map(_row, rows), right=f"{number}|{debit}")


def _row(row: BookedReceiptRow) -> tuple[str, ...]:
    export, journal = row.export, row.export.journal
    return (
        str(export.shown_number or export.ledger_receipt_id or ""),
        str(export.receipt_date),
        export.token,
        journal.reference,
        f"{journal.run_number}/{journal.run_year}",
        export.link.procountor_account.company_name,
        f"{amount(export.debit_total)} {journal.currency}",
        export.get_state_display(),
        shown_moment(export.posted_at),
        row.sent_by,
    )
