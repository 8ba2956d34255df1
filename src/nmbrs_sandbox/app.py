"""The stand-in Nmbrs as a WSGI application."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.control import control
from nmbrs_sandbox.faults import Faults
from nmbrs_sandbox.page_buttons import press
from nmbrs_sandbox.pages import show, show_service
from nmbrs_sandbox.payroll.access_moves import Bureau
from nmbrs_sandbox.payroll.sample import sample_world
from nmbrs_sandbox.payroll.world import World
from nmbrs_sandbox.requests_log import CallLog
from nmbrs_sandbox.soap.api import Api, Pace, is_call
from nmbrs_sandbox.soap.schema import YEAR_PARAMETERS, Service
from nmbrs_sandbox.soap.services import services
from sandbox_parts.clock import Clock
from sandbox_parts.limits import RateLimit
from sandbox_parts.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

OVERLOAD_DELAY_SECONDS = 0.5


def finnish_time() -> datetime:
    """Return the time in Finland, where the invented bureau is."""
    return datetime.now(tz=ZoneInfo("Europe/Helsinki"))


class Sandbox(Bureau):
    """An Nmbrs of one's own: a payroll bureau to give orders to, and the SOAP services before it.

    ``faults`` takes misbehaviour, ``requests`` lists what was asked, ``world`` is who and what
    there is, as it is now. Every order is a method, such as ``delete_run``.
    """

    def __init__(
        self,
        first_world: World,
        *,
        state_path: Path | None,
        clock: Clock,
        services_by_path: Mapping[str, Service],
        pace: Pace,
    ) -> None:
        store = Store(state_path)
        super().__init__(first_world, store=store, clock=clock)
        self.faults = Faults()
        self.requests = CallLog()
        self._store_to_close = store
        self._api = Api(
            bureau=self,
            services=services_by_path,
            faults=self.faults,
            log=self.requests,
            limit=RateLimit(pace.calls_per_second, clock=clock),
            pace=pace,
        )
        self.repeat_orders()

    def reset(self) -> None:
        """Forget everything that happened since the very first start."""
        self.faults.clear()
        self.forget_orders()
        self.requests.clear()

    def close(self) -> None:
        """Let go of the state file."""
        self.faults.clear()
        self._store_to_close.close()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request, as WSGI wants it."""
        with Request(environ) as request:
            response = self._respond(request)
            response.date = response.date or self.clock()
            return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        service = self._api.services.get(request.path)
        if service is not None:
            is_for_program = is_call(request)
            return self._api.respond(request, service) if is_for_program else show_service(service)
        return control(request, self) or press(request, self) or show(request, self)


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
    return Sandbox(
        sample_world() if world is None else world,
        state_path=state_path,
        clock=clock,
        services_by_path=services(year_parameter=year_parameter, declares_utf_16=declares_utf_16),
        pace=Pace(
            calls_per_second=calls_per_second,
            delay_seconds=delay_seconds,
            latency_seconds=latency_ms / 1000,
        ),
    )
