"""Receipts of which nobody knows yet whether they are booked: why, and what is done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tilisilta.domain.looks import EmptyLook
from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.domain.standing import ExportState
from tilisilta.models import Attempt, Export
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.sending.looks import LOOKS_TO_BE_SURE


@dataclass(frozen=True, kw_only=True)
class UncertainReceipt:
    """One receipt without an answer: when it was sent, and each look for it since."""

    export: Export
    explanation: Explanation
    sent_at: datetime | None
    given_up_at: datetime | None
    looks: tuple[EmptyLook, ...]
    next_look_at: datetime | None

    @property
    def is_next_look_the_last(self) -> bool:
        return self.export.absent_look_count + 1 >= LOOKS_TO_BE_SURE


def uncertain_receipts(
    exports: Sequence[Export], *, is_under_way: bool
) -> tuple[UncertainReceipt, ...]:
    """Return the receipts that are looked for. One that asks a person is a problem instead."""
    wanted = [one for one in exports if one.state == ExportState.UNCERTAIN and not one.problems]
    if not wanted:
        return ()
    last = {
        attempt.export_id: attempt
        for attempt in Attempt.objects.filter(export__in=wanted).order_by("number")
    }
    return tuple(
        _uncertain(export, last.get(export.pk), is_under_way=is_under_way) for export in wanted
    )


def _uncertain(export: Export, attempt: Attempt | None, *, is_under_way: bool) -> UncertainReceipt:
    problem = Problem(code=ProblemCode.UNCERTAIN, facts=facts(date=export.receipt_date))
    return UncertainReceipt(
        export=export,
        explanation=explain(problem),
        sent_at=attempt.started_at if attempt else None,
        given_up_at=attempt.ended_at if attempt else None,
        looks=export.empty_looks,
        # Without a sending nothing looks by itself, whatever was planned.
        next_look_at=export.look_at if is_under_way else None,
    )
