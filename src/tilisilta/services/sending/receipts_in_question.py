"""Doubts that only a person can answer: is this receipt in Procountor ours, or another?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.recognition import JournalReceipt
from tilisilta.domain.sameness import receipt_digest
from tilisilta.models import Export, Journal

TOGETHER = frozenset({ProblemCode.FOUND_SEVERAL_TIMES})
"""Codes of which one problem covers several receipts; otherwise each has its own problem."""
CAN_BE_OURS = frozenset(
    {
        ProblemCode.FOUND_SEVERAL_TIMES,
        ProblemCode.PERHAPS_BOOKED,
        ProblemCode.SEVERAL_TOKENS,
    }
)
"""Codes that allow the answer *it is ours*: an invalidated receipt books nothing."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A ledger receipt of which a person has to say whether it belongs to an export."""

    code: ProblemCode
    token: str
    ledger_receipt_id: int
    number: str

    @property
    def can_be_ours(self) -> bool:
        return self.code in CAN_BE_OURS


def doubt_problems(
    code: ProblemCode, export: Export, receipts: Sequence[JournalReceipt], *, same: str = ""
) -> list[Problem]:
    """Return the problems that ask a person about ``receipts``; until then ``export`` is not sent.

    ``same`` says in what a receipt equals ours (for S09); by default it is worked out.
    """
    if code in TOGETHER:
        return [_asked(code, export, receipts, same)]
    return [_asked(code, export, [receipt], same) for receipt in receipts]


def doubts_of(problem: Problem) -> tuple[Doubt, ...]:
    """Return the receipts that ``problem`` asks about; none if it asks nothing."""
    ids, numbers = problem.fact("receipts"), problem.fact("numbers")
    if not ids:
        return ()
    return tuple(
        Doubt(
            code=problem.code,
            token=problem.fact("token"),
            ledger_receipt_id=int(receipt_id),
            number=number,
        )
        for receipt_id, number in zip(ids.split(", "), numbers.split(", "), strict=True)
    )


def doubts_about(journal: Journal) -> Iterator[Doubt]:
    """Return all doubts to be answered before the receipts of ``journal`` can go on."""
    for export in journal.exports.all():
        for problem in export.problems:
            yield from doubts_of(problem)


def _asked(
    code: ProblemCode, export: Export, receipts: Sequence[JournalReceipt], same: str
) -> Problem:
    first = receipts[0]
    return Problem(
        code=code,
        screen=Screen.PROCOUNTOR,
        booking_date=export.booking_date,
        facts=facts(
            token=export.token,
            receipts=", ".join(str(one.ledger_receipt_id) for one in receipts),
            numbers=", ".join(str(one.receipt_number or one.ledger_receipt_id) for one in receipts),
            date=first.receipt_date,
            # People type anything into a receipt's name, and problems are stored and shown to many.
            name=mask_personal_codes(first.name),
            same=(same or _same(export, first)) if code == ProblemCode.PERHAPS_BOOKED else "",
        ),
    )


def _same(export: Export, receipt: JournalReceipt) -> str:
    body = decode_receipt(export.payload.encode())
    return "all" if receipt.digest == receipt_digest(body) else "sums"
