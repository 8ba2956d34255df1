"""Lets a test that commits empty the tables after itself, which the audit log refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management.commands.flush import Command as Flush
from django.db import connection

from tilisilta.models.append_only import missing_triggers, put_in_place, take_away


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """Write as someone does who owns the database: the triggers are away, and then back."""
    take_away(connection)
    try:
        yield
    finally:
        put_in_place(connection)


def flush_past_the_triggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make Django's flush take the triggers away first."""
    flush = Flush.handle

    def handle(self: Flush, **options: Any) -> None:
        has_triggers = not missing_triggers(connection)
        take_away(connection)
        try:
            flush(self, **options)
        finally:
            if has_triggers:
                put_in_place(connection)

    monkeypatch.setattr(Flush, "handle", handle)
