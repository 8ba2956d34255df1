"""The command ``procountor-sandbox``: a stand-in Procountor on a port of this machine."""

import argparse
import sys
from collections.abc import Sequence

from procountor_sandbox.app import DEFAULT_REDIRECT_URIS, Sandbox, create_app
from procountor_sandbox.drafts import Strictness
from sandbox_parts.serving import add_place, not_negative, positive, run

# What Procountor allows one API client in production.
PRODUCTION_RATE = 60
_COMMAND = "procountor-sandbox"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return 0 then, and 1 when it could not start."""
    options = _parser().parse_args(arguments)
    return run(
        _app, options, command=_COMMAND, name="Procountor sandbox", has="API: /api, login: /login"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_COMMAND,
        description="A stand-in for Procountor that remembers, and misbehaves on request.",
        epilog=f"Example: {_COMMAND} --port 8100 --state sandbox.sqlite3",
    )
    add_place(parser, port=8100)
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
        "--latency-ms", type=not_negative, default=0, help="time every API request takes"
    )
    parser.add_argument(
        "--rate",
        type=positive,
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


if __name__ == "__main__":
    sys.exit(main())
