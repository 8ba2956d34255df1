"""The stand-in Nmbrs as a WSGI application."""

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.control import Control
from nmbrs_sandbox.faults import Faults
from nmbrs_sandbox.pages import show, show_service
from nmbrs_sandbox.payroll import company_moves, cost_moves, run_moves
from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.orders import carry_out, repeat_orders
from nmbrs_sandbox.payroll.sample import sample_world
from nmbrs_sandbox.payroll.world import World
from nmbrs_sandbox.requests_log import CallLog
from nmbrs_sandbox.soap.api import Api, Pace, is_call
from nmbrs_sandbox.soap.wsdl import YEAR_PARAMETERS, read_services
from sandbox_parts.clock import Clock, finnish_time
from sandbox_parts.limits import RateLimit
from sandbox_parts.serving import respond
from sandbox_parts.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

P = ParamSpec("P")
R = TypeVar("R")

OVERLOAD_DELAY_SECONDS = 0.5


def _order(
    move: Callable[Concatenate[Bureau, P], R],
) -> "Callable[Concatenate[Sandbox, P], R]":
    """Return the method by which a program gives an order."""

    @wraps(move)
    def give(sandbox: "Sandbox", /, *args: P.args, **fields: P.kwargs) -> R:
        return carry_out(sandbox.bureau, move, *args, **fields)

    return give


class Sandbox:
    """An Nmbrs of one's own: a payroll bureau to give orders to, and the SOAP services before it.

    ``faults`` takes misbehaviour, ``requests`` lists what was asked, ``world`` is who and what
    there is, as it is now. Every order is a method.
    """

    def __init__(self, bureau: Bureau, soap: Api, *, store: Store) -> None:
        self.bureau = bureau
        self.faults = soap.faults
        self.requests = soap.log
        self._soap = soap
        self._store = store
        self._control = Control(bureau, faults=soap.faults, log=soap.log, reset=self.reset)

    @property
    def world(self) -> World:
        """Return everything as it is now."""
        return self.bureau.world

    delete_run = _order(run_moves.delete_run)
    put_back_run = _order(run_moves.put_back_run)
    recalculate_run = _order(run_moves.recalculate_run)
    add_run = _order(run_moves.add_run)
    make_journal = _order(run_moves.make_journal)
    set_active_year = _order(run_moves.set_active_year)
    add_debtor = _order(company_moves.add_debtor)
    rename_debtor = _order(company_moves.rename_debtor)
    hide_debtor = _order(company_moves.hide_debtor)
    show_debtor = _order(company_moves.show_debtor)
    add_company = _order(company_moves.add_company)
    rename_company = _order(company_moves.rename_company)
    move_company = _order(company_moves.move_company)
    hide_company = _order(company_moves.hide_company)
    show_company = _order(company_moves.show_company)
    deny_company = _order(company_moves.deny_company)
    allow_company = _order(company_moves.allow_company)
    add_cost_center = _order(cost_moves.add_cost_center)
    rename_cost_center = _order(cost_moves.rename_cost_center)
    remove_cost_center = _order(cost_moves.remove_cost_center)
    add_cost_unit = _order(cost_moves.add_cost_unit)
    rename_cost_unit = _order(cost_moves.rename_cost_unit)
    remove_cost_unit = _order(cost_moves.remove_cost_unit)
    forbid_call = _order(company_moves.forbid_call)
    allow_call = _order(company_moves.allow_call)
    change_token = _order(company_moves.change_token)

    def reset(self) -> None:
        """Forget everything that happened since the very first start."""
        self.faults.clear()
        self.bureau.forget()
        self.requests.clear()

    def close(self) -> None:
        """Let go of the state file."""
        self.faults.clear()
        self._store.close()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request, as WSGI wants it."""
        return respond(environ, start_response, answer=self._respond, clock=self.bureau.clock)

    def _respond(self, request: Request) -> Response:
        service = self._soap.services.get(request.path)
        if service is not None and is_call(request):
            return self._soap.respond(request, service)
        if service is not None:
            return show_service(service.name, service.signatures)
        return self._control.respond(request) or show(request, self.bureau)


def create_app(  # noqa: PLR0913  # settings, each with a default
    world: World | None = None,
    *,
    state_path: Path | None = None,
    latency_ms: int = 0,
    calls_per_second: int | None = None,
    delay_seconds: float = OVERLOAD_DELAY_SECONDS,
    clock: Clock = finnish_time,
    year_parameter: str = YEAR_PARAMETERS[0],
    declares_utf_16: bool = False,
) -> Sandbox:
    """Return a stand-in for that world (the sample world if none is given).

    With ``state_path`` it remembers over restarts. ``latency_ms`` is how long every call takes.
    A user may make ``calls_per_second``; each call beyond waits ``delay_seconds``.
    ``year_parameter`` is what the calls for a given year's journal call the year: ``intYear`` or
    ``Year``. ``declares_utf_16`` makes journals claim to be in that encoding.
    """
    store = Store(state_path)
    bureau = Bureau(sample_world() if world is None else world, store=store, clock=clock)
    repeat_orders(bureau)
    soap = Api(
        bureau=bureau,
        services=read_services(year_parameter=year_parameter),
        faults=Faults(),
        log=CallLog(),
        limit=RateLimit(calls_per_second, clock=clock),
        pace=Pace(delay_seconds=delay_seconds, latency_seconds=latency_ms / 1000),
        declares_utf_16=declares_utf_16,
    )
    return Sandbox(bureau, soap, store=store)
