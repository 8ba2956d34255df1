"""What is told of the companies of a month that are shown: runs, receipts, and what to do next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import FilteredRelation, Q
from django.utils.translation import gettext as _

from tilisilta.domain.month_end import MonthState
from tilisilta.domain.number_ranges import written_ranges
from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import BY_URGENCY, ExportState, JournalState, is_lost
from tilisilta.models import Export, Journal, User
from tilisilta.services.closing.months import CompanyMonth
from tilisilta.services.explanations import explain

_PLACES = {state: place for place, state in enumerate(BY_URGENCY)}
_BY_JOURNAL = frozenset(
    {MonthState.TO_FIX, MonthState.READY, MonthState.PROPOSED, MonthState.SENDING}
)
_JOURNAL_FIELDS = (
    *("id", "company_id", "state", "run_number", "run_year"),
    *("problems", "is_deleted_at_source"),
)
_EXPORT_FIELDS = ("id", "state", "receipt_number", "invoice_number", "problems")
_WITHOUT_RUN = frozenset({MonthState.NOT_EXPECTED, MonthState.EXPECTED})


class Way(StrEnum):
    """The page that settles what a company's month waits for."""

    COMPANY = "company"
    JOURNAL = "journal"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class MonthRow:
    """A company in a month, as a list shows it. ``journal`` is the most urgent one."""

    one: CompanyMonth
    way: Way
    journal: Journal | None
    reason: str
    runs: str
    receipts: str
    responsible: str
    stand_in: str
    signed_by: str


def rows_of(
    companies: Sequence[CompanyMonth], month: date, names: Mapping[int, str]
) -> tuple[MonthRow, ...]:
    """Return what a list shows of ``companies``: one query, however many they are.

    ``names`` are those of the people who close their months or signed this one, by their ids.
    """
    ids = [one.company_id for one in companies]
    journals, exports = _read(ids, month)
    return tuple(_row(one, journals.get(one.company_id, ()), exports, names) for one in companies)


def names_of(user_ids: Iterable[int]) -> Mapping[int, str]:
    """Return the full names of users by their ids, in order; the user name where there is none."""
    users = User.objects.filter(pk__in=set(user_ids)).only("username", "first_name", "last_name")
    names = {user.pk: name_of(user) for user in users}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def name_of(user: User | None) -> str:
    return "" if user is None else user.get_full_name() or user.get_username()


def _read(
    ids: Sequence[int], month: date
) -> tuple[Mapping[int, list[Journal]], Mapping[int, list[Export]]]:
    """Return the journals by company and their receipts by journal, as far as lists need them."""
    rows = (
        Journal.objects.not_discarded()
        .filter(company__in=ids, period=month)
        .annotate(receipts=FilteredRelation("exports", condition=Q(exports__is_trail=False)))
        .order_by("run_year", "run_number", "revision", "receipts__booking_date", "receipts__pk")
        .values_list(*_JOURNAL_FIELDS, *(f"receipts__{name}" for name in _EXPORT_FIELDS))
    )
    journals: dict[int, Journal] = {}
    exports: dict[int, list[Export]] = {}
    for row in rows:
        own, receipt = row[: len(_JOURNAL_FIELDS)], row[len(_JOURNAL_FIELDS) :]
        journal = Journal(**dict(zip(_JOURNAL_FIELDS, own, strict=True)))
        journals.setdefault(journal.pk, journal)
        export = Export(journal_id=journal.pk, **dict(zip(_EXPORT_FIELDS, receipt, strict=True)))
        if export.pk is not None:
            exports.setdefault(journal.pk, []).append(export)
    found: dict[int, list[Journal]] = {}
    for journal in journals.values():
        found.setdefault(journal.company_id, []).append(journal)
    return found, exports


def _row(
    one: CompanyMonth,
    journals: Sequence[Journal],
    exports: Mapping[int, list[Export]],
    names: Mapping[int, str],
) -> MonthRow:
    due = [journal for journal in journals if JournalState(journal.state) in one.facts.due]
    journal = min(due, key=_urgency, default=None)
    of_month = [export for some in journals for export in exports.get(some.pk, ())]
    numbers = dict.fromkeys(some.run_number for some in due)
    return MonthRow(
        one=one,
        way=_way(one, journal),
        journal=journal,
        reason=_reason(one, journal, exports.get(journal.pk, ()) if journal else ()),
        runs=", ".join(numbers),
        receipts=written_ranges(export.shown_number for export in of_month if export.shown_number),
        responsible=names.get(one.responsible_id or 0, ""),
        stand_in=names.get(one.stand_in_id or 0, ""),
        signed_by=(names.get(one.signed.user_id or 0) or one.signed.system_user)
        if one.signed
        else "",
    )


def _urgency(journal: Journal) -> int:
    if is_lost(JournalState(journal.state), is_deleted=journal.is_deleted_at_source):
        return -1
    return _PLACES[JournalState(journal.state)]


def _way(one: CompanyMonth, journal: Journal | None) -> Way:
    if one.state in _WITHOUT_RUN:
        return Way.COMPANY
    if journal is None or one.state not in _BY_JOURNAL or journal.state == JournalState.OFF:
        return Way.MONTH
    return Way.JOURNAL


def _reason(one: CompanyMonth, journal: Journal | None, exports: Iterable[Export]) -> str:
    """Return why it is in its state, or what comes next; empty where the state says it all."""
    if one.state == MonthState.TO_FIX and journal is not None:
        return _problem_of(journal, exports)
    waits = journal is not None and journal.state == JournalState.OFF
    reasons = {
        MonthState.NOT_EXPECTED: _why_off(one) if one.is_off else "",
        MonthState.EXPECTED: _("it had one in the month before")
        if one.had_run_before
        else _("by its pay period"),
        MonthState.READY: _not_compared(one) or _("verify only: to be compared") if waits else "",
        MonthState.PROPOSED: _("another person has to release it"),
        MonthState.SENDING: _("no answer yet; it is being looked for")
        if JournalState.UNCERTAIN in one.facts.due
        else "",
        MonthState.BOOKED: _not_compared(one)
        or (_("not compared since") if one.compared else _("not compared yet")),
    }
    return reasons.get(one.state, "")


def _why_off(one: CompanyMonth) -> str:
    return _("test company") if one.is_test else _("debtor blocked")


def _not_compared(one: CompanyMonth) -> str:
    """Return why a company is not compared, if that was tried or is to be done."""
    if one.waits_for_comparison:
        return _("will be compared soon")
    return explain(one.trouble[0]).message if one.trouble else ""


def _problem_of(journal: Journal, exports: Iterable[Export]) -> str:
    problems: list[Problem] = [
        problem
        for export in exports
        if export.state != ExportState.WITHDRAWN
        for problem in export.problems
    ]
    problems += journal.problems
    first = next((one for one in problems if one.stops), None)
    if first is not None:
        return explain(first).message
    if journal.is_deleted_at_source:
        return _("Run deleted in Nmbrs")
    return str(journal.get_state_display())
