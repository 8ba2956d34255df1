"""Running a stand-in as a command and as WSGI: its port, its address on the screen, its end."""

import argparse
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox_parts.clock import Clock
from sandbox_parts.orders import OrderRefused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_STANDARD_INPUT = 0


class App(Protocol):
    """A stand-in that answers requests and may hold a state file open."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""

    def close(self) -> None:
        """Close the state file."""


class SandboxHandler(WSGIRequestHandler):
    """Writes no line for each request, and closes a connection that is meant to break."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing: the requests are listed at ``/sandbox/requests.json``."""

    def send_response(self, code: int, message: str | None = None) -> None:
        # The base class adds a Date of the real clock. The application sets its own, by the clock
        # it was given, and an answer must not have two.
        self.send_response_only(code, message)

    def connection_dropped(
        self, error: BaseException, environ: "WSGIEnvironment | None" = None
    ) -> None:
        # Otherwise it stays open for another request, and the caller waits for the lost answer.
        self.close_connection = True


def run(
    create: Callable[[argparse.Namespace], App],
    options: argparse.Namespace,
    *,
    command: str,
    name: str,
    has: str,
) -> int:
    """Serve until stopped and return 0, or return 1 if address or state file cannot be used."""
    # The port comes before the state file: where it is taken, the stand-in that has it may be using
    # the same file.
    listener = listen(options.host, options.port, command=command)
    if listener is None:
        return 1
    with listener:
        try:
            app = create(options)
        except (OSError, sqlite3.Error, OrderRefused) as error:
            sys.stderr.write(f"{command}: cannot use {options.state}: {error}\n")
            return 1
        try:
            serve(app, listener, name=name, has=has, ends_with_input=options.end_with_input)
        finally:
            app.close()
    return 0


def respond(
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    *,
    answer: Callable[[Request], Response],
    clock: Clock,
) -> Iterable[bytes]:
    """Answer one request, dated by the clock of the stand-in."""
    with Request(environ) as request:
        # Whole before anything is done with it, as behind a gateway: what its sender did not finish
        # never arrived, and what waits here may be left by its sender and is carried out still.
        try:
            request.get_data()
        except ClientDisconnected as error:
            return error.get_response(environ)(environ, start_response)
        response = answer(request)
        response.date = response.date or clock()
        return response(environ, start_response)


def listen(host: str, port: int, *, command: str) -> socket.socket | None:
    """Return a listening socket; if there is none, write the reason to stderr and return None."""
    # Opened here and not by werkzeug, which ends the process itself when the port is taken.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Without it, a restart fails until the connections of the stand-in before have expired.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        _say_port_is_taken(command, host, port, error)
        return None
    return listener


def serve(
    app: "WSGIApplication",
    listener: socket.socket,
    *,
    name: str,
    has: str,
    ends_with_input: bool = False,
) -> None:
    """Print the address and serve until SIGTERM or Ctrl+C. ``has`` lists what is served there.

    With ``ends_with_input`` it also ends where standard input does.
    """
    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=SandboxHandler, fd=listener.fileno()
    )
    _stop_on_signal(server)
    if ends_with_input:
        threading.Thread(target=_stop_after_input, args=(server,), daemon=True).start()
    _say(f"{name} on http://{_shown(host)}:{port} ({has})")
    _say("Everything in it is invented. Stop it with Ctrl+C.")
    try:
        server.serve_forever()
    finally:
        server.server_close()


def add_place(parser: argparse.ArgumentParser, *, port: int) -> None:
    """Add the options for the address to listen on and for the state file."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port",
        type=_port,
        default=port,
        help="port to listen on; 0 takes any free one (%(default)s)",
    )
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="remember over restarts in this file"
    )
    parser.add_argument(
        "--end-with-input",
        action="store_true",
        help="end when standard input does, as it does with the program that started this one",
    )


def not_negative(text: str) -> int:
    return _whole(text, least=0, most=600_000)


def positive(text: str) -> int:
    return _whole(text, least=1, most=1_000_000)


def _stop_on_signal(server: BaseWSGIServer) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the server's loop, which runs in this very thread: called here, it
        # would wait for ever.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _stop_after_input(server: BaseWSGIServer) -> None:
    # The system closes the other end of a pipe when the program that holds it ends, however it
    # ends. No signal tells of that everywhere.
    while os.read(_STANDARD_INPUT, 4096):
        pass
    server.shutdown()


def _say_port_is_taken(command: str, host: str, port: int, error: OSError) -> None:
    sys.stderr.write(
        f"{command}: cannot listen on {host}:{port}: {error.strerror or error}.\n"
        "Another program may be using the port. Choose one with --port, or --port 0 for any.\n"
    )


def _say(line: str) -> None:
    # Flushed, as a program that reads the address through a pipe would wait for a full buffer.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    return _whole(text, least=0, most=65535)


def _whole(text: str, *, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
    return int(text)
