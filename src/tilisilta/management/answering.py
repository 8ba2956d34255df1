"""Runs the action of a command once Django is ready, and reports its outcome."""

import argparse
import importlib
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from tilisilta.errors import TilisiltaError
from tilisilta.management.grammar.parsers import DATABASE
from tilisilta.management.output import Answer, Refused, Status, refusal_of, write, write_refusal
from tilisilta.management.system_users import system_user
from tilisilta.services.audit import command_run_by


def answer(options: argparse.Namespace) -> Status:
    """Run the chosen action, write its answer or its refusal, and return the exit status."""
    module, _colon, name = options.action.partition(":")
    action = getattr(importlib.import_module(module), name)
    try:
        # Before the action: on old tables it would fail halfway, with an error of the database.
        if options.needs == DATABASE:
            must_be_up_to_date()
        given = _run(action, options)
    except ValidationError as error:
        return write_refusal(refusal_of(error), as_json=options.json)
    except TilisiltaError as error:
        return write_refusal(error, as_json=options.json)
    write(given, as_json=options.json)
    return Status(given.status)


def _run(action: Callable[[argparse.Namespace], Answer], options: argparse.Namespace) -> Answer:
    """Run the action, and record the system user with what a command of a person does.

    The service itself, which needs only the settings, does its work for many people.
    """
    if options.needs != DATABASE:
        return action(options)
    with command_run_by(system_user()):
        return action(options)


def must_be_up_to_date() -> None:
    """Raise ``Refused`` unless the database has exactly the tables of this version."""
    if missing_migrations():
        raise Refused(
            _("The database is not up to date"),
            cause=_("Tilisilta was not started yet, or was upgraded since."),
            remedy=_("Run tilisilta migrate, or tilisilta serve, which does so by itself."),
        )


def has_no_tables() -> bool:
    """Return whether the database is as empty as it was made; ``False`` if it cannot be reached."""
    try:
        return not MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return False


def missing_migrations() -> list[str]:
    """Return the migrations the database lacks; raise ``Refused`` if it cannot be reached."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        raise Refused(
            _("The database cannot be reached"),
            # PostgreSQL's message names host and port, and never the password.
            cause=str(error).strip(),
            remedy=_("Check TILISILTA_DATABASE_URL and that the server is running."),
        ) from error
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
