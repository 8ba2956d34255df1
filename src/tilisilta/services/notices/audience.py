"""Which users may read which notices, by the same rights and debtors as on pages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import Area, Notice, NoticeChoice, Right, User


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenNotice:
    """What of a notice that still stands decides who is told of it, and what they are told."""

    pk: int
    kind: NoticeKind
    code: str
    month: date | None
    company: str
    debtor_id: int | None
    debtor: str
    is_of_connection: bool
    ends_on: date | None
    raised_at: datetime

    @property
    def area(self) -> Area:
        """The area of the page that shows it."""
        if self.kind is not NoticeKind.AUTHORISATION:
            return Area.JOURNAL_EXPORTS
        return Area.NMBRS if self.is_of_connection else Area.PROCOUNTOR


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a user may be told: the areas they may read, and their debtors; ``None`` for all."""

    areas: frozenset[Area]
    debtor_ids: frozenset[int] | None

    def may_know(self, notice: OpenNotice) -> bool:
        if notice.area not in self.areas:
            return False
        if notice.is_of_connection:
            # It serves all debtors, so that users of some of them may see it too.
            return True
        if notice.kind is NoticeKind.COMPLETE and not notice.company:
            return self._of_whole_month(notice)
        return self.debtor_ids is None or notice.debtor_id in self.debtor_ids

    def _of_whole_month(self, notice: OpenNotice) -> bool:
        """Return whether it is theirs: of the bureau for who sees all, else of their debtors."""
        if self.debtor_ids is None:
            return notice.debtor_id is None
        return notice.debtor_id in self.debtor_ids


def open_notices(pks: Iterable[int] | None = None) -> tuple[OpenNotice, ...]:
    """Return the notices that still stand, of all or of ``pks``: one query."""
    rows = Notice.objects.open().order_by("pk")
    if pks is not None:
        rows = rows.filter(pk__in=pks)
    values = rows.values_list(
        *("pk", "kind", "code", "month", "company__number", "company__name", "company__debtor"),
        *("debtor", "debtor__name", "connection", "ends_on", "raised_at"),
    )
    return tuple(_from_row(row) for row in values)


def reader_of(user: User) -> Reader:
    """Return what ``user`` may be told; nothing where they may not log in."""
    areas = frozenset(area for area in Area if user.can(Right.READ, area))
    ids = frozenset(debtor.pk for debtor in user.debtors.all())
    # As ``User.is_limited``, which would ask the database for each user.
    is_limited = not user.sees_all_debtors or bool(ids)
    return Reader(areas=areas, debtor_ids=ids if is_limited else None)


def wanted_kinds(choice: NoticeChoice) -> Mapping[NoticeKind, Cadence]:
    """Return the kinds that a user wants to be told of, and when."""
    found = {kind: choice.cadence_of(kind) for kind in NoticeKind}
    return {kind: cadence for kind, cadence in found.items() if cadence is not Cadence.NEVER}


def _from_row(row: tuple[Any, ...]) -> OpenNotice:
    (pk, kind, code, month, number, name, company_debtor, debtor, debtor_name, *rest) = row
    connection, ends_on, raised_at = rest
    return OpenNotice(
        pk=pk,
        kind=_KINDS[kind],
        code=code,
        month=month,
        company=f"{number} {name}" if number is not None else "",
        # A company may have gone to another debtor since.
        debtor_id=company_debtor or debtor,
        debtor=debtor_name or "",
        is_of_connection=connection is not None,
        ends_on=ends_on,
        raised_at=raised_at,
    )


_KINDS = {kind.value: kind for kind in NoticeKind}
