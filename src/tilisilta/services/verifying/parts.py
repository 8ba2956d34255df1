"""What the runs of a company's months are to book, and what of it we know to be booked."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.corrections import split_corrections
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.reconciliation import Part
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    EXPORTS_GOING_BACK,
    JOURNALS_NOT_DUE,
    ExportState,
    JournalState,
)
from tilisilta.models import AnotherReceipt, Company, Export, Journal, Link
from tilisilta.services.procountor.administrations import known_administration
from tilisilta.services.verifying.beside import DrawnPart, parts_beside

Run = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class MonthParts:
    """The parts of a month's runs, and the link that books the month."""

    month: BookingPeriod
    link: Link | None
    parts: tuple[Part, ...] = ()
    currency: str = ""


def parts_of(company: Company, months: Collection[BookingPeriod]) -> tuple[MonthParts, ...]:
    """Return what the company's runs of ``months`` book, month by month.

    A run counts with its newest journal, and with what was booked of any of its journals. Journals
    of which nothing is to be booked count only if something was.
    """
    journals = newest_journals(company, months)
    booked = _booked(company, [(one.run_year, one.run_number) for one in journals])
    return tuple(
        _of_month(company, month, [one for one in journals if one.booking_period == month], booked)
        for month in sorted(months)
    )


def newest_journals(company: Company, months: Collection[BookingPeriod]) -> list[Journal]:
    """Return the newest journal of each run of ``months``, oldest month first."""
    return newest_journals_of_each([company.pk], months).get(company.pk, [])


def newest_journals_of_each(
    company_ids: Collection[int], months: Collection[BookingPeriod]
) -> dict[int, list[Journal]]:
    """Return the same for each of the companies that have a run in ``months``, by their ids."""
    days = [date(month.year, month.month, 1) for month in months]
    of_months = Journal.objects.not_discarded().filter(company__in=company_ids, period__in=days)
    runs = set(of_months.values_list("company", "run_year", "run_number"))
    journals = (
        Journal.objects.not_discarded()
        .filter(company__in=company_ids, run_year__in={year for _, year, _ in runs})
        .filter(run_number__in={number for _, _, number in runs})
        .select_related("company__debtor")
        .order_by("revision")
    )
    newest: dict[tuple[int, int, str], Journal] = {}
    for journal in journals:
        run = journal.company_id, journal.run_year, journal.run_number
        if run in runs:
            newest[run] = journal
    found: dict[int, list[Journal]] = {}
    for journal in sorted(newest.values(), key=lambda one: (one.period, one.pk)):
        found.setdefault(journal.company_id, []).append(journal)
    return found


def _booked(company: Company, runs: Sequence[Run]) -> dict[Run, list[Export]]:
    """Return the booked exports of each run, whatever its revision."""
    exports = (
        Export.objects.filter(
            journal__company=company, state__in=BOOKED_EXPORTS | EXPORTS_GOING_BACK
        )
        .filter(journal__run_year__in={year for year, _ in runs})
        .select_related("journal__company")
        .order_by("booking_date", "epoch", "pk")
    )
    booked: dict[Run, list[Export]] = {}
    for export in exports:
        run = export.journal.run_year, export.journal.run_number
        if run in set(runs):
            booked.setdefault(run, []).append(export)
    return booked


def _of_month(
    company: Company,
    month: BookingPeriod,
    journals: Sequence[Journal],
    booked: Mapping[Run, list[Export]],
) -> MonthParts:
    link = Link.objects.booking(month, company_id=company.pk)
    parts: list[Part] = []
    for journal in journals:
        exports = booked.get((journal.run_year, journal.run_number), [])
        if link is not None and (exports or is_due(journal, link)):
            drawn = _drawn(journal, link)
            run_parts = _of_run(journal, drawn, exports)
            if journal.settled_as or any(one.is_difference for one in exports):
                run_parts = parts_beside(journal, drawn, exports)
            parts += run_parts
    return MonthParts(
        month=month,
        link=link,
        parts=_with_answers(parts, link),
        currency=journals[-1].currency if journals else "",
    )


def is_due(journal: Journal, link: Link) -> bool:
    """Return whether the journal is to be in the books, sent by us or booked another way."""
    if journal.settled_as:
        return True
    if journal.state != JournalState.OFF:
        return journal.state not in JOURNALS_NOT_DUE
    company = journal.company
    return link.is_verify_only and not company.is_test and company.block is None


def _of_run(
    journal: Journal, drawn: Mapping[date, DrawnPart], booked: Iterable[Export]
) -> Iterator[Part]:
    left = dict(drawn)
    for export in booked:
        sent = decode_receipt(export.payload.encode())
        # A second receipt of a date books something beside the first.
        wanted = left.pop(export.booking_date, DrawnPart(rows=(), knows_dimensions=True))
        is_as_sent = not wanted.knows_dimensions and _are_equal_sums(wanted.rows, sent)
        yield Part(
            run=journal.reference,
            booking_date=export.booking_date,
            rows=sent.transactions if is_as_sent else wanted.rows,
            token=export.token,
            sent=sent,
            ledger_receipt_id=export.ledger_receipt_id,
            was_approved=export.state == ExportState.APPROVED,
            knows_dimensions=wanted.knows_dimensions or is_as_sent,
        )
    for day, one in sorted(left.items()):
        yield Part(
            run=journal.reference,
            booking_date=day,
            rows=one.rows,
            token=one.token,
            sent=one.body,
            knows_dimensions=one.knows_dimensions,
        )


def _are_equal_sums(rows: Sequence[Transaction], sent: ReceiptBody) -> bool:
    part = Part(run="", booking_date=sent.receipt_date, rows=(), knows_dimensions=False)
    return part.sums_of(rows) == part.sums_of(sent.transactions)


def _drawn(journal: Journal, link: Link) -> dict[date, DrawnPart]:
    """Return what the journal books on each date: its exports, or else as it would be planned."""
    if journal.is_deleted_at_source:
        return {}
    uses_dimensions = link.uses_cost_centers or link.uses_cost_units
    exports = Export.objects.filter(journal=journal, is_difference=False)
    exports = exports.exclude(state=ExportState.WITHDRAWN)
    drawn: dict[date, DrawnPart] = {}
    for export in exports.order_by("booking_date", "epoch", "pk"):
        body = decode_receipt(export.payload.encode())
        drawn.setdefault(
            export.booking_date,
            DrawnPart(
                rows=body.transactions,
                knows_dimensions=uses_dimensions and not export.items_to_make,
                token=export.token,
                body=body,
            ),
        )
    return drawn or _planned(journal, link, uses_dimensions=uses_dimensions)


def _planned(journal: Journal, link: Link, *, uses_dimensions: bool) -> dict[date, DrawnPart]:
    content = journal.content()
    administration = known_administration(link.procountor_account)
    if administration is not None and content.lines:
        plan = plan_receipts(content, link.rules(), administration)
        if plan.can_be_sent:
            return {
                one.booking_date: DrawnPart(
                    rows=one.body.transactions,
                    knows_dimensions=uses_dimensions and not plan.items_to_make,
                    token=one.token,
                    body=one.body,
                )
                for one in plan.receipts
            }
    # What cannot be planned may have been booked another way all the same.
    codes = dict(link.rules().account_mappings)
    return {
        part.booking_date: DrawnPart(
            rows=tuple(
                Transaction(
                    account=codes.get(line.ledger_account, line.ledger_account),
                    accounting_value=line.amount,
                    description=line.description,
                )
                for line in part.lines
            ),
            knows_dimensions=False,
        )
        for part in split_corrections(line for line in content.lines if line.amount)
    }


def _with_answers(parts: Sequence[Part], link: Link | None) -> tuple[Part, ...]:
    """Return the parts with the receipts of which a person said that they are others."""
    if link is None or not parts:
        return tuple(parts)
    said = AnotherReceipt.objects.filter(
        token__in=[part.token for part in parts],
        procountor_company_id=link.procountor_account.procountor_company_id or 0,
    )
    others: dict[str, set[int]] = {}
    for token, receipt_id in said.values_list("token", "ledger_receipt_id"):
        others.setdefault(token, set()).add(receipt_id)
    return tuple(replace(part, others=frozenset(others.get(part.token, ()))) for part in parts)
