"""How far the journals that were asked for together have come. The counts always add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, Max, Q, QuerySet, Sum, Value, When

from tilisilta.domain.standing import JOURNALS_UNDER_WAY, SENT_JOURNALS, JournalState
from tilisilta.models import JointSending, Sending, User

REQUESTS_OF_A_JOURNAL = 2
"""A look and a post; more receipts and older copies of an administration take more."""


class Stage(StrEnum):
    """How far one journal has come, in the order in which they are shown."""

    WAITING = "waiting"
    CHECKING = "checking"
    SENDING = "sending"
    BOOKED = "booked"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    LEFT = "left"


UNFINISHED_STAGES = frozenset({Stage.WAITING, Stage.CHECKING, Stage.SENDING})
STAGES_TO_LOOK_AT = frozenset({Stage.REFUSED, Stage.UNCERTAIN, Stage.LEFT})


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Counts of journals by stage, and their debits where all have the same currency."""

    counts: Mapping[str, int] = field(default_factory=dict)
    debits: Mapping[str, Decimal] = field(default_factory=dict)
    currency: str = ""
    finished_at: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def debit(self) -> Decimal:
        return sum(self.debits.values(), Decimal("0.00"))

    @property
    def left(self) -> int:
        """Return how many the worker has still to deal with."""
        return sum(self.counts.get(stage, 0) for stage in UNFINISHED_STAGES)

    @property
    def settled(self) -> int:
        return self.total - self.left

    @property
    def is_moving(self) -> bool:
        return self.left > 0

    @property
    def to_look_at(self) -> int:
        return sum(self.counts.get(stage, 0) for stage in STAGES_TO_LOOK_AT)

    @property
    def seconds_left(self) -> int:
        """Return about how long the rest takes at the shared pace."""
        requests = self.left * REQUESTS_OF_A_JOURNAL
        return round(requests / settings.PROCOUNTOR_REQUESTS_PER_SECOND)


def progress_of(joint: JointSending, user: User | None = None) -> Progress:
    """Return how far ``joint`` has come, as far as ``user`` may see, in one query."""
    # mypy's plugin does not know the annotation of staged().
    sendings: QuerySet[Any] = staged(joint, user)
    groups = list(
        sendings.order_by()
        .values("stage", "journal__currency")
        .annotate(n=Count("pk"), debit=Sum("journal__debit_total"), last=Max("finished_at"))
    )
    currencies = {group["journal__currency"] for group in groups}
    counts: dict[str, int] = {}
    debits: dict[str, Decimal] = {}
    for group in groups:
        stage = group["stage"]
        counts[stage] = counts.get(stage, 0) + group["n"]
        if len(currencies) == 1:
            debits[stage] = debits.get(stage, Decimal("0.00")) + group["debit"]
    is_over = not any(counts.get(stage) for stage in UNFINISHED_STAGES)
    ends = [group["last"] for group in groups if group["last"] is not None]
    return Progress(
        counts=counts,
        debits=debits,
        currency=currencies.pop() if len(currencies) == 1 else "",
        finished_at=max(ends, default=None) if is_over else None,
    )


def staged(joint: JointSending, user: User | None = None) -> QuerySet[Sending]:
    """Return the sendings of ``joint`` with the ``stage`` of each, as far as ``user`` may see."""
    sendings = Sending.objects.filter(joint=joint)
    if user is not None:
        sendings = sendings.filter(user.rows_of_debtors("journal__company__debtor"))
    return sendings.annotate(stage=_STAGE)


# The first that holds decides, so that each journal is counted once.
_STAGE = Case(
    When(is_refused=True, then=Value(Stage.LEFT.value)),
    When(journal__state=JournalState.UNCERTAIN, then=Value(Stage.UNCERTAIN.value)),
    When(finished_at__isnull=False, journal__state__in=SENT_JOURNALS, then=Value("booked")),
    # Its account has ended: it goes on by itself once that is authorised again.
    When(
        finished_at__isnull=False,
        journal__state__in=JOURNALS_UNDER_WAY,
        then=Value(Stage.WAITING.value),
    ),
    When(finished_at__isnull=False, then=Value(Stage.REFUSED.value)),
    When(enqueued_at__isnull=True, then=Value(Stage.WAITING.value)),
    When(~Q(seen=""), checked_at__isnull=True, then=Value(Stage.CHECKING.value)),
    default=Value(Stage.SENDING.value),
    output_field=CharField(),
)
