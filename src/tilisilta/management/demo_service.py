"""The part of the demo that needs the settings: fill it once, run it, and print the log-ins."""

import shlex
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from django.urls import reverse
from django.utils.translation import gettext as _

from tilisilta.errors import TilisiltaError
from tilisilta.management.output import write_refusal
from tilisilta.management.ports import DEMO_HOST, ENVIRONMENT_FILE, demo_url
from tilisilta.management.running import prepare, say, serve_until_stopped
from tilisilta.management.start_lock import starting_alone
from tilisilta.models import User
from tilisilta.sample.bureau import NMBRS_TOKEN, NMBRS_USER
from tilisilta.sample.loading import FILE_TO_IMPORT, set_up_sample_bureau, write_sample_file
from tilisilta.services.users import create_first_administrator

USER = "demo"
PASSWORD = "silta-yli-lammen"  # noqa: S105  # no secret: the demo prints it
SAMPLE_FILES = "sample-files"
SET_UP_MARK = "sample-bureau-set-up"
ANSWER_SECONDS = 180


def run(options: Namespace, directory: Path) -> int:
    """Serve the demo until it is stopped."""
    try:
        with starting_alone():
            prepare()
        set_up_once(directory)
    except TilisiltaError as error:
        return int(write_refusal(error, as_json=False))
    welcome = _welcome(options, directory)
    serve_until_stopped(
        DEMO_HOST, options.port, once_listening=lambda: _say_once_answering(options.port, welcome)
    )
    return 0


def set_up_once(directory: Path) -> None:
    """Set up the invented bureau unless an earlier demo did. Changes made since stay."""
    mark = directory / SET_UP_MARK
    if mark.exists():
        return
    say(_("Setting up the invented payroll bureau …"))
    user = User.objects.filter(username=USER).first()
    user = user or create_first_administrator(USER, PASSWORD)
    set_up_sample_bureau(user=user)
    write_sample_file(directory / SAMPLE_FILES)
    # Last: a set-up that was interrupted is done again.
    mark.touch()


def boxed(lines: Sequence[str]) -> str:
    """Return ``lines`` in a frame that stands out from the log around it."""
    width = max(len(line) for line in lines)
    rule = "─" * (width + 4)
    body = [f"│  {line.ljust(width)}  │" for line in lines]
    return "\n".join(["", f"┌{rule}┐", *body, f"└{rule}┘", ""])


def _welcome(options: Namespace, directory: Path) -> str:
    lines = (
        "",
        _("Tilisilta is ready at %(url)s") % {"url": demo_url(options.port)},
        _("Log in as %(name)s with the password %(password)s")
        % {"name": USER, "password": PASSWORD},
        "",
        _("Stand-in Procountor, to see what was booked: %(url)s")
        % {"url": demo_url(options.sandbox_port)},
        _("Its log-in: %(name)s with the password %(password)s")
        % {"name": "aino", "password": "sandbox"},
        _("Its API keys: %(first)s to %(last)s")
        % {"first": "SANDBOX-KEY-1001", "last": "SANDBOX-KEY-1010"},
        "",
        _("Stand-in Nmbrs, to change something in payroll: %(url)s")
        % {"url": demo_url(options.nmbrs_port)},
        _("Its user: %(name)s with the token %(token)s")
        % {"name": NMBRS_USER, "token": NMBRS_TOKEN},
        "",
        _("A file to import: %(directory)s")
        % {"directory": _near(directory / SAMPLE_FILES / FILE_TO_IMPORT)},
        _("The command line, in another terminal: %(line)s")
        % {"line": f". {_as_typed(directory / ENVIRONMENT_FILE)} && tilisilta status"},
        _("Everything is invented, and nothing leaves this machine. Ctrl+C ends it."),
        "",
    )
    return boxed(lines)


def _near(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _as_typed(path: Path) -> str:
    """Return the path as a shell takes it; without a slash it would search its programs for it."""
    near = str(_near(path))
    return shlex.quote(near if "/" in near else f"./{near}")


def _say_once_answering(port: int, text: str) -> None:
    for _attempt in _attempts():
        with _asking(port) as connection:
            try:
                connection.request("GET", reverse("account_login"))
                if connection.getresponse().status < 500:
                    say(text)
                    return
            except (OSError, HTTPException):
                continue
    say(_("The pages do not answer. See the messages above."))


def _attempts() -> Iterator[None]:
    give_up_at = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < give_up_at:
        yield
        time.sleep(0.1)


@contextmanager
def _asking(port: int) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(DEMO_HOST, port, timeout=ANSWER_SECONDS)
    try:
        yield connection
    finally:
        connection.close()
