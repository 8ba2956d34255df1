"""From a journal to the ledger receipts that would be sent for it, with every problem."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from tilisilta.domain.administrations import Administration
from tilisilta.domain.balance import check_balance, clearing_row, needs_clearing
from tilisilta.domain.corrections import JournalPart, split_corrections
from tilisilta.domain.dimensions import place_dimensions
from tilisilta.domain.identity import (
    MOST_REFERENCE_CHARACTERS,
    receipt_name,
    receipt_notes,
    receipt_token,
    run_reference,
)
from tilisilta.domain.journals import BookingPeriod, Journal
from tilisilta.domain.ledger_accounts import check_named_account, place_accounts
from tilisilta.domain.links import LinkRules
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.receipt_dates import DatePlacing, place_date
from tilisilta.domain.receipt_words import words_in
from tilisilta.domain.receipts import (
    NO_VAT_HANDLING,
    LedgerReceipt,
    ReceiptBody,
    ReceiptPlan,
    Transaction,
)
from tilisilta.domain.rows import RowMaker, zero_line_problems, zero_lines
from tilisilta.domain.signs import check_signs
from tilisilta.domain.texts import TextCheck, clean_text

NO_EPOCHS: Mapping[date, int] = MappingProxyType({})


def plan_receipts(
    journal: Journal,
    rules: LinkRules,
    administration: Administration,
    *,
    epochs: Mapping[date, int] = NO_EPOCHS,
) -> ReceiptPlan:
    """Draw the ledger receipts of ``journal``, oldest first, and collect everything wrong with it.

    The same input makes the same receipts, letter by letter. ``epochs`` gives the epoch of a
    booking date that was undone or sent again on purpose; all others have epoch 0.
    """
    # Procountor refuses rows of 0.00, so such lines also must not stop a journal by their account.
    lines = tuple(line for line in journal.lines if line.amount)
    parts = split_corrections(lines)
    accounts = place_accounts(lines, rules, administration.ledger_accounts)
    dimensions = place_dimensions(
        lines, rules, administration.dimensions, account_codes=accounts.codes
    )
    texts = TextCheck()
    maker = RowMaker(
        account_codes=accounts.codes,
        dimensions=dimensions,
        descriptions=texts.descriptions(lines),
        sums_equal_lines=rules.sums_equal_lines,
    )
    drafts = tuple(_Draft(part=part, rows=maker.rows_of(part.lines)) for part in parts)
    cancelled = _cancelled(drafts) if rules.sums_equal_lines else ()
    reference = _reference(journal, rules, texts) if drafts else ""
    # A part whose lines all cancel out has no rows, and needs no receipt.
    drafts = tuple(draft for draft in _cleared(drafts, rules, reference) if draft.rows)
    dates = _dates(drafts, rules, administration)
    identity = _Identity(journal=journal, rules=rules, reference=reference)
    zeros = zero_lines(journal.lines)
    problems = (
        *_check_company(journal, rules, administration),
        *_check_anything_to_book(drafts),
        *_check_sums(parts, rules, administration),
        *accounts.problems,
        *dimensions.problems,
        *check_signs(lines, account_codes=accounts.codes, run_description=journal.run.description),
        *(placing.problem for placing in dates if placing.problem),
        *texts.problems(),
        *zero_line_problems(zeros, cancelled),
    )
    return ReceiptPlan(
        receipts=identity.receipts(drafts, dates, epochs),
        # The sort is stable: errors first, otherwise in the order above.
        problems=tuple(sorted(problems, key=lambda problem: not problem.stops)),
        zero_line_count=len(zeros) + len(cancelled),
        items_to_make=dimensions.items_to_make,
    )


@dataclass(frozen=True, kw_only=True)
class _Draft:
    """The rows of one receipt, before it has a date and a name."""

    part: JournalPart
    rows: tuple[Transaction, ...]

    @property
    def booking_date(self) -> date:
        return self.part.booking_date


@dataclass(frozen=True, kw_only=True)
class _Identity:
    """What all receipts of one journal have in common."""

    journal: Journal
    rules: LinkRules
    reference: str

    def receipts(
        self, drafts: Sequence[_Draft], dates: Sequence[DatePlacing], epochs: Mapping[date, int]
    ) -> tuple[LedgerReceipt, ...]:
        return tuple(
            self.receipt(draft, placing.receipt_date, epochs.get(draft.booking_date, 0))
            for draft, placing in zip(drafts, dates, strict=True)
        )

    def receipt(self, draft: _Draft, receipt_date: date, epoch: int) -> LedgerReceipt:
        run = self.journal.run
        # The booking date and not the receipt date: a period that is closed or opened meanwhile
        # moves the receipt, and it must still have the token it was posted with.
        token = receipt_token(
            procountor_company_id=self.rules.procountor_company_id,
            company_number=self.journal.company_number,
            run_year=run.year,
            run_number=run.number,
            revision=self.journal.revision,
            booking_date=draft.booking_date,
            epoch=epoch,
        )
        is_moved = receipt_date != draft.booking_date
        notes = receipt_notes(
            token,
            company_number=self.journal.company_number,
            run=replace(run, number=clean_text(run.number).text),
            moved_from=BookingPeriod.containing(draft.booking_date) if is_moved else None,
            words=words_in(self.rules.receipt_language),
        )
        body = ReceiptBody(
            name=receipt_name(self.reference, token),
            receipt_date=receipt_date,
            accountants_notes=notes,
            transactions=draft.rows,
        )
        return LedgerReceipt(token=token, booking_date=draft.booking_date, body=body)


def _dates(
    drafts: Sequence[_Draft], rules: LinkRules, administration: Administration
) -> tuple[DatePlacing, ...]:
    policy, years = rules.closed_period_policy, administration.fiscal_years
    return tuple(place_date(draft.booking_date, policy, years) for draft in drafts)


def _reference(journal: Journal, rules: LinkRules, texts: TextCheck) -> str:
    reference = run_reference(
        rules.receipt_title,
        journal.run_period,
        journal.run,
        words=words_in(rules.receipt_language),
    )
    return texts.reference(reference, most=MOST_REFERENCE_CHARACTERS)


def _cancelled(drafts: Sequence[_Draft]) -> tuple[int, ...]:
    """Return the positions of lines that cancelled out when summed, and are in no row."""
    in_rows = {position for draft in drafts for row in draft.rows for position in row.positions}
    positions = (line.position for draft in drafts for line in draft.part.lines)
    return tuple(position for position in positions if position not in in_rows)


def _cleared(drafts: Sequence[_Draft], rules: LinkRules, reference: str) -> Iterator[_Draft]:
    """Return the drafts, each brought to 0.00 by a clearing row where the link allows it."""
    clears = bool(rules.clearing_account) and needs_clearing([draft.part for draft in drafts])
    for draft in drafts:
        if clears and draft.part.difference:
            row = clearing_row(
                draft.part, clearing_account=rules.clearing_account, description=reference
            )
            yield replace(draft, rows=(*draft.rows, row))
        else:
            yield draft


def _check_company(
    journal: Journal, rules: LinkRules, administration: Administration
) -> Iterator[Problem]:
    if rules.procountor_company_id != administration.procountor_company_id:
        yield Problem(
            code=ProblemCode.WRONG_COMPANY,
            screen=Screen.PROCOUNTOR_ACCOUNT,
            facts=facts(company=administration.name),
        )
    if journal.currency != administration.currency:
        yield Problem(
            code=ProblemCode.CURRENCY_DIFFERS,
            screen=Screen.COMPANY,
            facts=facts(currency=journal.currency, company_currency=administration.currency),
        )
    # Procountor refuses a VAT status that the company has not enabled for purchases.
    if not any(
        status.number == NO_VAT_HANDLING and status.for_purchases
        for status in administration.vat_statuses
    ):
        yield Problem(
            code=ProblemCode.VAT_STATUS_MISSING,
            screen=Screen.PROCOUNTOR,
            facts=facts(vat_status=NO_VAT_HANDLING),
        )


def _check_anything_to_book(drafts: Sequence[_Draft]) -> Iterator[Problem]:
    if not drafts:
        yield Problem(code=ProblemCode.NOTHING_TO_BOOK, screen=Screen.JOURNAL)


def _check_sums(
    parts: Sequence[JournalPart], rules: LinkRules, administration: Administration
) -> tuple[Problem, ...]:
    balance = tuple(check_balance(parts, clearing_account=rules.clearing_account))
    if not rules.clearing_account or not needs_clearing(parts):
        return balance
    accounts = administration.ledger_accounts
    return (*balance, *check_named_account(rules.clearing_account, accounts, role="clearing"))
