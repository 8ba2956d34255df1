"""Whether a journal is sent by rule, with no person looking: each doubt holds it.

The rule decides about nothing but what is exactly as a person has sent it before. What is not
known counts against it, so that a fact that was forgotten holds a journal and never sends one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_UP, Decimal
from enum import StrEnum

from tilisilta.domain.month_end import month_before

BY_RULE = "rule "
"""Begins the system user of what a rule asks for. No name of a user has a space."""
MONTHS_COMPARED = 3
MOST_A_SWEEP = 25
"""So few that a person who sees the first of them go wrong can stop the others."""
MOST_TROUBLED = 3
"""With so many rejected or uncertain that were sent by rule, no more go out until a person acts."""
NEWS_AGE_LIMIT = timedelta(hours=36)
"""So old may the last list of runs be that Nmbrs gave."""
CHECK_AGE_LIMIT = timedelta(hours=48)
"""So old may the last comparison of the link with Procountor be."""
LEAST_HOURS, MOST_HOURS = 1, 24 * 31
MOST_PERCENT = 100


class Hold(StrEnum):
    """Why a journal is not sent by rule now."""

    OFF = "off"
    """The link does not send by rule."""
    STOPPED = "stopped"
    TROUBLED = "troubled"
    DAY_IS_FULL = "day-is-full"
    CLOCK = "clock"
    """A moment of the past lies in the future."""
    CAME_BEFORE = "came-before"
    LEFT = "left"
    """A person has said that this journal is not for the rule."""
    NEVER = "never"
    """A test company, a blocked debtor, or a link that never sends."""
    LINK = "link"
    DRIFT = "drift"
    FROM_A_FILE = "from-a-file"
    NOT_LOCKED = "not-locked"
    OLD_NEWS = "old-news"
    """Nmbrs was not read since the run was locked, or not for long."""
    NOT_READY = "not-ready"
    WARNING = "warning"
    ANSWERED = "answered"
    """A person had to say of it what no source says."""
    NEW_ITEMS = "new-items"
    CORRECTION = "correction"
    MONTH = "month"
    """Neither of this month nor of the one before."""
    SIGNED = "signed"
    ASKED_BEFORE = "asked-before"
    ANOTHER_REVISION = "another-revision"
    ANOTHER_RUN = "another-run"
    INTERVENED = "intervened"
    """A person has withdrawn, settled or discarded something in this month of the company."""
    FIRST = "first"
    """No person has sent a journal through this link as it is now."""
    NOTHING_TO_COMPARE = "nothing-to-compare"
    ACCOUNTS = "accounts"
    TOTAL = "total"
    WAITING = "waiting"
    """All is well, and the hours are not over yet."""


HOLDS_THAT_END = frozenset({Hold.WAITING, Hold.NOT_LOCKED, Hold.OLD_NEWS, Hold.DAY_IS_FULL})
"""What ends by itself: the journal may still be sent by rule."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One reason, with the facts that its text names."""

    hold: Hold
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def ends_by_itself(self) -> bool:
        return self.hold in HOLDS_THAT_END

    def fact(self, name: str) -> str:
        return dict(self.facts).get(name, "")


@dataclass(frozen=True, kw_only=True)
class SendingRule:
    """The rule of one link: after ``hours``, within ``percent``; ``since`` when it is in force."""

    is_on: bool = False
    hours: int = 24
    percent: int = 10
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Brakes:
    """What holds all rules at once.

    ``troubled`` counts journals sent by rule, and ``asked_today`` those sent or proposed by rule.
    """

    is_stopped: bool = True
    resumed_at: datetime | None = None
    troubled: int = MOST_TROUBLED
    asked_today: int = 0
    most_a_day: int = 0


@dataclass(frozen=True, kw_only=True)
class LinkFacts:
    """The link as it is. ``changed_at``: something of it that decides what is booked, or how.

    ``is_as_sent`` says that it makes receipts by the same choices as those that ``sent_at`` a
    person sent last through it. ``checked_at`` is when what it names was compared with Procountor.
    """

    covers: bool = False
    is_open: bool = False
    is_confirmed: bool = False
    is_authorised: bool = False
    is_well: bool = False
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    is_as_sent: bool = False
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """The run in Nmbrs. ``listed_at`` is when Nmbrs last listed the runs of the company."""

    is_locked: bool = False
    locked_at: datetime | None = None
    read_at: datetime | None = None
    listed_at: datetime | None = None
    is_in_order: bool = False


@dataclass(frozen=True, kw_only=True)
class EarlierMonth:
    """A journal of an earlier month that is in the books: total of its debits, and accounts."""

    month: date
    total: Decimal
    accounts: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class JournalFacts:
    """The journal, and what persons have done about it and its month.

    ``warnings`` are codes. ``was_asked_for`` says that somebody or something asked to send it
    before, or that any receipt of it was tried. ``receipts`` pairs booking and receipt date.
    """

    is_ready: bool = False
    warnings: tuple[str, ...] = ()
    is_checked: bool = False
    came_at: datetime
    period: date
    first_period: date
    receipts: tuple[tuple[date, date], ...] = ()
    makes_items: bool = True
    needs_answers: bool = True
    is_never_sent: bool = True
    is_left: bool = True
    was_asked_for: bool = True
    was_run_asked_for: bool = True
    others_in_month: int = 1
    was_intervened: bool = True
    is_signed: bool = True
    total: Decimal
    accounts: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class RuleFacts:
    """All that the decision is made of. ``run`` is ``None`` for a journal from a file.

    ``waits_since`` is the moment from which on the journal was ready as it is now, its run locked.
    """

    rule: SendingRule
    brakes: Brakes
    link: LinkFacts | None
    run: RunFacts | None
    journal: JournalFacts
    earlier: tuple[EarlierMonth, ...] = ()
    waits_since: datetime | None = None
    now: datetime
    today: date


def holds_of(facts: RuleFacts) -> tuple[Held, ...]:
    """Return every reason why the journal is not sent by rule now; none if it is."""
    if not facts.rule.is_on:
        return (Held(hold=Hold.OFF),)
    held = tuple(reason for check in _CHECKS for reason in check(facts))
    if held:
        return held
    return tuple(_waiting(facts))


def sends_at(facts: RuleFacts) -> datetime | None:
    """Return when it will be sent at the earliest; ``None`` where that is not known."""
    if facts.waits_since is None:
        return None
    return facts.waits_since + timedelta(hours=facts.rule.hours)


def _all_rules(facts: RuleFacts) -> Iterator[Held]:
    brakes = facts.brakes
    if brakes.is_stopped:
        yield Held(hold=Hold.STOPPED)
    if brakes.troubled >= MOST_TROUBLED:
        yield _held(Hold.TROUBLED, count=str(brakes.troubled))
    if brakes.asked_today >= brakes.most_a_day:
        count, most = str(brakes.asked_today), str(brakes.most_a_day)
        yield _held(Hold.DAY_IS_FULL, count=count, most=most)


def _moments(facts: RuleFacts) -> Iterator[Held]:
    """Yield the holds of a clock that was set back, and of a journal older than the rule."""
    journal, run, link = facts.journal, facts.run, facts.link
    past = [journal.came_at, facts.rule.since, facts.brakes.resumed_at, facts.waits_since]
    past += [run.locked_at, run.read_at, run.listed_at] if run else []
    past += [link.checked_at, link.changed_at, link.sent_at] if link else []
    if any(moment is not None and moment > facts.now for moment in past):
        yield Held(hold=Hold.CLOCK)
    since = facts.rule.since
    resumed_at = facts.brakes.resumed_at
    if since is None or journal.came_at < max(since, resumed_at or since):
        yield Held(hold=Hold.CAME_BEFORE)


def _persons(facts: RuleFacts) -> Iterator[Held]:
    journal = facts.journal
    if journal.is_left:
        yield Held(hold=Hold.LEFT)
    if journal.is_never_sent:
        yield Held(hold=Hold.NEVER)
    if journal.needs_answers:
        yield Held(hold=Hold.ANSWERED)
    if journal.is_signed:
        yield Held(hold=Hold.SIGNED)
    if journal.was_asked_for:
        yield Held(hold=Hold.ASKED_BEFORE)
    if journal.was_run_asked_for:
        yield Held(hold=Hold.ANOTHER_REVISION)
    if journal.was_intervened:
        yield Held(hold=Hold.INTERVENED)


def _link(facts: RuleFacts) -> Iterator[Held]:
    link = facts.link
    if link is None or not (
        link.covers and link.is_open and link.is_confirmed and link.is_authorised
    ):
        yield Held(hold=Hold.LINK)
        return
    if link.checked_at is None or not link.is_well or link.checked_at < facts.now - CHECK_AGE_LIMIT:
        yield Held(hold=Hold.DRIFT)
    is_new = link.sent_at is None or not link.is_as_sent
    if is_new or (link.changed_at is not None and link.changed_at >= (link.sent_at or facts.now)):
        yield Held(hold=Hold.FIRST)


def _run(facts: RuleFacts) -> Iterator[Held]:
    run = facts.run
    if run is None:
        yield Held(hold=Hold.FROM_A_FILE)
        return
    if not run.is_locked or run.locked_at is None:
        yield Held(hold=Hold.NOT_LOCKED)
        return
    is_read = run.read_at is not None and run.read_at >= run.locked_at
    is_listed = run.listed_at is not None and run.listed_at >= facts.now - NEWS_AGE_LIMIT
    if not (is_read and is_listed and run.is_in_order):
        yield Held(hold=Hold.OLD_NEWS)


def _content(facts: RuleFacts) -> Iterator[Held]:
    journal = facts.journal
    if not journal.is_ready or not journal.is_checked or not journal.receipts:
        yield Held(hold=Hold.NOT_READY)
    if journal.warnings:
        yield _held(Hold.WARNING, codes=", ".join(sorted(set(journal.warnings))))
    if journal.makes_items:
        yield Held(hold=Hold.NEW_ITEMS)
    if _is_correction(journal):
        yield Held(hold=Hold.CORRECTION)
    this_month = facts.today.replace(day=1)
    if journal.period not in {this_month, month_before(this_month)}:
        yield Held(hold=Hold.MONTH)
    if journal.others_in_month:
        yield _held(Hold.ANOTHER_RUN, count=str(journal.others_in_month))


def _is_correction(journal: JournalFacts) -> bool:
    """Return whether it books anything but one receipt, dated in its own month."""
    if journal.first_period != journal.period or len(journal.receipts) > 1:
        return True
    return any(
        booked != dated or booked.replace(day=1) != journal.period
        for booked, dated in journal.receipts
    )


def _earlier(facts: RuleFacts) -> Iterator[Held]:
    """Compare with the three months right before it, of which none may be missing."""
    by_month = {one.month: one for one in facts.earlier}
    wanted = [month_before(facts.journal.period)]
    while len(wanted) < MONTHS_COMPARED:
        wanted.append(month_before(wanted[-1]))
    earlier = [by_month[month] for month in wanted if month in by_month]
    if len(earlier) < MONTHS_COMPARED or any(one.total <= 0 for one in earlier):
        yield _held(Hold.NOTHING_TO_COMPARE, count=str(len(earlier)))
        return
    before, now = earlier[0].accounts, facts.journal.accounts
    if before != now:
        new, gone = ", ".join(sorted(now - before)), ", ".join(sorted(before - now))
        yield _held(Hold.ACCOUNTS, new=new, gone=gone)
    farthest = max(earlier, key=lambda one: abs(_change(one, facts.journal.total)))
    change = _change(farthest, facts.journal.total)
    if abs(change) > facts.rule.percent:
        yield _held(
            Hold.TOTAL,
            percent=_shown(change),
            limit=str(facts.rule.percent),
            month=f"{farthest.month:%Y-%m}",
        )


def _change(one: EarlierMonth, total: Decimal) -> Decimal:
    return (total - one.total) * 100 / one.total


def _shown(change: Decimal) -> str:
    """Return a change in percent with its sign, never rounded to what would be allowed."""
    return f"{change.quantize(Decimal('0.1'), rounding=ROUND_UP):+}"


def _waiting(facts: RuleFacts) -> Iterator[Held]:
    at = sends_at(facts)
    if at is None or facts.now < at:
        yield Held(hold=Hold.WAITING)


def _held(hold: Hold, **facts: str) -> Held:
    return Held(hold=hold, facts=tuple(facts.items()))


_CHECKS: tuple[Callable[[RuleFacts], Iterator[Held]], ...] = (
    _all_rules,
    _moments,
    _persons,
    _link,
    _run,
    _content,
    _earlier,
)
