"""Runs the service: pages, worker, or both, in one process that ends cleanly."""

import secrets
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from waitress.server import create_server

from tilisilta.data_directory import write_for_owner
from tilisilta.engine import Engine
from tilisilta.management.answering import has_no_tables, missing_migrations, must_be_up_to_date
from tilisilta.management.output import Answer, Refused
from tilisilta.management.ports import free_port_after, is_free
from tilisilta.management.start_lock import starting_alone
from tilisilta.management.starting import hangs_up_with_terminal
from tilisilta.models import User
from tilisilta.models.append_only import missing_triggers, put_in_place
from tilisilta.models.encryption import KeysDoNotFit
from tilisilta.services.audit_chain import seal_entries
from tilisilta.services.explanations import explain_error
from tilisilta.services.keys import do_keys_fit
from tilisilta.services.users import (
    FIRST_PASSWORD_FILE,
    FIRST_USER,
    create_first_administrator,
)

WEB_THREADS = 12


def serve(options: Namespace) -> Answer:
    """Run pages and worker in this process until it is stopped."""
    must_be_free(options.host, options.port, command="serve")
    with starting_alone():
        prepare()
        say_first_password()
        warn_of_lost_key()
    serve_until_stopped(options.host, options.port)
    return Answer()


def web(options: Namespace) -> Answer:
    """Run the pages only."""
    must_be_free(options.host, options.port, command="web")
    with starting_alone():
        # Unlike ``serve`` it changes no tables that older workers may use. Where there are none at
        # all, the first of those that start together makes them.
        if has_no_tables():
            bring_up_to_date()
        must_be_up_to_date()
        say_first_password()
        warn_of_lost_key()
        collect_static_files()
    run_web(options.host, options.port)
    return Answer()


def worker(options: Namespace) -> Answer:
    """Run a worker only."""
    must_be_up_to_date()
    stop_requested = threading.Event()
    end_on_signals(stop_requested.set)
    engine = Engine()
    engine.start()
    say(_("Worker %(name)s is at work. Ctrl+C ends it.") % {"name": engine.executor_id})
    # With a timeout, so that a signal is never left waiting for long.
    while not stop_requested.wait(timeout=1):
        pass
    engine.stop()
    return Answer()


def migrate(options: Namespace) -> Answer:
    """Bring the database up to date."""
    with starting_alone():
        missing = missing_migrations()
        bring_up_to_date()
    text = _("The database is up to date.")
    return Answer(document={"applied": missing}, text="\n".join([*missing, text]))


def prepare() -> None:
    """Bring database and static files up to date, as each start of the whole service does."""
    # Refuses in plain words if the database cannot be reached. Migrate would show a traceback.
    missing_migrations()
    bring_up_to_date()
    collect_static_files()


def bring_up_to_date() -> None:
    """Apply what migrations are missing, and seal the entries that an earlier version wrote."""
    call_command("migrate", interactive=False, verbosity=0)
    if missing_triggers(connection):
        put_in_place(connection)
    seal_entries(timezone.now(), looks_at_all=True)


def serve_until_stopped(
    host: str, port: int, *, once_listening: Callable[[], None] | None = None
) -> None:
    """Run worker and pages until stopped by a signal. The next start takes up what is left."""
    engine = Engine()
    engine.start()
    try:
        run_web(host, port, once_listening=once_listening)
    finally:
        engine.stop()


def run_web(host: str, port: int, *, once_listening: Callable[[], None] | None = None) -> None:
    """Answer requests until it is told to end; requests under way are finished first."""
    server = create_server(  # type: ignore[no-untyped-call]  # waitress ships no types
        get_wsgi_application(),
        host=host,
        port=port,
        threads=WEB_THREADS,
        ident="Tilisilta",
        # Behind a proxy with https the settings need its X-Forwarded-Proto, which waitress drops.
        clear_untrusted_proxy_headers=False,
        max_request_body_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024,
    )
    end_on_signals(_stop_serving)
    if once_listening is None:
        say(_("Tilisilta is at %(url)s. Ctrl+C ends it.") % {"url": settings.BASE_URL})
    else:
        threading.Thread(target=once_listening, name="tilisilta-welcome", daemon=True).start()
    server.run()
    connection.close()


def collect_static_files() -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def say_first_password() -> None:
    """Create the first administrator if there is no user, and say the password once.

    Without a terminal what we print is kept in the log of a service, so that the password goes to
    a file instead, which is removed when the password is changed.
    """
    if User.objects.exists():
        return
    password = secrets.token_urlsafe(15)
    if not sys.stdout.isatty():
        write_for_owner(settings.DATA_DIR / FIRST_PASSWORD_FILE, password)
    create_first_administrator(FIRST_USER, password, must_change_password=True)
    if sys.stdout.isatty():
        say(
            _("The first user is %(name)s with the password %(password)s")
            % {"name": FIRST_USER, "password": password}
        )
        say(_("It is shown only now, and has to be changed at the first log-in."))
    else:
        say(
            _("The first user is %(name)s; the password stands in the file %(path)s")
            % {"name": FIRST_USER, "path": settings.DATA_DIR / FIRST_PASSWORD_FILE}
        )
        say(_("It has to be changed at the first log-in, which removes the file."))


def warn_of_lost_key() -> None:
    """Print that the encryption keys do not fit; the service starts all the same."""
    if not do_keys_fit():
        told = explain_error(KeysDoNotFit("No key of ours opens a secret."))
        say("\n".join((f"{told.code} {told.message}", told.cause, told.remedy)))


def must_be_free(host: str, port: int, *, command: str) -> None:
    """Refuse to start on a port that is taken, and offer another."""
    if is_free(host, port):
        return
    raise Refused(
        _("Port %(port)s is in use") % {"port": port},
        cause=_("Another program, perhaps another Tilisilta, listens on it."),
        remedy=_("Port %(free)s is free: tilisilta %(command)s --port %(free)s")
        % {"free": free_port_after(host, port), "command": command},
    )


def end_on_signals(end: Callable[[], None]) -> None:
    """Call ``end`` when a terminal or a service manager asks this process to end."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        end()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    if hangs_up_with_terminal():
        signal.signal(signal.SIGHUP, on_signal)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _stop_serving() -> None:
    # Waitress ends its loop on this exception and finishes the requests under way.
    raise SystemExit(0)
