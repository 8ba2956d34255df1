"""Traps: odd answers of the REST API that nothing public rules out, each off until switched on.

A fault is used up by the calls it fits. A trap stays until it is taken away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock


class Trap(StrEnum):
    """What can be odd."""

    NARROWER_SCOPE = "narrower_scope"
    ENVIRONMENT_DISABLED = "environment_disabled"
    NEXT_PAGE_EMPTY = "next_page_empty"
    NEXT_PAGE_BARE = "next_page_bare"
    NEXT_PAGE_ELSEWHERE = "next_page_elsewhere"
    ROW_TWICE = "row_twice"
    ROW_MISSED = "row_missed"
    PADDED_NUMBERS = "padded_numbers"
    EXTRA_FIELDS = "extra_fields"
    PERIOD_AS_TEXT = "period_as_text"
    PERIOD_AS_TIME = "period_as_time"
    CREATED_IN_CET = "created_in_cet"
    UNKNOWN_RUN_TYPE = "unknown_run_type"
    COMPANY_VANISHES = "company_vanishes"
    READY_AT_ONCE = "ready_at_once"
    SLOW_TASK = "slow_task"
    NEVER_READY = "never_ready"
    TASK_FORGOTTEN = "task_forgotten"
    TASK_FAILED = "task_failed"
    EMPTY_FILE = "empty_file"
    NO_CONTENT = "no_content"
    NO_LINES = "no_lines"
    WITH_BOM = "with_bom"
    IN_UTF_16 = "in_utf_16"
    SERVED_AS_XML = "served_as_xml"
    OTHER_JOURNAL = "other_journal"
    RETRY_AFTER = "retry_after"


# One sentence each, for the page and for the list under /sandbox/traps.
EXPLAINED: Mapping[Trap, str] = {
    Trap.NARROWER_SCOPE: "Consents are given without the two scopes for documents.",
    Trap.ENVIRONMENT_DISABLED: "Every call is refused with 40304.",
    Trap.NEXT_PAGE_EMPTY: 'Where there is no next page, nextPage is "" and not null.',
    Trap.NEXT_PAGE_BARE: "nextPage has the number of the page and no other parameter.",
    Trap.NEXT_PAGE_ELSEWHERE: "nextPage leads to another host.",
    Trap.ROW_TWICE: "A row is added while pages are read: the last of a page comes again.",
    Trap.ROW_MISSED: "A row is removed while pages are read: the first of a page is missed.",
    Trap.PADDED_NUMBERS: "Numbers of debtors and companies have two zeros before them.",
    Trap.EXTRA_FIELDS: "Every list, row and begun task has a field more than is published.",
    Trap.PERIOD_AS_TEXT: "periodStart and periodEnd are texts.",
    Trap.PERIOD_AS_TIME: "periodStart and periodEnd are times of ISO 8601.",
    Trap.CREATED_IN_CET: "createdAt is local time and has no offset.",
    Trap.UNKNOWN_RUN_TYPE: "Runs are of a type that is not published.",
    Trap.COMPANY_VANISHES: "Companies are listed, and every call for one says 40404.",
    Trap.READY_AT_ONCE: "A document is there at the first question.",
    Trap.SLOW_TASK: "A document is there at the fifth question.",
    Trap.NEVER_READY: "A document is never there: 202 for ever.",
    Trap.TASK_FORGOTTEN: "No task is known: 404 for every document.",
    Trap.TASK_FAILED: "A task has failed: 500 for every document.",
    Trap.EMPTY_FILE: "A document is a file of no bytes.",
    Trap.NO_CONTENT: "A document is answered with 204.",
    Trap.NO_LINES: "A journal has its root and no lines.",
    Trap.WITH_BOM: "A document begins with a byte order mark.",
    Trap.IN_UTF_16: "A journal is in UTF-16 and says so.",
    Trap.SERVED_AS_XML: "A document is served as text/xml.",
    Trap.OTHER_JOURNAL: "Journals differ from those of SOAP by 0.01.",
    Trap.RETRY_AFTER: "Refusals of too many calls, and 202, say when to try again.",
}


@dataclass(frozen=True, kw_only=True)
class SetTrap:
    """A trap that is on, for one company or for all."""

    trap: Trap
    company_id: int | None = None


class Traps:
    """The traps that are on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._on: dict[SetTrap, None] = {}

    def on(self, trap: Trap, *, company_id: int | None = None) -> None:
        with self._lock:
            self._on[SetTrap(trap=trap, company_id=company_id)] = None

    def off(self, trap: Trap) -> None:
        """Switch a trap off, for whatever company it was on."""
        with self._lock:
            self._on = {one: None for one in self._on if one.trap is not trap}

    def clear(self) -> None:
        with self._lock:
            self._on.clear()

    @property
    def all(self) -> tuple[SetTrap, ...]:
        with self._lock:
            return tuple(self._on)

    def is_on(self, trap: Trap, company_id: int | None = None) -> bool:
        """Return whether a trap is on for all companies, or for this one."""
        with self._lock:
            return any(SetTrap(trap=trap, company_id=one) in self._on for one in {None, company_id})
