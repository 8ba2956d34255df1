"""The commands that run Tilisilta, look after it, or show it."""

import argparse

from tilisilta.management.grammar.parsers import (
    NOTHING,
    SETTINGS,
    Subparsers,
    add_command,
    add_group,
)
from tilisilta.management.wording import gettext as _


def add_service_commands(commands: Subparsers) -> None:
    """Add the commands for the service itself."""
    _add_running(commands)
    add_command(
        commands,
        "migrate",
        action="running:migrate",
        says=_("bring the database up to date; serve does so by itself"),
        example="tilisilta migrate",
        needs=SETTINGS,
    )
    add_command(
        commands,
        "doctor",
        action="doctor:examine",
        says=_("check settings, database, workers, accounts, Nmbrs and clock"),
        example="tilisilta doctor",
        needs=SETTINGS,
    )
    keys = add_group(commands, "keys", says=_("encryption keys: what opens stored secrets"))
    add_command(
        keys,
        "rotate",
        action="keys:rotate",
        says=_("encrypt all stored secrets with the newest key, second steps of log-ins too"),
        example="tilisilta keys rotate",
    )
    _add_completion(commands)
    _add_demo(commands)
    _add_sandbox(
        commands,
        "procountor-sandbox",
        module="procountor_sandbox",
        says=_("run the stand-in Procountor; it has options of its own, see its --help"),
        example="tilisilta procountor-sandbox --port 8100 --state procountor.sqlite3",
    )
    _add_sandbox(
        commands,
        "nmbrs-sandbox",
        module="nmbrs_sandbox",
        says=_("run the stand-in Nmbrs; it has options of its own, see its --help"),
        example="tilisilta nmbrs-sandbox --port 8200 --state nmbrs.sqlite3",
    )


def port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(_("%(text)s is not a port") % {"text": repr(text)})
    return int(text)


def _add_sandbox(commands: Subparsers, name: str, *, module: str, says: str, example: str) -> None:
    add_command(
        commands,
        name,
        action="sandbox:become",
        says=says,
        example=example,
        needs=NOTHING,
        has_json=False,
        passes_on=True,
    ).set_defaults(module=module)


def _add_running(commands: Subparsers) -> None:
    serve = add_command(
        commands,
        "serve",
        action="running:serve",
        says=_("run everything in one process: pages and worker"),
        example="tilisilta serve\ntilisilta serve --host 0.0.0.0 --port 8080",
        needs=SETTINGS,
        has_json=False,
    )
    _add_address(serve)
    web = add_command(
        commands,
        "web",
        action="running:web",
        says=_("run the pages only"),
        example="tilisilta web --host 0.0.0.0 --port 8080",
        needs=SETTINGS,
        has_json=False,
    )
    _add_address(web)
    add_command(
        commands,
        "worker",
        action="running:worker",
        says=_("run a worker only; there may be any number"),
        example="tilisilta worker",
        needs=SETTINGS,
        has_json=False,
    )


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help=_("address to listen on (default 127.0.0.1)")
    )
    parser.add_argument(
        "--port",
        type=port,
        default=8000,
        metavar=_("PORT"),
        help=_("port to listen on (default 8000)"),
    )


def _add_completion(commands: Subparsers) -> None:
    completion = add_command(
        commands,
        "completion",
        action="completion:show_script",
        says=_("print the script with which a shell completes the commands and their options"),
        example=(
            'eval "$(tilisilta completion bash)"\n'
            'eval "$(tilisilta completion zsh)"\n'
            "tilisilta completion fish | source"
        ),
        needs=NOTHING,
        has_json=False,
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))


def _add_demo(commands: Subparsers) -> None:
    demo = add_command(
        commands,
        "demo",
        action="demo:run",
        says=_("run Tilisilta with stand-ins of both services and an invented payroll bureau"),
        example="tilisilta demo\ntilisilta demo --port 9000 --fresh",
        needs=NOTHING,
        has_json=False,
    )
    demo.add_argument("--port", type=port, default=8000, metavar=_("PORT"))
    demo.add_argument("--sandbox-port", type=port, default=8100, metavar=_("PORT"))
    demo.add_argument("--nmbrs-port", type=port, default=8200, metavar=_("PORT"))
    demo.add_argument(
        "--data-dir",
        default="demo-data",
        metavar=_("DIRECTORY"),
        help=_("where the demo keeps everything (default demo-data)"),
    )
    demo.add_argument(
        "--fresh", action="store_true", help=_("forget the earlier demo and start anew")
    )
