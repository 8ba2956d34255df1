"""The command ``procountor-sandbox``: a stand-in Procountor on a port of this machine."""

import argparse
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from procountor_sandbox.app import DEFAULT_REDIRECT_URIS, Sandbox, create_app
from procountor_sandbox.drafts import Strictness
from procountor_sandbox.limits import PRODUCTION_RATE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return 0 then, and 1 when the address cannot be had."""
    options = _parser().parse_args(arguments)
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        _say_port_is_taken(options.host, options.port, error)
        return 1
    with listener:
        try:
            app = _app(options)
        except (OSError, sqlite3.Error) as error:
            sys.stderr.write(f"procountor-sandbox: cannot use {options.state}: {error}\n")
            return 1
        _serve(app, listener)
    return 0


class SandboxHandler(WSGIRequestHandler):
    """Writes no line for every request, and really closes a connection that is to break."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: what was asked is at ``/sandbox/requests.json``."""

    def send_response(self, code: int, message: str | None = None) -> None:
        """Send the status alone. The application dates its answers, by the clock it was given."""
        self.send_response_only(code, message)

    def connection_dropped(
        self, error: BaseException, environ: "WSGIEnvironment | None" = None
    ) -> None:
        """Close the connection, which would otherwise stay open for another request."""
        self.close_connection = True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="procountor-sandbox",
        description="A stand-in for Procountor that remembers, and misbehaves on request.",
        epilog="Example: procountor-sandbox --port 8100 --state sandbox.sqlite3",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port",
        type=_port,
        default=8100,
        help="port to listen on; 0 takes any free one (%(default)s)",
    )
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="remember over restarts in this file"
    )
    parser.add_argument(
        "--redirect-uri",
        action="append",
        metavar="URI",
        help="address the login page may send people back to; may be given several times "
        f"({DEFAULT_REDIRECT_URIS[0]})",
    )
    _add_behaviour(parser)
    return parser


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--latency-ms", type=_not_negative, default=0, help="time every API request takes"
    )
    parser.add_argument(
        "--rate",
        type=_positive,
        default=PRODUCTION_RATE,
        help="requests per second one API client may make (%(default)s)",
    )
    parser.add_argument(
        "--accept-unbalanced",
        action="store_true",
        help="book unfinished receipts that do not balance",
    )
    parser.add_argument(
        "--refuse-pending",
        action="store_true",
        help="book nothing in tracking periods that are PENDING",
    )


def _app(options: argparse.Namespace) -> Sandbox:
    return create_app(
        state_path=options.state,
        redirect_uris=tuple(options.redirect_uri or DEFAULT_REDIRECT_URIS),
        latency_ms=options.latency_ms,
        requests_per_second=options.rate,
        strictness=Strictness(
            accept_unbalanced=options.accept_unbalanced, refuse_pending=options.refuse_pending
        ),
    )


def _serve(app: Sandbox, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    server = make_server(
        host, port, app, threaded=True, request_handler=SandboxHandler, fd=listener.fileno()
    )
    _stop_on_signal(server)
    _say(f"Procountor sandbox on http://{_shown(host)}:{port} (API: /api, login: /login)")
    _say("Everything in it is invented. Stop it with Ctrl+C.")
    try:
        server.serve_forever()
    finally:
        app.close()
        server.server_close()


def _stop_on_signal(server: BaseWSGIServer) -> None:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        # The server's loop runs in this very thread, so somebody else has to end it.
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _say_port_is_taken(host: str, port: int, error: OSError) -> None:
    sys.stderr.write(
        f"procountor-sandbox: cannot listen on {host}:{port}: {error.strerror or error}.\n"
        "Another program may be using the port. Choose one with --port, or --port 0 for any.\n"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    return _whole(text, least=0, most=65535)


def _not_negative(text: str) -> int:
    return _whole(text, least=0, most=600_000)


def _positive(text: str) -> int:
    return _whole(text, least=1, most=1_000_000)


def _whole(text: str, *, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least} to {most}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
