"""What people and other programs are told of without asking: what it is about, and when it ends.

A notice is raised when something begins to need a person, and passes by itself when it is over:
the present standing is compared with the notices that are raised, as often as one likes. It is
made of codes, ids and months alone, so that no pay and no name of a person can be in it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from tilisilta.domain.month_end import MonthState, month_after

RAISED_AGAIN_WITHIN = timedelta(hours=12)
"""What comes back sooner is the same notice: who was told of it is not told again."""
DAYS_AHEAD = 7
"""So many days before an authorisation ends it is told."""
MOST_MONTHS = 12
"""So many months are looked at: the last ones, and earlier ones in which something happens."""


class NoticeKind(StrEnum):
    """What a notice is about, as users choose it."""

    NEEDS_PERSON = "needs_person"
    """Something stops a company's month."""
    READY = "ready"
    """A company's month is ready to be sent."""
    AUTHORISATION = "authorisation"
    """An authorisation of a Procountor account or of Nmbrs has ended, or ends soon."""
    MISSING_RUN = "missing_run"
    COMPLETE = "complete"
    """All companies of a month are signed."""
    CHANGED = "changed"
    """Something has changed after a month was signed."""


BY_MONTH = frozenset(NoticeKind) - {NoticeKind.AUTHORISATION}
ONLY_AFTER_CHOICE = frozenset({NoticeKind.COMPLETE})
"""Kinds of which only what happens after a user chose them is told; others tell how it stands."""


class Cadence(StrEnum):
    """When a user is told of a kind."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """What one notice is about: a company's month, an account with the company that it serves, a
    connection, or a whole month.

    ``debtor_id`` decides who may be told. Without one it is for those who see all debtors; of a
    connection, which serves all of them, also for others. ``code`` is one of our own: never a text
    that came from somewhere else.
    """

    kind: NoticeKind
    code: str = ""
    month: date | None = None
    company_id: int | None = None
    debtor_id: int | None = None
    account_id: int | None = None
    connection_id: int | None = None
    ends_on: date | None = None

    @property
    def key(self) -> str:
        """What it is about as a text: the same for as long as it is the same matter."""
        month = f"{self.month:%Y-%m}" if self.month is not None else ""
        return ":".join((self.kind.value, month, self._subject, self.code))

    @property
    def _subject(self) -> str:
        named = {
            "account": self.account_id,
            "company": self.company_id,
            "connection": self.connection_id,
            "debtor": self.debtor_id,
        }
        # The debtor alone only where nothing of it is meant: a company may change to another.
        return next((f"{name}-{pk}" for name, pk in named.items() if pk is not None), "all")


@dataclass(frozen=True, kw_only=True, slots=True)
class RaisedNotice:
    """A notice as it was raised; ``passed_at`` once it was over."""

    pk: int
    key: str
    passed_at: datetime | None = None
    company_id: int | None = None
    debtor_id: int | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeChanges:
    """What to do so that the notices are what stands now."""

    new: tuple[Matter, ...] = ()
    again: tuple[int, ...] = ()
    """Notices that had passed and are the same again."""
    passed: tuple[int, ...] = ()
    moved: Mapping[int, Matter] = field(default_factory=dict)
    """Notices about which something else has become true: another company, as an account serves
    another one now, another debtor, or another last day."""


def changes_between(
    matters: Iterable[Matter], raised: Iterable[RaisedNotice], *, now: datetime
) -> NoticeChanges:
    """Return how the notices differ from ``matters``, which are what stands now.

    ``raised`` are all that are open, and those that passed within ``RAISED_AGAIN_WITHIN``.
    """
    present = {matter.key: matter for matter in matters}
    known = _latest_by_key(raised, now=now)
    both = {known[key].pk: (known[key], present[key]) for key in present if key in known}
    return NoticeChanges(
        new=tuple(matter for key, matter in present.items() if key not in known),
        again=tuple(pk for pk, (one, _matter) in both.items() if one.passed_at is not None),
        passed=tuple(
            one.pk for key, one in known.items() if one.passed_at is None and key not in present
        ),
        moved={
            pk: matter
            for pk, (one, matter) in both.items()
            if (one.company_id, one.debtor_id, one.ends_on)
            != (matter.company_id, matter.debtor_id, matter.ends_on)
        },
    )


def _latest_by_key(raised: Iterable[RaisedNotice], *, now: datetime) -> dict[str, RaisedNotice]:
    found: dict[str, RaisedNotice] = {}
    for one in sorted(raised, key=lambda one: one.pk):
        # One that passed in what is still to come was written by a clock that ran ahead.
        if one.passed_at is None or now - one.passed_at < RAISED_AGAIN_WITHIN:
            found[one.key] = one
    return found


def is_missing(state: MonthState, month: date, *, today: date) -> bool:
    """Return whether a run is missing: it is expected, and its month is over.

    During the month the run may still come, and nearly all companies would be missing at its start.
    """
    return state is MonthState.EXPECTED and today >= month_after(month)


def is_complete(states: Collection[MonthState]) -> bool:
    """Return whether a month with companies in ``states`` is signed as a whole."""
    return MonthState.SIGNED in states and not (
        set(states) - {MonthState.SIGNED, MonthState.NOT_EXPECTED}
    )


def ends_soon(ends_on: date, *, today: date) -> bool:
    return today <= ends_on and (ends_on - today).days <= DAYS_AHEAD
