"""The search at the command line: from a number or a token to the journal and its run."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.standing import PROPOSED
from tilisilta.management.journals import journal_document
from tilisilta.management.output import Answer, Status, amount, table
from tilisilta.models import Export, Journal
from tilisilta.services.counted_states import counted_states_of
from tilisilta.services.search import Hit, Hits, search


def find(options: Namespace) -> Answer:
    """Show the receipts, the journal and the companies that fit; status 1 if nothing does."""
    hits = search(" ".join(options.words), user=None)
    return Answer(
        document=found_document(hits),
        text="\n\n".join(_parts(hits)),
        status=Status.DONE if hits.count else Status.REFUSED,
    )


def receipt_document(export: Export) -> dict[str, Any]:
    """Return a ledger receipt with the way back to its run."""
    journal = export.journal
    account = export.link.procountor_account
    return {
        "receipt_number": export.shown_number,
        "ledger_receipt_id": export.ledger_receipt_id,
        "invoice_number": export.invoice_number,
        "token": export.token,
        "name": export.name,
        "receipt_date": export.receipt_date,
        "booking_date": export.booking_date,
        "state": export.state,
        "debit": export.debit_total,
        "currency": journal.currency,
        "posted_at": export.posted_at,
        "administration": account.company_name,
        "business_id": account.business_id,
        "reverses": export.reverses.token if export.reverses is not None else None,
        "is_of_ended_link": export.is_trail and export.reverses_id is None,
        "company": journal.company.number,
        "journal": journal.reference,
        "run": {
            "year": journal.run_year,
            "number": journal.run_number,
            "description": journal.run_description,
        },
        "period": f"{journal.period:%Y-%m}",
    }


def found_document(hits: Hits) -> dict[str, Any]:
    """Return all that fits for the JSON document."""
    return {
        "searched": hits.text,
        "receipts": [
            {"fits": list(hit.fields), **receipt_document(hit.export)} for hit in hits.receipts
        ],
        "journals": [journal_document(hits.journal)] if hits.journal else [],
        "companies": [{"number": one.number, "name": one.name} for one in hits.companies],
        "more_receipts": hits.more_receipts,
        "more_companies": hits.more_companies,
    }


def _parts(hits: Hits) -> Iterator[str]:
    if not hits.count:
        yield _("Nothing here fits “%(text)s”.") % {"text": hits.text}
    if hits.receipts:
        yield _receipts_table(hits.receipts)
    if hits.more_receipts:
        more = ngettext(
            "and %(count)s more receipt", "and %(count)s more receipts", hits.more_receipts
        )
        yield more % {"count": hits.more_receipts}
    if hits.journal is not None:
        yield _journal_line(hits.journal)
    if hits.companies:
        yield "\n".join(str(company) for company in hits.companies)


def _receipts_table(hits: tuple[Hit, ...]) -> str:
    number, debit = _("Receipt no."), _("Debit")
    headers = (
        *(number, _("Id"), _("Token"), _("Date"), _("Journal"), _("Run"), _("Company")),
        *(_("Administration"), debit, _("State")),
    )
    rows = [_row(hit.export) for hit in hits]
    return table(headers, rows, right=f"{number}|{_('Id')}|{debit}")


def _row(export: Export) -> tuple[str, ...]:
    journal = export.journal
    return (
        str(export.shown_number or ""),
        str(export.ledger_receipt_id or ""),
        export.token,
        str(export.receipt_date),
        journal.reference,
        f"{journal.run_number}/{journal.run_year}",
        str(journal.company),
        export.link.procountor_account.company_name,
        f"{amount(export.debit_total)} {journal.currency}",
        export.get_state_display(),
    )


def _journal_line(journal: Journal) -> str:
    is_proposed = counted_states_of([journal])[journal.pk] == PROPOSED
    state = _("Proposed") if is_proposed else journal.get_state_display()
    return f"{journal.reference}  {journal.company}  {state}"
