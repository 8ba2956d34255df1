"""The command ``nmbrs-sandbox``: a stand-in Nmbrs on a port of this machine."""

import argparse
import sys
from collections.abc import Sequence

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.rest.partners import DEFAULT_REDIRECT_URIS, MOST_REDIRECT_URIS
from nmbrs_sandbox.soap.wsdl import YEAR_PARAMETERS
from sandbox_parts.serving import add_place, not_negative, positive, run

# Documented, with a delay of half a second for each call beyond.
PRODUCTION_RATE = 150
# Assumed: no number is published.
REST_RATE = 30
_COMMAND = "nmbrs-sandbox"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped and return 0, or return 1 if the stand-in could not start."""
    options = _parser().parse_args(arguments)
    return run(
        _app,
        options,
        command=_COMMAND,
        name="Nmbrs sandbox",
        has="SOAP: /soap/v3/, REST: /api/, identity: /identity/",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_COMMAND,
        description="A stand-in for Nmbrs that remembers, and misbehaves on request.",
        epilog=f"Example: {_COMMAND} --port 8200 --state nmbrs.sqlite3",
    )
    add_place(parser, port=8200)
    parser.add_argument("--latency-ms", type=not_negative, default=0, help="time every call takes")
    parser.add_argument(
        "--rate",
        type=positive,
        default=PRODUCTION_RATE,
        help="SOAP calls per second of one user; those beyond wait half a second (%(default)s)",
    )
    parser.add_argument(
        "--soap-without",
        action="append",
        default=[],
        metavar="DEBTOR",
        help="number of a debtor that the user of SOAP may not see; may be given again",
    )
    _add_rest(parser)
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
    parser.add_argument(
        "--leave-out-empty",
        action="store_true",
        help="answer for a run without a journal, and for an empty list, with no result at all",
    )
    return parser


def _add_rest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--redirect-uri",
        action="append",
        metavar="URI",
        help="address a consent for REST may lead back to; may be given up to "
        f"{MOST_REDIRECT_URIS} times ({DEFAULT_REDIRECT_URIS[0]})",
    )
    parser.add_argument(
        "--rest-rate",
        type=positive,
        default=REST_RATE,
        help="REST calls per second of one subscription key; those beyond are refused with 42908 "
        "(%(default)s)",
    )
    parser.add_argument(
        "--rest-quota",
        type=positive,
        help="REST calls per day of one subscription key; those beyond are refused with 42909 "
        "(any number)",
    )


def _app(options: argparse.Namespace) -> Sandbox:
    return create_app(
        state_path=options.state,
        latency_ms=options.latency_ms,
        calls_per_second=options.rate,
        year_parameter=options.year_parameter,
        declares_utf_16=options.utf_16_declaration,
        leaves_out_empty=options.leave_out_empty,
        redirect_uris=tuple(options.redirect_uri or DEFAULT_REDIRECT_URIS),
        rest_calls_per_second=options.rest_rate,
        rest_calls_per_day=options.rest_quota,
        soap_without=options.soap_without,
    )


if __name__ == "__main__":
    sys.exit(main())
