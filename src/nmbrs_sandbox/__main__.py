"""The command ``nmbrs-sandbox``: a stand-in Nmbrs on a port of this machine."""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.soap.wsdl import YEAR_PARAMETERS
from sandbox_parts.orders import OrderRefused
from sandbox_parts.serving import add_address, listen, not_negative, positive, serve

# What the service allows one user in a second before it takes its time.
PRODUCTION_RATE = 150
_COMMAND = "nmbrs-sandbox"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return 0 then, and 1 when the address cannot be had."""
    options = _parser().parse_args(arguments)
    listener = listen(options.host, options.port, command=_COMMAND)
    if listener is None:
        return 1
    with listener:
        try:
            app = _app(options)
        except (OSError, sqlite3.Error, OrderRefused) as error:
            sys.stderr.write(f"{_COMMAND}: cannot use {options.state}: {error}\n")
            return 1
        try:
            serve(app, listener, name="Nmbrs sandbox", has="SOAP: /soap/v3/")
        finally:
            app.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_COMMAND,
        description="A stand-in for Nmbrs that remembers, and misbehaves on request.",
        epilog=f"Example: {_COMMAND} --port 8200 --state nmbrs.sqlite3",
    )
    add_address(parser, port=8200)
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="remember over restarts in this file"
    )
    parser.add_argument("--latency-ms", type=not_negative, default=0, help="time every call takes")
    parser.add_argument(
        "--rate",
        type=positive,
        default=PRODUCTION_RATE,
        help="calls per second of one user; those beyond wait half a second (%(default)s)",
    )
    parser.add_argument(
        "--year-parameter",
        choices=YEAR_PARAMETERS,
        default=YEAR_PARAMETERS[0],
        help="what the calls for a given year's journal call the year (%(default)s)",
    )
    parser.add_argument(
        "--utf-16-declaration",
        action="store_true",
        help="make journals claim to be in UTF-16, though they are sent in UTF-8",
    )
    return parser


def _app(options: argparse.Namespace) -> Sandbox:
    return create_app(
        state_path=options.state,
        latency_ms=options.latency_ms,
        calls_per_second=options.rate,
        year_parameter=options.year_parameter,
        declares_utf_16=options.utf_16_declaration,
    )


if __name__ == "__main__":
    sys.exit(main())
