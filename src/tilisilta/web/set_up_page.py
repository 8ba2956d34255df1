"""What the page of a list of companies shows: the counts that add up, and its rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.company_match import plain_business_id
from tilisilta.domain.onboarding import Standing
from tilisilta.models import Link, Onboarding, OnboardingRow, Profile
from tilisilta.services.onboarding.key_ends import keys_end_at
from tilisilta.services.onboarding.words import STANDING_WORDS, Reason, reason_of
from tilisilta.services.sending_rules.words import said_of_rule

MATCHING_SHOWN = 14
MOST_STAYING_SHOWN = 500
State = OnboardingRow.State


@dataclass(frozen=True, kw_only=True)
class Group:
    """A cell of the line: standings that a person deals with in the same way."""

    name: str
    words: Promise
    says: Promise
    standings: frozenset[Standing]


GROUPS = (
    Group(
        name="linked",
        words=_("Linked"),
        says=_("done"),
        standings=frozenset({Standing.LINKED}),
    ),
    Group(
        name="match",
        words=_("Match"),
        says=_("name and business ID"),
        standings=frozenset({Standing.MATCH}),
    ),
    Group(
        name="names",
        words=_("Names differ"),
        says=_("or too little is known"),
        standings=frozenset({Standing.NAMES_DIFFER, Standing.BOTH_DIFFER, Standing.LITTLE_KNOWN}),
    ),
    Group(
        name="ids",
        words=_("Business IDs differ"),
        says=_("same name"),
        standings=frozenset({Standing.IDS_DIFFER}),
    ),
    Group(
        name="taken",
        words=_("Taken"),
        says=_("linked to another"),
        standings=frozenset(
            {Standing.ADMINISTRATION_TAKEN, Standing.ACCOUNT_TAKEN, Standing.LINKED_ELSEWHERE}
        ),
    ),
    Group(
        name="key",
        words=_("Not authorised"),
        says=_("no key, or refused"),
        standings=frozenset({Standing.NOT_AUTHORISED, Standing.KEY_REFUSED}),
    ),
    Group(
        name="wrong",
        words=_("To put right"),
        says=_("in the list or in Procountor"),
        standings=frozenset(
            {
                Standing.NAMES_MISSING,
                Standing.LINE_WRONG,
                Standing.NO_ANSWER,
                Standing.REFUSED,
            }
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A group with its count, and where it begins in the bar."""

    name: str
    words: Promise
    says: Promise
    count: int
    begins_at: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """A company of the list as it is shown."""

    row: OnboardingRow
    standing: Standing
    reason: Reason | None

    @property
    def words(self) -> Promise:
        return STANDING_WORDS[self.standing]

    @property
    def group(self) -> str:
        return next(one.name for one in GROUPS if self.standing in one.standings)

    @property
    def found(self) -> Mapping[str, Any]:
        return dict(self.row.found)

    @property
    def number(self) -> str:
        return str(self.row.company.number) if self.row.company else ""

    @property
    def name(self) -> str:
        return self.row.company.name if self.row.company else str(self.row.wanted["company"])

    @property
    def own_id(self) -> str:
        return self.row.company.business_id if self.row.company else ""

    @property
    def line_before(self) -> int:
        """The line after which this one is the next."""
        return self.row.line - 1

    @property
    def shown_id(self) -> str:
        """The business ID of the company, or that of the administration where it has none."""
        return self.own_id or str(self.found.get("business_id", ""))

    @property
    def other_id(self) -> str:
        """The business ID of the administration, where it is another one."""
        found = str(self.found.get("business_id", ""))
        is_other = plain_business_id(found) != plain_business_id(self.shown_id)
        return found if is_other else ""

    @property
    def others(self) -> str:
        return ", ".join(map(str, self.found.get("others", ())))

    @property
    def start(self) -> date | None:
        return _month(self.found.get("start"))

    @property
    def booked_to(self) -> date | None:
        return _month((self.found.get("booked") or {}).get("last"))

    @property
    def mark(self) -> str:
        return f"{self.row.pk}:{self.found.get('mark', '')}"


@dataclass(frozen=True, kw_only=True)
class SetUpPage:
    """Everything on the page."""

    onboarding: Onboarding
    cells: tuple[Cell, ...]
    count: int
    debtor_count: int
    waiting_count: int
    asked_count: int
    staying: tuple[Row, ...]
    matching: tuple[Row, ...]
    match_count: int
    linked_count: int
    with_unknown_accounts: int
    missing_items: int
    booked_count: int
    authorise_count: int
    seen: datetime | None
    shows_all: bool

    @property
    def is_moving(self) -> bool:
        return bool(self.waiting_count or self.asked_count)

    @property
    def done_count(self) -> int:
        return self.count - self.waiting_count - self.asked_count

    @property
    def staying_count(self) -> int:
        return self.done_count - self.match_count - self.linked_count

    @property
    def keys_end_at(self) -> datetime:
        """From when on the API keys of the list are deleted, or since when they are."""
        return keys_end_at(self.onboarding)

    @property
    def are_keys_deleted(self) -> bool:
        return self.keys_end_at < timezone.now()

    @property
    def profiles(self) -> str:
        return ", ".join(self._profile_names)

    @property
    def rule_notes(self) -> tuple[str, ...]:
        """What the profiles mean for sending by rule; nobody may overlook that they bring it."""
        if not self._profile_names:
            return ()
        found = Profile.objects.filter(name__in=self._profile_names)
        notes = {said_of_rule(Link(**one.choices)) for one in found}
        return tuple(sorted(notes - {""}))

    @property
    def _profile_names(self) -> list[str]:
        names = {row.found.get("profile") for row in self.matching} - {None, ""}
        return sorted(str(name) for name in names)


def set_up_page(onboarding: Onboarding, *, shows_all: bool) -> SetUpPage:
    """Return what is shown of ``onboarding``, and of all rows where ``shows_all`` is set."""
    rows = list(onboarding.rows.select_related("company").defer("api_key"))
    looked = [row for row in rows if row.state in {State.EXAMINED, State.LINKED}]
    matching = [row for row in looked if row.match == Standing.MATCH]
    staying = [row for row in looked if row.match not in {Standing.MATCH, Standing.LINKED}]
    moments = [row.examined_at for row in matching if row.examined_at is not None]
    shown = matching if shows_all else matching[:MATCHING_SHOWN]
    return SetUpPage(
        onboarding=onboarding,
        cells=tuple(_cells(looked)),
        count=len(rows),
        debtor_count=len({row.company.debtor_id for row in rows if row.company}),
        waiting_count=sum(row.state == State.WAITING for row in rows),
        asked_count=sum(row.state == State.ASKED for row in rows),
        staying=tuple(map(shown_row, staying[:MOST_STAYING_SHOWN])),
        matching=tuple(map(shown_row, shown)),
        match_count=len(matching),
        linked_count=sum(row.state == State.LINKED for row in rows),
        with_unknown_accounts=sum(bool(row.found.get("unknown_accounts")) for row in matching),
        missing_items=sum(
            one["missing"] for row in matching for one in row.found.get("dimensions", ())
        ),
        booked_count=sum((row.found.get("booked") or {}).get("count", 0) for row in matching),
        authorise_count=sum(Standing(row.match).needs_authorisation for row in staying),
        seen=max(moments, default=None),
        shows_all=shows_all,
    )


HEADERS: Sequence[Promise] = (
    _("Line"),
    _("No."),
    _("In Nmbrs"),
    _("In Procountor"),
    _("Business ID"),
    _("Business ID in Procountor"),
    _("Match"),
    _("Dimensions"),
    _("Unknown accounts"),
    _("Seem booked"),
    _("First month"),
    _("Cause"),
    _("Remedy"),
)


def csv_rows(onboarding: Onboarding) -> Iterator[list[str]]:
    """Yield the rows of a list as texts, without any secret."""
    for row in map(shown_row, onboarding.rows.select_related("company").defer("api_key")):
        found = row.found
        booked = found.get("booked") or {}
        yield [
            str(row.row.line),
            row.number,
            row.name,
            str(found.get("administration", "")),
            row.own_id,
            str(found.get("business_id", "")),
            str(row.words),
            ", ".join(one["name"] for one in found.get("dimensions", ())),
            ", ".join(found.get("unknown_accounts", ())),
            str(booked.get("count", "")),
            str(found.get("start") or ""),
            row.reason.cause if row.reason else "",
            row.reason.remedy if row.reason else "",
        ]


def _cells(looked: Sequence[OnboardingRow]) -> Iterator[Cell]:
    begins_at = 0
    for group in GROUPS:
        count = sum(row.match in group.standings for row in looked)
        yield Cell(
            name=group.name,
            words=group.words,
            says=group.says,
            count=count,
            begins_at=begins_at,
        )
        begins_at += count


def shown_row(row: OnboardingRow) -> Row:
    """Return a row with its standing in words, and why it stays."""
    standing = Standing(row.match) if row.match else Standing.NO_ANSWER
    return Row(
        row=row,
        standing=standing,
        reason=reason_of(
            standing,
            row.problems,
            fault=str(row.wanted.get("fault", "")),
            fault_text=str(row.wanted.get("fault_text", "")),
            text=str(row.found.get("text", "")),
        ),
    )


def _month(text: str | None) -> date | None:
    return date.fromisoformat(f"{text}-01") if text else None
