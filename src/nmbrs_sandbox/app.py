"""The stand-in Nmbrs as a WSGI application."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.control import Control
from nmbrs_sandbox.faults import Faults
from nmbrs_sandbox.pages import show, show_service
from nmbrs_sandbox.payroll import company_changes, cost_changes, run_changes
from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.orders import carry_out, repeat_orders
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL, sample_world
from nmbrs_sandbox.payroll.world import World
from nmbrs_sandbox.requests_log import CallLog
from nmbrs_sandbox.rest.api import Quota, RestApi
from nmbrs_sandbox.rest.consent import Consents
from nmbrs_sandbox.rest.grants import Grants, Tokens
from nmbrs_sandbox.rest.identity import Identity
from nmbrs_sandbox.rest.partners import (
    DEFAULT_REDIRECT_URIS,
    DEVELOPMENT,
    USUAL_SCOPES,
    registered,
)
from nmbrs_sandbox.rest.tasks import Tasks
from nmbrs_sandbox.rest_page import PATH as REST_PATH
from nmbrs_sandbox.rest_page import show_rest
from nmbrs_sandbox.soap.api import Api, Pace, is_call
from nmbrs_sandbox.soap.wsdl import YEAR_PARAMETERS, read_services
from nmbrs_sandbox.traps import Traps
from sandbox_parts.clock import Clock, finnish_time
from sandbox_parts.limits import RateLimit
from sandbox_parts.serving import respond
from sandbox_parts.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

P = ParamSpec("P")
R = TypeVar("R")

# Documented for calls beyond 150 in a second.
OVERLOAD_DELAY_SECONDS = 0.5


def _order(
    move: Callable[Concatenate[Bureau, P], R],
) -> "Callable[Concatenate[Sandbox, P], R]":
    """Return the method of ``Sandbox`` by which a test gives this order."""

    @wraps(move)
    def give(sandbox: "Sandbox", /, *args: P.args, **fields: P.kwargs) -> R:
        return carry_out(sandbox.bureau, move, *args, **fields)

    return give


class Sandbox:
    """An Nmbrs to test against: a payroll bureau that takes orders, and its SOAP and REST APIs.

    ``faults`` takes misbehaviour of single calls, ``traps`` what is odd until it is taken away,
    ``grants`` holds the consents, ``requests`` lists the calls, ``world`` holds debtors, companies
    and runs as they are now. Every order is a method.
    """

    def __init__(
        self, bureau: Bureau, soap: Api, rest: RestApi, identity: Identity, *, store: Store
    ) -> None:
        self.bureau = bureau
        self.faults = soap.faults
        self.traps = rest.traps
        self.grants = rest.grants
        self.requests = soap.log
        self._soap = soap
        self._rest = rest
        self._identity = identity
        self._store = store
        self._control = Control(
            bureau,
            faults=soap.faults,
            traps=rest.traps,
            grants=rest.grants,
            log=soap.log,
            reset=self.reset,
        )

    @property
    def world(self) -> World:
        return self.bureau.world

    delete_run = _order(run_changes.delete_run)
    put_back_run = _order(run_changes.put_back_run)
    recalculate_run = _order(run_changes.recalculate_run)
    add_run = _order(run_changes.add_run)
    make_journal = _order(run_changes.make_journal)
    set_active_year = _order(run_changes.set_active_year)
    add_debtor = _order(company_changes.add_debtor)
    rename_debtor = _order(company_changes.rename_debtor)
    hide_debtor = _order(company_changes.hide_debtor)
    show_debtor = _order(company_changes.show_debtor)
    add_company = _order(company_changes.add_company)
    rename_company = _order(company_changes.rename_company)
    move_company = _order(company_changes.move_company)
    hide_company = _order(company_changes.hide_company)
    show_company = _order(company_changes.show_company)
    deny_company = _order(company_changes.deny_company)
    allow_company = _order(company_changes.allow_company)
    add_cost_center = _order(cost_changes.add_cost_center)
    rename_cost_center = _order(cost_changes.rename_cost_center)
    remove_cost_center = _order(cost_changes.remove_cost_center)
    add_cost_unit = _order(cost_changes.add_cost_unit)
    rename_cost_unit = _order(cost_changes.rename_cost_unit)
    remove_cost_unit = _order(cost_changes.remove_cost_unit)
    add_login = _order(company_changes.add_login)
    remove_login = _order(company_changes.remove_login)
    forbid_call = _order(company_changes.forbid_call)
    allow_call = _order(company_changes.allow_call)
    change_token = _order(company_changes.change_token)

    def sign_in(
        self,
        *,
        email: str = LOGIN_OF_ALL,
        debtor_ids: Sequence[int] | None = None,
        scopes: Sequence[str] = USUAL_SCOPES,
    ) -> Tokens:
        """Consent without the pages, for all debtors or some, and return the tokens."""
        with self.bureau.lock:
            logins = [one.debtor_id for one in self.bureau.logins() if one.email == email]
            return self.grants.consent(
                client_id=DEVELOPMENT.client_id,
                email=email,
                debtor_ids=tuple(logins if debtor_ids is None else debtor_ids),
                scopes=tuple(scopes),
            )

    def withdraw_consent(self, email: str) -> int:
        """End every consent of a person, and return how many."""
        with self.bureau.lock:
            return self.grants.withdraw(email)

    def reset(self) -> None:
        """Forget everything since the very first start."""
        self.faults.clear()
        self.traps.clear()
        with self.bureau.lock:
            self.bureau.forget()
            self.grants.clear()
            self._rest.tasks.clear()
        self.requests.clear()

    def close(self) -> None:
        # Lets held calls go on, so that no thread waits in a stand-in that has ended.
        self.faults.clear()
        self._store.close()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        return respond(environ, start_response, answer=self._respond, clock=self.bureau.clock)

    def _respond(self, request: Request) -> Response:
        service = self._soap.services.get(request.path)
        if service is not None and is_call(request):
            return self._soap.respond(request, service)
        if service is not None:
            return show_service(service.name, service.signatures)
        if self._rest.takes(request.path):
            return self._rest.respond(request)
        if self._identity.takes(request.path):
            return self._identity.respond(request)
        ordered = self._control.respond(request)
        if ordered is None and request.path == REST_PATH:
            return show_rest(self.bureau, self.grants, self._rest.partners, self.traps)
        return ordered or show(request, self.bureau)


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
    leaves_out_empty: bool = False,
    redirect_uris: Sequence[str] = DEFAULT_REDIRECT_URIS,
    rest_calls_per_second: int | None = None,
    rest_calls_per_day: int | None = None,
    soap_without: Sequence[str] = (),
) -> Sandbox:
    """Return a stand-in for that world (None: the sample world).

    With ``state_path`` it remembers over restarts. Every call takes ``latency_ms``; each call of a
    user beyond ``calls_per_second`` waits ``delay_seconds`` more. ``year_parameter`` is the name of
    the year in the journal calls for a given year: ``intYear`` or ``Year``. ``declares_utf_16``
    makes journals claim to be in that encoding; ``leaves_out_empty`` answers for an empty list, and
    for a run without a journal, with no result at all. ``redirect_uris`` are the addresses that a
    consent may lead back to. ``rest_calls_per_second`` and ``rest_calls_per_day`` are the limits
    of one subscription key; calls beyond them are refused. ``soap_without`` are numbers of debtors
    that the user of SOAP may not see.
    """
    store = Store(state_path)
    first_world = _narrowed(sample_world() if world is None else world, soap_without)
    bureau = Bureau(first_world, store=store, clock=clock)
    repeat_orders(bureau)
    faults, log = Faults(), CallLog()
    soap = Api(
        bureau=bureau,
        services=read_services(year_parameter=year_parameter),
        faults=faults,
        log=log,
        limit=RateLimit(calls_per_second, clock=clock),
        pace=Pace(delay_seconds=delay_seconds, latency_seconds=latency_ms / 1000),
        declares_utf_16=declares_utf_16,
        leaves_out_empty=leaves_out_empty,
    )
    consents = Consents(
        bureau=bureau,
        grants=Grants(store=store, clock=clock),
        partners=registered(redirect_uris),
        traps=Traps(),
    )
    rest = RestApi(
        bureau=bureau,
        grants=consents.grants,
        partners=consents.partners,
        faults=faults,
        traps=consents.traps,
        log=log,
        limit=RateLimit(rest_calls_per_second, clock=clock),
        quota=Quota(rest_calls_per_day, clock=clock),
        tasks=Tasks(clock=clock),
        latency_seconds=latency_ms / 1000,
    )
    identity = Identity(
        consents=consents, faults=faults, log=log, latency_seconds=latency_ms / 1000
    )
    return Sandbox(bureau, soap, rest, identity, store=store)


def _narrowed(world: World, without: Sequence[str]) -> World:
    """Return a world whose user of SOAP may not see the debtors of these numbers."""
    hidden = frozenset(one.debtor_id for one in world.debtors if one.number in without)
    return replace(world, access=replace(world.access, without=world.access.without | hidden))
