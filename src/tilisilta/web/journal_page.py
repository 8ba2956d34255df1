"""What the page of a journal shows, made ready for its template."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tilisilta.domain.comparisons import JournalComparison
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    EXPORTS_GOING_BACK,
    ExportState,
    JournalState,
)
from tilisilta.models import (
    Area,
    Export,
    Journal,
    Right,
    Sending,
    User,
    Withdrawal,
)
from tilisilta.services.counted_states import counted_state
from tilisilta.services.explanations import explain
from tilisilta.services.journals.answers import is_open_to_answers
from tilisilta.services.journals.importing import compare_with_previous
from tilisilta.services.journals.previews import (
    Preview,
    ShownProblem,
    ShownReceipt,
    ShownRow,
    preview_journal,
)
from tilisilta.services.journals.references import journal_by_reference
from tilisilta.services.journals.twins import HIDDEN_JOURNAL
from tilisilta.services.sending.by_rule import sending_that_sent
from tilisilta.services.sending.receipts_in_question import Doubt, doubts_of
from tilisilta.web.export_rows import Books, books_of
from tilisilta.web.journal_fixes import Fix, fix_for
from tilisilta.web.journal_history import Event, history_of
from tilisilta.web.journal_lines import JournalLines, journal_lines
from tilisilta.web.journal_progress import SendingProgress, Stop, progress_from
from tilisilta.web.journal_release import OF_PROPOSAL, Release, release_of
from tilisilta.web.journal_rule import RuleNotice, rule_notice
from tilisilta.web.journal_uncertain import UncertainReceipt, uncertain_receipts
from tilisilta.web.journal_variance import ShownVariance, shown_variance
from tilisilta.web.taken_back import TakenBack, can_be_withdrawn, taken_back
from tilisilta.web.ways_on import WaysOn, ways_on

ROWS_AT_FIRST = 100
FLAGGED_AT_FIRST = 50
ROWS_ON_A_PAGE = 500
CHANGES_AT_FIRST = 200
HISTORY_AT_FIRST = 8


@dataclass(frozen=True, kw_only=True)
class OtherJournal:
    """The journal whose payroll this may be again; ``None`` if the reader may not see it."""

    journal: Journal | None

    @property
    def is_hidden(self) -> bool:
        return self.journal is None


@dataclass(frozen=True, kw_only=True)
class ListedProblem:
    """A problem with its texts and the way to its remedy."""

    shown: ShownProblem
    fix: Fix | None
    line_id: str
    doubts: tuple[Doubt, ...] = ()
    other: OtherJournal | None


@dataclass(frozen=True, kw_only=True)
class CardRow:
    """A row of a receipt with the messages of its problems."""

    row: ShownRow
    line_id: str
    messages: tuple[tuple[str, str], ...]
    stops: bool


@dataclass(frozen=True, kw_only=True)
class Card:
    """One ledger receipt; of a very long one the first rows, and the first with problems.

    Its further rows come page by page, as a page with all of many thousands cannot be read.
    """

    number: int
    receipt: ShownReceipt
    rows: tuple[CardRow, ...]
    hidden_count: int
    pages: tuple[int, ...] = ()
    page_number: int = 0

    @property
    def is_moved(self) -> bool:
        """Return whether a closed period gave the receipt another date."""
        return self.receipt.receipt_date != self.receipt.booking_date


@dataclass(frozen=True, kw_only=True)
class JournalPage:
    """Everything on the page of one journal."""

    journal: Journal
    preview: Preview
    problems: tuple[ListedProblem, ...]
    uncertain: tuple[UncertainReceipt, ...]
    cards: tuple[Card, ...]
    lines: JournalLines | None
    progress: SendingProgress
    revisions: tuple[Journal, ...]
    comparison: JournalComparison | None
    history: tuple[Event, ...]
    sending: Sending | None
    sent: Sending | None
    may_send: bool
    may_be_answered: bool
    may_withdraw: bool
    may_mask: bool
    taken_back: tuple[TakenBack, ...]
    withdrawal: Withdrawal | None
    ways: WaysOn
    variance: ShownVariance | None
    rule: RuleNotice | None
    release: Release

    @property
    def counted_state(self) -> str:
        """Return the state that the journal counts in, also in lists and documents."""
        has_proposal = self.release.proposal is not None
        return counted_state(self.journal.state, has_open_proposal=has_proposal)

    @property
    def is_discarded(self) -> bool:
        return self.journal.discarded_at is not None

    @property
    def is_withdrawn(self) -> bool:
        return self.journal.withdrawn_at is not None and not self.journal.settled_as

    @property
    def changes_at_first(self) -> int:
        return CHANGES_AT_FIRST

    @property
    def recent_history(self) -> tuple[Event, ...]:
        return self.history[:HISTORY_AT_FIRST]

    @property
    def older_history(self) -> tuple[Event, ...]:
        return self.history[HISTORY_AT_FIRST:]

    @property
    def books(self) -> tuple[Books, ...]:
        """The administrations that its receipts go to, or will go to once no problem is left."""
        exports = (card.receipt.export for card in self.cards)
        books = books_of(self.journal, [one for one in exports if one is not None])
        if books or self.preview.link is None or not self.cards:
            return books
        account = self.preview.link.procountor_account
        return (Books.of(self.journal, account),)

    @property
    def booked(self) -> tuple[Export, ...]:
        exports = (card.receipt.export for card in self.cards)
        return tuple(item for item in exports if item and item.state in BOOKED_EXPORTS)

    @property
    def is_all_booked(self) -> bool:
        return bool(self.cards) and len(self.booked) == len(self.cards)

    @property
    def has_problems_part(self) -> bool:
        """Return whether there is something to say of problems, or that there are none.

        Of a settled journal nobody has to put anything right.
        """
        if self.ways.settlement is not None:
            return False
        return bool(self.problems) or not (self.uncertain or self.is_withdrawn)

    @property
    def error_count(self) -> int:
        return sum(item.shown.problem.stops for item in self.problems)

    @property
    def warning_count(self) -> int:
        return len(self.problems) - self.error_count

    @property
    def left_to_send(self) -> str:
        """Return what the receipts are to Procountor: "all", "some" or "none" are to be sent."""
        states = {card.receipt.state for card in self.cards}
        gone = BOOKED_EXPORTS | EXPORTS_GOING_BACK | {ExportState.POSTING, ExportState.UNCERTAIN}
        if states <= gone:
            return "none"
        return "some" if states & gone else "all"

    @property
    def next_look_at(self) -> datetime | None:
        return min((one.next_look_at for one in self.uncertain if one.next_look_at), default=None)

    @property
    def can_be_looked_for(self) -> bool:
        """Return whether a receipt is uncertain while no search for it is under way."""
        states = (card.receipt.state for card in self.cards)
        return ExportState.UNCERTAIN in states and not self.progress.is_under_way


def journal_page(
    journal: Journal,
    *,
    user: User,
    has_settlements: bool,
    rows_page: tuple[int, int] | None = None,
    lines_page: str | int = 1,
) -> JournalPage:
    """Return the page of ``journal`` as far as the rights of ``user`` go.

    ``rows_page`` names a receipt and which page of its rows is shown, both counted from one.
    Without a receipt to show it has the journal's own lines, page ``lines_page`` of them.
    """
    preview = preview_journal(journal)
    asked_card, asked_page = rows_page or (0, 0)
    cards = tuple(
        _card(number, receipt, page_number=asked_page if number == asked_card else 0)
        for number, receipt in enumerate(preview.receipts, 1)
    )
    # A journal has one unfinished sending at most, and that is its latest.
    sendings = list(journal.sendings.select_related("requested_by", "joint", *OF_PROPOSAL))
    sending = sendings[0] if sendings else None
    is_under_way = sending is not None and sending.finished_at is None
    exports = [card.receipt.export for card in cards if card.receipt.export]
    is_discarded = journal.discarded_at is not None
    lines = None if cards or is_discarded else journal_lines(journal, page_number=lines_page)
    going_back = taken_back(journal, [*preview.withdrawn, *exports])
    may_send = user.can(Right.WRITE, Area.JOURNAL_EXPORTS)
    revisions = _revisions(journal)
    ways = ways_on(journal, exports, revisions, may_send=may_send, has_settlements=has_settlements)
    # A problem links to its line only where that is on the page.
    row_ids = {row.line_id for card in cards for row in card.rows if row.line_id}
    row_ids |= {item.line_id for item in lines.shown} if lines else set()
    # Asked for once more, and refused, it was not sent by that.
    begun = next((one for one in sendings if not one.is_refused), None)
    release = release_of(journal, preview.link, begun, user=user)
    sent = _sent(journal, sendings)
    return JournalPage(
        journal=journal,
        preview=preview,
        problems=tuple(_listed(item, preview, user, row_ids) for item in _by_weight(preview)),
        uncertain=uncertain_receipts(exports, is_under_way=is_under_way),
        cards=cards,
        lines=lines,
        progress=progress_from(
            exports,
            route=tuple(_stop(card) for card in cards),
            is_under_way=is_under_way,
        ),
        revisions=revisions,
        comparison=compare_with_previous(journal) if journal.revision > 1 else None,
        history=history_of(journal),
        sending=sending,
        sent=sent,
        may_send=may_send,
        may_be_answered=may_send and is_open_to_answers(journal, was_tried=preview.was_tried),
        # Settled, that would be refused; where its run is gone, withdrawing is one of the ways on.
        may_withdraw=may_send
        and not (journal.settled_as or ways.is_lost)
        and can_be_withdrawn(exports, is_under_way=is_under_way),
        may_mask=user.can(Right.WRITE, Area.AUDIT_LOG),
        taken_back=going_back,
        withdrawal=journal.withdrawals.first() if going_back else None,
        ways=ways,
        variance=shown_variance(preview),
        rule=rule_notice(
            journal,
            preview.link,
            sending,
            sent=sent,
            proposal=release.proposal.proposal if release.proposal else None,
            may_send=may_send,
        ),
        release=release,
    )


def _sent(journal: Journal, sendings: Sequence[Sending]) -> Sending | None:
    """Return which of ``sendings``, all of the journal, has sent it, or is about to."""
    if not sendings or journal.state == JournalState.READY:
        return None
    if len(sendings) == 1 and not sendings[0].is_refused:
        # As of nearly all journals.
        return sendings[0]
    return sending_that_sent(journal.pk)


def _card(number: int, receipt: ShownReceipt, *, page_number: int) -> Card:
    """Return the first rows of a receipt, or those of a page of it where one is asked for."""
    page_count = -(-len(receipt.rows) // ROWS_ON_A_PAGE)
    if 0 < page_number <= page_count:
        start = (page_number - 1) * ROWS_ON_A_PAGE
        rows = list(receipt.rows[start : start + ROWS_ON_A_PAGE])
    else:
        page_number = 0
        flagged = (row for row in receipt.rows[ROWS_AT_FIRST:] if row.problems)
        rows = [*receipt.rows[:ROWS_AT_FIRST], *islice(flagged, FLAGGED_AT_FIRST)]
    return Card(
        number=number,
        receipt=receipt,
        rows=tuple(_card_row(row) for row in rows),
        hidden_count=len(receipt.rows) - len(rows),
        pages=tuple(range(1, page_count + 1)) if len(rows) < len(receipt.rows) else (),
        page_number=page_number,
    )


def _card_row(row: ShownRow) -> CardRow:
    return CardRow(
        row=row,
        line_id=_line_id(row.problems[0]) if row.problems else "",
        messages=tuple((item.severity.value, explain(item).message) for item in row.problems),
        stops=any(item.stops for item in row.problems),
    )


def _line_id(problem: Problem) -> str:
    if problem.line is not None:
        return f"line-{problem.line}"
    if problem.code == ProblemCode.REJECTED and (row := problem.fact("row")):
        return f"row-{problem.booking_date}-{row}"
    return ""


def _by_weight(preview: Preview) -> Iterable[ShownProblem]:
    # What is uncertain is explained in a part of its own.
    warnings = (one for one in preview.warnings if one.problem.code != ProblemCode.UNCERTAIN)
    return (*preview.errors, *warnings)


def _listed(shown: ShownProblem, preview: Preview, user: User, row_ids: set[str]) -> ListedProblem:
    line_id = _line_id(shown.problem)
    return ListedProblem(
        shown=shown,
        fix=fix_for(shown.problem, preview, user),
        line_id=line_id if line_id in row_ids else "",
        doubts=doubts_of(shown.problem),
        other=_other(shown.problem, preview.journal, user),
    )


def _other(problem: Problem, journal: Journal, user: User) -> OtherJournal | None:
    """Return the journal that ``journal`` may be again, as far as ``user`` may know of it."""
    if problem.code not in _PERHAPS_ANOTHERS:
        return None
    visible = Journal.objects.visible_to(user)
    reference = problem.fact("journal")
    if reference != HIDDEN_JOURNAL:
        return OtherJournal(journal=journal_by_reference(reference, visible))
    # The problem was stored without the reference, as not every reader of this journal may see
    # the other one. So it is searched for again, among those that this reader may see.
    same = visible.filter(payroll_sha256=journal.payroll_sha256, pk__lt=journal.pk)
    others = same.exclude(company=journal.company_id).exclude(
        state__in=[JournalState.DISCARDED, JournalState.REPLACED]
    )
    return OtherJournal(journal=others.select_related("company").order_by("-pk").first())


_PERHAPS_ANOTHERS = frozenset(
    {ProblemCode.PERHAPS_BOOKED_ALREADY, ProblemCode.PERHAPS_ANOTHER_COMPANYS}
)


def _revisions(journal: Journal) -> tuple[Journal, ...]:
    others = Journal.objects.filter(
        company=journal.company, run_year=journal.run_year, run_number=journal.run_number
    )
    return tuple(others.exclude(pk=journal.pk).select_related("company").order_by("revision"))


def _stop(card: Card) -> Stop:
    receipt = card.receipt
    return Stop(
        number=card.number,
        receipt_date=receipt.receipt_date,
        state=receipt.state,
        is_correction=receipt.is_correction,
        is_difference=receipt.export is not None and receipt.export.is_difference,
        debit=receipt.debit,
    )
