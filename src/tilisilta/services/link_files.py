"""Links as a CSV file, and the same file taken in again with changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tilisilta.domain.problems import Problem
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import NeedsAttention
from tilisilta.models import Link, User
from tilisilta.services.audit_changes import Change
from tilisilta.services.explanations import explain, explain_error
from tilisilta.services.link_changes import LinkChange, WantedChange, change_links
from tilisilta.services.link_texts import COLUMNS, ReadChoices, Unreadable, read, written
from tilisilta.services.lists import Fault, ListRow, ListUnreadable, read_list
from tilisilta.services.profiles import with_profile
from tilisilta.services.spreadsheets import as_csv

FIXED = ("company", "company_name", "account", "administration", "business_id")
"""Columns that say which link it is, and cannot be changed."""


@dataclass(frozen=True, kw_only=True)
class ChangedRow:
    """A line of the file whose link differs, with what changes."""

    line: int
    link: Link
    changes: tuple[Change, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What came of a file, or would: nothing is changed where there are faults."""

    changed: tuple[ChangedRow, ...]
    unchanged_count: int
    faults: tuple[Fault, ...]
    is_dry: bool


def as_file(links: Iterable[Link]) -> bytes:
    """Return links as CSV, each with all its choices."""
    return as_csv((*FIXED, *COLUMNS), map(_row, links), has_decimal_comma=True)


def take_in(
    content: bytes, links: QuerySet[Link], *, user: User | None, now: datetime, is_dry: bool
) -> TakenIn:
    """Change the links, of those in ``links``, to what the file says: all of them, or none.

    A column that the file does not have stays as it is. With ``is_dry`` nothing is stored.
    """
    try:
        rows = read_list(content, dict.fromkeys((*FIXED, *COLUMNS), ()), required=("company",))
    except ListUnreadable as error:
        return TakenIn(changed=(), unchanged_count=0, faults=(error.fault,), is_dry=is_dry)
    reading = _Reading(links)
    wanted = [(row, one) for row in rows if (one := reading.wanted(row)) is not None]
    outcomes = change_links(
        [one for _row, one in wanted],
        user=user,
        now=now,
        # What is wrong with other lines would prevent all: what these would do is shown with it.
        is_dry=is_dry or bool(reading.faults),
    )
    faults = list(reading.faults)
    for (row, _one), outcome in zip(wanted, outcomes, strict=True):
        faults += _faults_of(row.line, outcome)
    changed = tuple(
        ChangedRow(line=row.line, link=outcome.link, changes=outcome.changes, note=outcome.note)
        for (row, _one), outcome in zip(wanted, outcomes, strict=True)
        if outcome.changes
    )
    refused = sum(outcome.is_refused for outcome in outcomes)
    return TakenIn(
        changed=changed,
        unchanged_count=len(outcomes) - len(changed) - refused,
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        is_dry=is_dry,
    )


class _Reading:
    """Reads rows into wanted changes, and collects what is wrong with them."""

    def __init__(self, links: QuerySet[Link]) -> None:
        of_links = links.filter(ends_on__isnull=True).select_related(
            "company__debtor", "procountor_account", "profile"
        )
        self._links = {
            link.company.number: link for link in of_links.prefetch_related("account_mappings")
        }
        self._seen: dict[int, int] = {}
        self.faults: list[Fault] = []

    def wanted(self, row: ListRow) -> WantedChange | None:
        """Return the change that a row asks for; ``None`` where the row is wrong."""
        link = self._link(row)
        if link is None:
            return None
        before = len(self.faults)
        self._must_be_fixed(row, link)
        read_all = [self._read(row, column) for column in COLUMNS if column in row.texts]
        if len(self.faults) > before:
            return None
        choices: dict[str, Any] = {}
        mappings: Any = None
        for one in filter(None, read_all):
            choices |= one.choices
            mappings = mappings if one.mappings is None else one.mappings
        return with_profile(link, choices, mappings)

    def _link(self, row: ListRow) -> Link | None:
        number = whole_number(row.text("company"))
        link = None if number is None else self._links.get(number)
        if number is None or link is None:
            cause = _("No company of this number has a link that is in force.")
            self._add(row, "company", cause, _("See link list; onboard makes links."))
            return None
        if number in self._seen:
            cause = _("The company stands in line %(line)s already.") % {"line": self._seen[number]}
            self._add(row, "company", cause, _("Leave one of the two lines."))
            return None
        self._seen[number] = row.line
        return link

    def _must_be_fixed(self, row: ListRow, link: Link) -> None:
        """Refuse another account or name: changing it here would not move anything."""
        fixed = _fixed(link)
        for column in FIXED[1:]:
            if column in row.texts and row.text(column) != fixed[column].strip():
                cause = _("It is %(name)s, and a file cannot change it.") % {"name": fixed[column]}
                remedy = _("Put it back. For another administration, end the link and make one.")
                self._add(row, column, cause, remedy)

    def _read(self, row: ListRow, column: str) -> ReadChoices | None:
        try:
            return read(column, row.text(column))
        except Unreadable as error:
            self._add(
                row,
                column,
                _("It cannot be read: %(text)s") % {"text": row.text(column)},
                str(error),
            )
            return None

    def _add(self, row: ListRow, column: str, cause: str, remedy: str) -> None:
        self.faults.append(Fault(line=row.line, column=column, cause=cause, remedy=remedy))


def refusal_texts(outcome: LinkChange) -> Sequence[tuple[str, str]]:
    """Return why a change was refused, each with its remedy."""
    texts = [_texts_of(problem) for problem in outcome.problems]
    if isinstance(outcome.error, ValidationError):
        texts.append((" ".join(outcome.error.messages), _("Put the value right.")))
    elif isinstance(outcome.error, NeedsAttention):
        told = explain_error(outcome.error)
        texts.append((f"{told.code} {told.message}. {told.cause}".strip(), told.remedy))
    return texts


def _texts_of(problem: Problem) -> tuple[str, str]:
    told = explain(problem)
    return f"{told.code} {told.message}. {told.cause}", told.remedy


def _faults_of(line: int, outcome: LinkChange) -> list[Fault]:
    return [
        Fault(line=line, column="", cause=cause, remedy=remedy)
        for cause, remedy in refusal_texts(outcome)
    ]


def _row(link: Link) -> list[str]:
    return [*_fixed(link).values(), *written(link).values()]


def _fixed(link: Link) -> dict[str, str]:
    account = link.procountor_account
    values = (
        str(link.company.number),
        link.company.name,
        account.name,
        account.company_name,
        account.business_id,
    )
    return dict(zip(FIXED, values, strict=True))
