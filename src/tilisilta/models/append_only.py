"""Triggers that let the database itself refuse to change the audit log or to delete the books.

SQLite drops the triggers of a table with the table: a migration that makes one of these tables
anew has to call ``put_in_place`` at its end. A test notices when it does not.
"""

import re
from typing import Any

ENTRY, SEAL, HEAD = "tilisilta_auditentry", "tilisilta_auditseal", "tilisilta_audithead"
EXPORT, LINE = "tilisilta_export", "tilisilta_journalline"
RETENTION_YEARS = 10
BOOKS_REFUSAL = (
    "What was booked is kept for 10 years after the end of its year: "
    "receipts and the lines of their journals cannot be deleted earlier."
)
ENTRY_REFUSAL = "The audit log is append-only: an entry cannot be changed or deleted."
SEAL_REFUSAL = "The audit log is append-only: a seal cannot be changed or deleted."
HEAD_REFUSAL = "The audit log is append-only: the head of its chain only moves on."

# A text is masked: nothing else of the row changes, and a newer entry about it says so.
_KEPT = ("id", "at", "user_id", "user_name", "system_user", "action", "company_id",
         "about_kind", "about_id")  # fmt: skip
_IS_KEPT = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in _KEPT)
_IS_EXPLAINED = """EXISTS (
    SELECT 1 FROM tilisilta_auditentry AS said
    WHERE said.id = NEW.masked_by_id AND said.action = 'entry_masked'
    AND said.about_kind = 'entry' AND said.about_id = OLD.id
)"""
_IS_NEWER = "NEW.salt = '' AND NEW.masked_by_id > COALESCE(OLD.masked_by_id, OLD.id)"
_IS_NO_MASK = f"NOT ({_IS_KEPT} AND {_IS_NEWER} AND {_IS_EXPLAINED})"
_IS_NO_ADVANCE = "NEW.id <> OLD.id OR NEW.position <= OLD.position"
# YEAR is written as each database has it.
_IS_KEPT_RECEIPT = (
    "{receipt}.ledger_receipt_id IS NOT NULL "
    f"AND YEAR({{receipt}}.receipt_date) >= YEAR(CURRENT_DATE) - {RETENTION_YEARS}"
)
_IS_BOOKED = _IS_KEPT_RECEIPT.format(receipt="OLD")
_OF_THE_LINE = "SELECT 1 FROM tilisilta_export AS receipt WHERE receipt.journal_id = OLD.journal_id"
_IS_LINE_OF_BOOKED = f"EXISTS ({_OF_THE_LINE} AND {_IS_KEPT_RECEIPT.format(receipt='receipt')})"

# Name, table, what is refused, when, and the message.
TRIGGERS = (
    ("audit_entry_changed", ENTRY, "UPDATE", _IS_NO_MASK, ENTRY_REFUSAL),
    ("audit_entry_deleted", ENTRY, "DELETE", "", ENTRY_REFUSAL),
    ("audit_seal_changed", SEAL, "UPDATE", "", SEAL_REFUSAL),
    ("audit_seal_deleted", SEAL, "DELETE", "", SEAL_REFUSAL),
    ("audit_head_changed", HEAD, "UPDATE", _IS_NO_ADVANCE, HEAD_REFUSAL),
    ("audit_head_deleted", HEAD, "DELETE", "", HEAD_REFUSAL),
    ("booked_export_deleted", EXPORT, "DELETE", _IS_BOOKED, BOOKS_REFUSAL),
    ("booked_line_deleted", LINE, "DELETE", _IS_LINE_OF_BOOKED, BOOKS_REFUSAL),
)
TRUNCATE_TRIGGERS = (
    ("audit_entry_truncated", ENTRY, ENTRY_REFUSAL),
    ("audit_seal_truncated", SEAL, SEAL_REFUSAL),
    ("audit_head_truncated", HEAD, HEAD_REFUSAL),
    ("booked_export_truncated", EXPORT, BOOKS_REFUSAL),
    ("booked_line_truncated", LINE, BOOKS_REFUSAL),
)
_FUNCTION = "tilisilta_audit_refuses"
_YEAR = re.compile(r"YEAR\(([A-Za-z_.]+)\)")


def put_in_place(connection: Any) -> None:
    """Make the triggers; those that are there are made anew."""
    take_away(connection)
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def take_away(connection: Any) -> None:
    """Drop the triggers."""
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for name, table in _names(connection.vendor):
            of_table = "" if is_sqlite else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of_table}")


def missing_triggers(connection: Any) -> tuple[str, ...]:
    """Return the names of the triggers that are gone or switched off."""
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') "
            "AND pg_table_is_visible(tgrelid)"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return tuple(name for name, _table in _names(connection.vendor) if name not in present)


def _names(vendor: str) -> list[tuple[str, str]]:
    named = [(name, table) for name, table, *_ in TRIGGERS]
    return named if vendor == "sqlite" else [*named, *((n, t) for n, t, _ in TRUNCATE_TRIGGERS)]


def _statements(vendor: str) -> list[str]:
    return _for_sqlite() if vendor == "sqlite" else _for_postgresql()


def _for_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
        + (f"WHEN {_in_sqlite(when)} " if when else "")
        + f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        for name, table, event, when, message in TRIGGERS
    ]


def _in_sqlite(condition: str) -> str:
    # IS compares NULLs in every SQLite; the standard's words came with 3.39.
    condition = condition.replace("IS NOT DISTINCT FROM", "IS")
    return _YEAR.sub(r"CAST(strftime('%Y', \1) AS INTEGER)", condition)


def _for_postgresql() -> list[str]:
    rows = [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {_FUNCTION}('{message}')"
        for name, table, event, when, message in TRIGGERS
        if not when
    ]
    # A condition of a trigger may not look into tables there; that of its function may.
    rows += [
        statement
        for name, table, event, when, message in TRIGGERS
        if when
        for statement in (
            _function_of(name, event, when, message),
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {_FUNCTION}_{name}()",
        )
    ]
    tables = [
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION {_FUNCTION}('{message}')"
        for name, table, message in TRUNCATE_TRIGGERS
    ]
    function = (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $body$"
    )
    return [function, *rows, *tables]


def _function_of(name: str, event: str, when: str, message: str) -> str:
    condition = _YEAR.sub(r"EXTRACT(YEAR FROM \1)", when)
    row = "OLD" if event == "DELETE" else "NEW"
    return (
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}'; END IF; "
        f"RETURN {row}; END $body$"
    )
