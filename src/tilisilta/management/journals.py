"""Journals at the command line: import one, and preview what would be sent."""

from argparse import Namespace
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.clients.files.columns import FIELDS, ColumnMapping, GivenDate
from tilisilta.clients.files.reading import ColumnsNeeded
from tilisilta.clients.files.runs import MOST_RUN_CHARACTERS
from tilisilta.domain.journals import Run, plain_run_number
from tilisilta.management.companies import find_company
from tilisilta.management.files import content_of
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    amount,
    problem_document,
    problem_text,
    shown_moment,
    table,
)
from tilisilta.management.variances import variance_document, variance_text
from tilisilta.models import Journal
from tilisilta.services.counted_states import counted_states_of
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.files import SaidOfImport, TakenIn, take_in_file
from tilisilta.services.journals.importing import Imported, RunAnswer
from tilisilta.services.journals.previews import Preview, ShownReceipt, ShownRow, preview_journal
from tilisilta.services.journals.references import journal_by_reference


def import_file(options: Namespace) -> Answer:
    """Import a file, and say what the check of its journal or journals found."""
    if options.only and options.company is None:
        raise WrongUse(
            _("--only needs --company beside it"), remedy=_("Add --company, as in --company 1001.")
        )
    company = find_company(options.company) if options.company is not None else None
    said = SaidOfImport(
        answer=_answer(options),
        currency=options.currency.upper(),
        columns=_columns(options.columns),
        debit_negative=options.debit_negative,
        is_only=options.only,
        given=GivenDate(
            day=options.date, period=f"{options.period:%Y-%m}" if options.period else ""
        ),
    )
    path = Path(options.file)
    try:
        taken = take_in_file(
            content_of(path),
            file_name=path.name,
            company=company,
            user=None,
            now=timezone.now(),
            said=said,
        )
    except ColumnsNeeded as error:
        raise _columns_needed(error) from error
    status = Status.REFUSED if taken.left else Status.DONE
    return Answer(document=_document(taken), text=_taken_text(taken), status=status)


def taken_document(taken: TakenIn) -> dict[str, Any]:
    """Return for the JSON document what became of a file, whether of one company or of several."""
    left = [{"company": one.company.number, **problem_document(one.problem)} for one in taken.left]
    return {
        "journals": [_imported_document(imported) for imported in taken.imported],
        "left": left,
        "remembered_columns": taken.remembered.to_mapping() if taken.remembered else None,
    }


def _document(taken: TakenIn) -> dict[str, Any]:
    """Return the same; the journal alone where the file is of one company."""
    document = taken_document(taken)
    if len(document["journals"]) == 1 and not taken.left:
        [journal] = document["journals"]
        return {**journal, "remembered_columns": document["remembered_columns"]}
    return document


def _imported_document(imported: Imported) -> dict[str, Any]:
    return {
        "is_new": imported.is_new,
        **journal_document(imported.journal),
        "names_company": imported.names_company or None,
    }


def _taken_text(taken: TakenIn) -> str:
    told = [_imported_text(imported) for imported in taken.imported]
    if taken.left:
        count = len(taken.left)
        text = ngettext(
            "The journal of %(count)s company of the file was not imported:",
            "The journals of %(count)s companies of the file were not imported:",
            count,
        )
        told += [text % {"count": count}, *(problem_text(one.problem) for one in taken.left)]
    if taken.remembered is not None:
        columns = " ".join(
            f"{field}={header}" for field, header in taken.remembered.to_mapping().items()
        )
        told.append(
            _("The columns were read as chosen before: %(columns)s.") % {"columns": columns}
        )
    return "\n".join(told)


def preview(options: Namespace) -> Answer:
    """Show the ledger receipts that would be sent of a journal, and every problem."""
    journal = find_journal(options.journal)
    if options.check:
        journal = check_journal(journal, now=timezone.now(), age_limit=timedelta(0))
    shown = preview_journal(journal)
    return Answer(document=preview_document(shown), text=_preview_text(shown))


def find_journal(reference: str) -> Journal:
    """Return the journal with that reference, company-year-run-revision.

    Without the revision the latest is meant. Raise ``Refused`` if there is none.
    """
    journal = journal_by_reference(reference, Journal.objects.all())
    if journal is not None:
        return journal
    raise Refused(
        _("There is no journal %(reference)s") % {"reference": reference},
        cause=_("A journal is named by company, year, run and revision, as in 1001-2026-6-1."),
        remedy=_("See tilisilta status --company NUMBER."),
    )


def journal_document(journal: Journal) -> dict[str, Any]:
    """Return a journal for the JSON document, with the problems of its last check."""
    [document] = journal_documents([journal])
    return document


def journal_documents(journals: Collection[Journal]) -> list[dict[str, Any]]:
    """Return many journals as :func:`journal_document` does, each in the state it counts in."""
    states = counted_states_of(journals)
    return [_journal_document(one, states[one.pk]) for one in journals]


def _journal_document(journal: Journal, state: str) -> dict[str, Any]:
    return {
        "reference": journal.reference,
        "company": journal.company.number,
        "run": {
            "year": journal.run_year,
            "number": journal.run_number,
            "description": journal.run_description,
        },
        "revision": journal.revision,
        "period": f"{journal.period:%Y-%m}",
        "currency": journal.currency,
        "line_count": journal.line_count,
        "debit_total": journal.debit_total,
        "is_run_guessed": journal.is_run_guessed,
        "state": state,
        "masked_at": journal.masked_at,
        "problems": [problem_document(problem) for problem in journal.problems],
    }


def preview_document(shown: Preview) -> dict[str, Any]:
    """Return all that the journal's page shows; ``payload`` is sent byte for byte.

    ``digest`` is that of all payloads: the API takes it as proof of what was seen.
    """
    return {
        **journal_document(shown.journal),
        "can_be_sent": shown.can_be_sent,
        "digest": shown.digest,
        "debit": shown.debit,
        "credit": shown.credit,
        "receipts": [_receipt_document(receipt) for receipt in shown.receipts],
        "variance": variance_document(shown.journal),
        "problems": [problem_document(item.problem) for item in shown.problems],
    }


def problems_text(journal: Journal) -> list[str]:
    return [problem_text(problem) for problem in journal.problems]


def _answer(options: Namespace) -> RunAnswer:
    """Return the answer that the options give about the file's run."""
    known = options.revision_of
    return RunAnswer(
        run=run_of(options),
        revision_of=find_journal(known) if known is not None else None,
        another_run=options.another_run,
        again=options.again,
    )


def run_of(options: Namespace) -> Run | None:
    """Return the run that ``--run`` and ``--year`` name together; ``None`` without them."""
    if options.run is None and options.year is None:
        return None
    if options.run is None:
        raise WrongUse(_("--year needs --run beside it"), remedy=_("Add --run, as in --run 6."))
    if options.year is None:
        raise WrongUse(
            _("--run needs --year beside it"), remedy=_("Add --year, as in --year 2026.")
        )
    if not plain_run_number(options.run) or len(options.run) > MOST_RUN_CHARACTERS:
        raise WrongUse(
            _("--run needs a number of at most 20 characters"),
            remedy=_("Give the number of the run, as in --run 6."),
        )
    return Run(year=options.year, number=options.run)


def _columns(pairs: Sequence[tuple[str, str]] | None) -> ColumnMapping | None:
    if not pairs:
        return None
    try:
        return ColumnMapping.from_mapping(dict(pairs))
    except ValueError as error:
        raise WrongUse(
            _("There is no such column field"),
            cause=str(error),
            remedy=_("Fields are: %(fields)s.") % {"fields": ", ".join(FIELDS)},
        ) from error


def _columns_needed(error: ColumnsNeeded) -> Refused:
    if error.are_places:
        return _places_needed(error)
    headers = ", ".join(error.headers)
    missing = ", ".join(error.guess.lacks)
    if error.guess.lacks == ("date",):
        return Refused(
            _("No column of the file is known to hold dates or periods"),
            cause=_("Its headers are: %(headers)s.") % {"headers": headers},
            remedy=_(
                "Say which it is, with --columns and all other fields, as in date=HEADER. If there "
                "is none, give the booking date of all lines, as in --date 2026-01-31, or their "
                "period, as in --period 2026-01."
            ),
            code=error.what_is_missing,
        )
    return Refused(
        _("The columns of the file must be named"),
        cause=_("Its headers are: %(headers)s.") % {"headers": headers},
        remedy=_("Say with --columns FIELD=HEADER which columns hold: %(missing)s.")
        % {"missing": missing or ", ".join(FIELDS)},
        code=error.what_is_missing,
    )


def _places_needed(error: ColumnsNeeded) -> Refused:
    known = [f"{field}={place}" for field, place in error.guess.to_mapping().items()]
    missing = [f"{field}=?" for field in error.guess.lacks]
    return Refused(
        _("The file has no header row"),
        cause=_("Its first line is a journal line. It has %(count)s columns.")
        % {"count": len(error.headers)},
        remedy=_(
            "Say by their places which columns hold what, if it is so: --columns %(example)s. "
            "It is remembered for the company."
        )
        % {"example": " ".join([*known, *missing])},
        code=error.what_is_missing,
    )


def _imported_text(imported: Imported) -> str:
    journal = imported.journal
    if not imported.is_new:
        outcome = _("Journal %(reference)s is there already, with the same lines.")
    elif imported.is_revision:
        outcome = _("Imported journal %(reference)s, which changes an earlier one.")
    else:
        outcome = _("Imported journal %(reference)s.")
    lines = ngettext("%(count)s line", "%(count)s lines", journal.line_count)
    facts = (
        lines % {"count": journal.line_count},
        _("debit %(amount)s") % {"amount": f"{amount(journal.debit_total)} {journal.currency}"},
        journal.get_state_display(),
    )
    first = outcome % {"reference": journal.reference}
    text_lines = [first, "  " + ", ".join(facts)]
    if imported.names_company:
        text = _("The file names the company %(name)s, and was imported for %(company)s.")
        text_lines.append(text % {"name": imported.names_company, "company": journal.company})
    return "\n".join([*text_lines, *problems_text(journal)])


def _preview_text(shown: Preview) -> str:
    journal = shown.journal
    heading = f"{journal.reference}  {journal.company}  {journal.get_state_display()}"
    receipts = [_receipt_text(receipt) for receipt in shown.receipts]
    if journal.discarded_at is not None:
        discarded = _("Discarded %(moment)s: %(reason)s") % {
            "moment": shown_moment(journal.discarded_at),
            "reason": journal.discard_reason,
        }
        return f"{heading}\n\n{discarded}"
    problems = [problem_text(item.problem) for item in shown.problems]
    total = _("Total: debit %(debit)s, credit %(credit)s") % {
        "debit": amount(shown.debit),
        "credit": amount(shown.credit),
    }
    compared = variance_text(journal)
    told = [heading, *receipts, total, compared, *problems]
    return "\n\n".join(filter(None, told))


def _receipt_text(receipt: ShownReceipt) -> str:
    notes = [_("correction")] if receipt.is_correction else []
    if receipt.receipt_date != receipt.booking_date:
        notes.append(_("moved from %(date)s") % {"date": receipt.booking_date})
    heading = "  ".join((receipt.name, str(receipt.receipt_date), receipt.state, *notes))
    debit, credit = _("Debit"), _("Credit")
    headers = (_("Account"), _("Name"), _("Description"), _("Dimensions"), debit, credit)
    rows = [
        (
            row.account,
            row.account_name,
            row.description,
            ", ".join(f"{part.dimension} {part.code}" for part in row.dimensions),
            amount(row.debit),
            amount(row.credit),
        )
        for row in receipt.rows
    ]
    sums = ("", "", "", _("Sum"), amount(receipt.debit), amount(receipt.credit))
    return heading + "\n" + table(headers, [*rows, sums], right=f"{debit}|{credit}")


def _receipt_document(receipt: ShownReceipt) -> dict[str, Any]:
    export = receipt.export
    return {
        "name": receipt.name,
        "booking_date": receipt.booking_date,
        "receipt_date": receipt.receipt_date,
        "is_correction": receipt.is_correction,
        "state": receipt.state,
        "receipt_number": export.shown_number if export else None,
        "ledger_receipt_id": export.ledger_receipt_id if export else None,
        "debit": receipt.debit,
        "credit": receipt.credit,
        "rows": [_row_document(row) for row in receipt.rows],
        "payload": receipt.payload,
        "payload_sha256": receipt.payload_sha256 or None,
    }


def _row_document(row: ShownRow) -> dict[str, Any]:
    return {
        "account": row.account,
        "account_name": row.account_name,
        "description": row.description,
        "dimensions": [
            {"dimension": part.dimension, "code": part.code, "description": part.description}
            for part in row.dimensions
        ],
        "debit": row.debit,
        "credit": row.credit,
    }
