"""The files of an archive besides its report: journals, receipts, settings, audit entries."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tilisilta.domain.archives import ArchivedFile, as_json, without_times
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.languages import language_of
from tilisilta.models import Export, Journal
from tilisilta.services.archiving.months import ArchivedMonth
from tilisilta.services.audit_export import entries_as_csv
from tilisilta.services.journals.downloads import HEADERS, WIDTHS, rows_of
from tilisilta.services.spreadsheets import Value, as_csv, as_xlsx, file_name_part

Document = dict[str, Any]


def files_of(month: ArchivedMonth) -> tuple[ArchivedFile, ...]:
    """Return all files but the report and the manifest, their texts in the reader's language."""
    return (
        *(file for journal in month.journals for file in _journal_files(journal)),
        *(file for export in month.exports for file in _receipt_files(export, month)),
        *_other_receipts(month),
        *_reconciliation(month),
        _json("net-pay.json", _net_pay(month), _("Net pay and sums of the payment files")),
        _json("link-settings.json", _settings(month), _("Settings of the link, by receipt")),
        ArchivedFile(
            name="audit.csv",
            content=entries_as_csv(month.entries, has_decimal_comma=_has_decimal_comma()),
            what=_("Entries of the audit log"),
        ),
    )


def _json(name: str, value: object, what: str) -> ArchivedFile:
    return ArchivedFile(name=name, content=as_json(value), what=what)


def _has_decimal_comma() -> bool:
    return language_of(get_language()).has_decimal_comma


def _journal_files(journal: Journal) -> Iterator[ArchivedFile]:
    name = f"journals/journal-{file_name_part(journal.reference)}"
    rows = [tuple(map(_without_codes, row)) for row in rows_of(journal)]
    yield ArchivedFile(
        name=f"{name}.csv",
        content=as_csv(HEADERS, rows, has_decimal_comma=_has_decimal_comma()),
        what=_("Journal %(journal)s") % {"journal": journal.reference},
    )
    yield ArchivedFile(
        name=f"{name}.xlsx",
        content=workbook_of(journal),
        what=_("The same as a workbook"),
    )


def workbook_of(journal: Journal) -> bytes:
    """Return the lines of ``journal`` as a workbook without times."""
    rows = (tuple(map(_without_codes, row)) for row in rows_of(journal))
    return without_times(as_xlsx("Journal", HEADERS, WIDTHS, rows))


def _without_codes(value: Value) -> Value:
    # A journal with such a code is never sent, and it is archived all the same.
    return mask_personal_codes(value) if isinstance(value, str) else value


def _receipt_files(export: Export, month: ArchivedMonth) -> Iterator[ArchivedFile]:
    number = export.shown_number or export.ledger_receipt_id
    parts = (export.receipt_date.isoformat(), str(number or ""), export.token)
    name = "-".join(file_name_part(part) for part in parts if part)
    told = {"number": number or export.token}
    yield ArchivedFile(
        name=f"receipts/{name}-sent.json",
        content=export.payload.encode(),
        what=_("Receipt %(number)s as sent") % told,
    )
    if export.ledger_receipt_id is not None:
        what = _("Receipt %(number)s as booked") % told
        yield _json(f"receipts/{name}-booked.json", _booked(export, month), what)


def _booked(export: Export, month: ArchivedMonth) -> Document:
    """Return the receipt as the last comparison has read it, else as Procountor has answered."""
    read = None if export.is_trail else month.booked.get(export.ledger_receipt_id or 0)
    stands = {
        "state": export.state,
        "postedAt": _moment(export.posted_at),
        "approvedAt": _moment(export.approved_at),
        "withdrawnAt": _moment(export.withdrawn_at),
        "reverses": export.reverses.token if export.reverses else None,
    }
    if read is not None and month.compared is not None:
        return {
            "from": "comparison",
            "readAt": _moment(month.compared.compared_at),
            **stands,
            "receipt": read,
        }
    return {
        "from": "answer",
        "readAt": _moment(export.posted_at),
        **stands,
        "receipt": {
            "id": export.ledger_receipt_id,
            "receiptNumber": export.receipt_number,
            "invoiceNumber": export.invoice_number,
            "version": export.version,
        },
    }


def _moment(value: Any) -> str | None:
    return timezone.localtime(value).isoformat(timespec="seconds") if value is not None else None


def _other_receipts(month: ArchivedMonth) -> Iterator[ArchivedFile]:
    """Yield the receipts that book a run of the month and are none of ours."""
    ours = month.exports_read
    for key, receipt in month.booked.items():
        if key not in ours and month.compared is not None:
            number = receipt["receiptNumber"] or receipt["invoiceNumber"] or key
            yield _json(
                f"receipts/{receipt['receiptDate']}-{number}-another-way.json",
                {
                    "from": "comparison",
                    "readAt": _moment(month.compared.compared_at),
                    "receipt": receipt,
                },
                _("Receipt %(number)s, booked another way") % {"number": number},
            )


def _reconciliation(month: ArchivedMonth) -> Iterator[ArchivedFile]:
    if month.compared is not None:
        # What only the next comparison needs is left out, as in the answers of commands.
        document = {key: value for key, value in month.document.items() if key != "approved"}
        yield _json("reconciliation.json", document, _("Payroll against the ledger"))


def _net_pay(month: ArchivedMonth) -> Document:
    one = month.net_pay
    tick = one.tick
    return {
        "state": one.comparison.state.value,
        "findings": sorted(one.comparison.findings),
        "currency": one.comparison.currency,
        "accounts": list(one.accounts),
        "accountsAreProposed": one.is_proposed,
        "runs": [
            {"journal": run.journal, "amount": str(run.amount)} for run in one.comparison.runs
        ],
        "files": [
            {
                "name": file.file_name,
                "sha256": file.file_sha256,
                "version": file.version,
                "addedAt": _moment(file.added_at),
                "addedBy": file.added_by_name,
                "sums": file.sums,
            }
            for file in one.files
        ],
        "paidByHand": tick
        and {
            "amount": str(tick.amount),
            "currency": tick.currency,
            "tickedAt": _moment(tick.ticked_at),
            "tickedBy": tick.ticked_by_name,
        },
    }


def _settings(month: ArchivedMonth) -> list[Document]:
    """Return each choice of settings that made receipts, with these."""
    found: dict[str, Document] = {}
    for export in month.exports:
        if export.link_settings is None:
            continue
        settings = found.setdefault(
            export.link_settings.digest,
            {
                "digest": export.link_settings.digest,
                "choices": export.link_settings.choices,
                "receipts": [],
            },
        )
        settings["receipts"].append(
            {"token": export.token, "programVersion": export.program_version}
        )
    return list(found.values())
