"""What a person sees of a journal before it is sent: the stored payload itself, made readable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef

from tilisilta.clients.procountor.wire import decode_receipt, encode_receipt
from tilisilta.domain.administrations import Administration
from tilisilta.domain.checks import plan_journal
from tilisilta.domain.items_to_make import ItemToMake, each_once
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    ExportState,
    Standing,
)
from tilisilta.models import Attempt, Export, Journal, Link, preview_digest
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.journals.gathering import Destination, gather, known_destination
from tilisilta.services.journals.waiting import waiting_for_account, waiting_to_be_found


@dataclass(frozen=True, kw_only=True)
class ShownDimension:
    """A dimension item of a row, by the names people know."""

    dimension: str
    code: str
    description: str
    is_to_be_made: bool = False


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """One row of a receipt. Debit is positive or ``None``, credit negative or ``None``."""

    account: str
    account_name: str
    description: str
    dimensions: tuple[ShownDimension, ...]
    debit: Decimal | None
    credit: Decimal | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownReceipt:
    """One ledger receipt as a card. ``payload`` is sent as it is, byte for byte.

    ``export`` is ``None`` while problems prevent the receipt from being ready; its payload is then
    only a draft. ``booking_date`` differs from ``receipt_date`` where a closed period was moved.
    """

    name: str
    booking_date: date
    receipt_date: date
    period: BookingPeriod
    is_correction: bool
    state: str
    export: Export | None
    rows: tuple[ShownRow, ...]
    debit: Decimal
    credit: Decimal
    payload: str
    payload_bytes: int
    payload_sha256: str
    problems: tuple[Problem, ...]

    @property
    def difference(self) -> Decimal:
        return self.debit + self.credit


@dataclass(frozen=True, kw_only=True)
class ShownProblem:
    """A problem with its words in the reader's language."""

    problem: Problem
    explanation: Explanation


@dataclass(frozen=True, kw_only=True)
class Preview:
    """All that the journal's page shows. ``digest`` comes back with the click on *Send*.

    ``receipts`` are what the journal books. Receipts that were tried once and are not wanted any
    more are ``withdrawn``, and ``trail`` went to another administration through a link that has
    ended: neither counts in any sum.
    """

    journal: Journal
    link: Link | None
    receipts: tuple[ShownReceipt, ...]
    problems: tuple[ShownProblem, ...]
    digest: str
    standing: Standing
    row_count: int
    debit: Decimal
    credit: Decimal
    checked_at: datetime | None = None
    errors: tuple[ShownProblem, ...] = field(default=())
    of_booked: tuple[ShownProblem, ...] = field(default=())
    warnings: tuple[ShownProblem, ...] = field(default=())
    was_tried: bool = False
    withdrawn: tuple[Export, ...] = field(default=())
    trail: tuple[Export, ...] = field(default=())
    items_to_make: tuple[ItemToMake, ...] = ()

    @property
    def can_be_sent(self) -> bool:
        return self.standing.can_be_sent

    @property
    def to_send_count(self) -> int:
        return self.standing.to_send


def preview_journal(journal: Journal) -> Preview:
    """Return the preview of ``journal`` from what its last check stored.

    Reads our tables only and stores nothing. Once there are exports, their stored payload is shown.
    A journal with problems has none yet: its receipts are planned here, as far as possible.
    """
    destination = known_destination(journal)
    problems = journal.problems
    known = list(
        Export.with_trail.filter(journal=journal, reverses__isnull=True)
        .annotate(has_attempts=Exists(Attempt.objects.filter(export=OuterRef("pk"))))
        .select_related("link__procountor_account")
        .order_by("booking_date", "epoch")
    )
    exports = [export for export in known if not export.is_trail]
    wanted = [export for export in exports if export.state != ExportState.WITHDRAWN]
    items = each_once(item for export in wanted for item in export.items_to_make)
    names = _Names(destination.administration, items)
    if wanted:
        receipts = tuple(_shown_export(export, journal, names) for export in wanted)
    else:
        receipts = _drafts(journal, destination, problems)
    return replace(
        _preview(journal, destination.link, receipts, problems, exports),
        was_tried=any(one.state != ExportState.READY or one.has_attempts for one in known),
        withdrawn=tuple(one for one in exports if one.state == ExportState.WITHDRAWN),
        items_to_make=items,
        trail=tuple(one for one in known if one.is_trail and one.state in BOOKED_EXPORTS),
    )


def _preview(
    journal: Journal,
    link: Link | None,
    receipts: tuple[ShownReceipt, ...],
    problems: Sequence[Problem],
    exports: Sequence[Export],
) -> Preview:
    of_booked = _problems_of(export for export in exports if export.state in BOOKED_EXPORTS)
    of_others = _problems_of(export for export in exports if export.state not in BOOKED_EXPORTS)
    shown = tuple(
        ShownProblem(problem=problem, explanation=explain(problem))
        for problem in (
            *waiting_for_account(link, exports),
            *of_booked,
            *of_others,
            *waiting_to_be_found(exports),
            *problems,
        )
    )
    return Preview(
        journal=journal,
        link=link,
        receipts=receipts,
        problems=shown,
        errors=tuple(item for item in shown if item.problem.stops),
        of_booked=tuple(item for item in shown if item.problem in of_booked),
        warnings=tuple(item for item in shown if not item.problem.stops),
        digest=preview_digest(exports),
        standing=journal.standing(export.standing() for export in exports),
        row_count=sum(len(receipt.rows) for receipt in receipts),
        debit=sum((receipt.debit for receipt in receipts), Decimal("0.00")),
        credit=sum((receipt.credit for receipt in receipts), Decimal("0.00")),
        checked_at=journal.checked_at,
    )


def _problems_of(exports: Iterable[Export]) -> list[Problem]:
    return [problem for export in exports for problem in export.problems]


def _shown_export(export: Export, journal: Journal, names: "_Names") -> ShownReceipt:
    return _shown(
        decode_receipt(export.payload.encode()),
        journal,
        names,
        payload=export.payload,
        booking_date=export.booking_date,
        state=export.state,
        export=export,
        sha256=export.payload_sha256,
        problems=export.problems,
        by_row=_by_row(export.problems),
    )


def _drafts(
    journal: Journal,
    destination: Destination,
    problems: Sequence[Problem],
) -> tuple[ShownReceipt, ...]:
    if journal.discarded_at or journal.withdrawn_at or journal.settled_as:
        return ()
    plan = plan_journal(gather(journal, destination).facts)
    names = _Names(destination.administration, plan.items_to_make)
    shown = []
    for receipt in plan.receipts:
        about = tuple(item for item in problems if item.booking_date == receipt.booking_date)
        stops = any(item.stops for item in about)
        shown.append(
            _shown(
                receipt.body,
                journal,
                names,
                payload=encode_receipt(receipt.body).decode(),
                booking_date=receipt.booking_date,
                state="problem" if stops else "waiting",
                problems=about,
                by_line=_by_line(problems),
                positions=receipt.body.transactions,
            )
        )
    return tuple(shown)


def _shown(  # noqa: PLR0913  # the parts of one card
    body: ReceiptBody,
    journal: Journal,
    names: "_Names",
    *,
    payload: str,
    booking_date: date,
    state: str,
    problems: tuple[Problem, ...],
    export: Export | None = None,
    sha256: str = "",
    by_line: Mapping[int, tuple[Problem, ...]] | None = None,
    by_row: Mapping[int, tuple[Problem, ...]] | None = None,
    positions: Sequence[Transaction] = (),
) -> ShownReceipt:
    of_row = by_row or {}
    rows = tuple(
        names.row(row, by_line or {}, of_row.get(place, ()))
        for place, row in enumerate(positions or body.transactions, 1)
    )
    period = BookingPeriod.containing(booking_date)
    return ShownReceipt(
        name=body.name,
        booking_date=booking_date,
        receipt_date=body.receipt_date,
        period=period,
        is_correction=period != BookingPeriod.containing(journal.period),
        state=state,
        export=export,
        rows=rows,
        debit=sum((row.debit for row in rows if row.debit is not None), Decimal("0.00")),
        credit=sum((row.credit for row in rows if row.credit is not None), Decimal("0.00")),
        payload=payload,
        payload_bytes=len(payload.encode()),
        payload_sha256=sha256,
        problems=problems,
    )


def _by_line(problems: Iterable[Problem]) -> dict[int, tuple[Problem, ...]]:
    by_line: dict[int, tuple[Problem, ...]] = {}
    for problem in problems:
        if problem.line is not None:
            by_line[problem.line] = (*by_line.get(problem.line, ()), problem)
    return by_line


def _by_row(problems: Iterable[Problem]) -> dict[int, tuple[Problem, ...]]:
    """Return what Procountor refused, by the row of the receipt that it named."""
    by_row: dict[int, tuple[Problem, ...]] = {}
    for problem in problems:
        if problem.code == ProblemCode.REJECTED and (row := problem.fact("row")):
            by_row[int(row)] = (*by_row.get(int(row), ()), problem)
    return by_row


class _Names:
    """The names in the administration for the numbers of the payload."""

    def __init__(
        self, administration: Administration | None, to_make: Iterable[ItemToMake] = ()
    ) -> None:
        accounts = administration.ledger_accounts if administration else ()
        dimensions = administration.dimensions if administration else ()
        self._accounts = {account.code: account.name for account in accounts}
        self._items = {
            (dimension.dimension_id, item.item_id): ShownDimension(
                dimension=dimension.name, code=item.code, description=item.description
            )
            for dimension in dimensions
            for item in dimension.items
        }
        self._items |= {
            (item.dimension_id, item.stand_in): ShownDimension(
                dimension=item.dimension_name, code=item.code, description="", is_to_be_made=True
            )
            for item in to_make
        }

    def row(
        self,
        row: Transaction,
        by_line: Mapping[int, tuple[Problem, ...]],
        of_row: tuple[Problem, ...],
    ) -> ShownRow:
        """Return one row with names, and the problems of the journal lines it was made of."""
        value = row.accounting_value
        return ShownRow(
            account=row.account,
            account_name=self._accounts.get(row.account, ""),
            description=row.description,
            dimensions=tuple(
                self._dimension(part.dimension_id, part.item_id) for part in row.dimension_values
            ),
            debit=value if value > 0 else None,
            credit=value if value < 0 else None,
            problems=(
                *(item for line in row.positions for item in by_line.get(line, ())),
                *of_row,
            ),
        )

    def _dimension(self, dimension_id: int, item_id: int) -> ShownDimension:
        unknown = ShownDimension(dimension=str(dimension_id), code=str(item_id), description="")
        return self._items.get((dimension_id, item_id), unknown)
