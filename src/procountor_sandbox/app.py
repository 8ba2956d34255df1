"""The stand-in Procountor as a WSGI application."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from procountor_sandbox import login
from procountor_sandbox.api import Api
from procountor_sandbox.attachments import Attachments
from procountor_sandbox.books import show_books
from procountor_sandbox.busy_office import BusyOffice
from procountor_sandbox.by_hand import change_by_hand
from procountor_sandbox.companies import Companies
from procountor_sandbox.control import Control
from procountor_sandbox.drafts import STRICT, Strictness
from procountor_sandbox.faults import Faults
from procountor_sandbox.grants import Grants
from procountor_sandbox.html import SITE
from procountor_sandbox.ledger import Ledger
from procountor_sandbox.office import Office
from procountor_sandbox.people import People
from procountor_sandbox.requests_log import RequestLog
from procountor_sandbox.routes import api_path
from procountor_sandbox.sample import sample_world
from procountor_sandbox.world import World
from sandbox_parts.clock import Clock, finnish_time
from sandbox_parts.limits import RateLimit
from sandbox_parts.serving import respond
from sandbox_parts.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

DEFAULT_REDIRECT_URIS = ("http://127.0.0.1:8000/settings/integrations/procountor/authorised",)


class Sandbox:
    """A Procountor to test against. Every part that a test may inspect is an attribute.

    ``ledger`` holds what is booked, ``attachments`` the files of it, ``faults`` takes misbehaviour,
    ``busy`` is the office whose people change what is booked, ``requests`` lists the requests,
    ``world`` the companies, people, keys and clients as they are now.
    """

    def __init__(self, api: Api, *, store: Store) -> None:
        self.faults = api.faults
        self.busy = api.busy
        self.ledger = api.office.ledger
        self.attachments = api.office.attachments
        self.requests = api.log
        self._api = api
        self._store = store
        self._control = Control(api, store=store)

    @property
    def world(self) -> World:
        return replace(self._api.office.world, companies=self._api.office.companies.all())

    def revoke(self, *, company_id: int | None = None, username: str | None = None) -> int:
        """End every grant of a company, of a person, or of both, and return how many."""
        with self._api.lock:
            return self._api.office.grants.revoke(company_id=company_id, username=username)

    def reset(self) -> None:
        self._control.reset()

    def close(self) -> None:
        # Lets held requests go on, so that no thread waits in a stand-in that has ended.
        self.faults.clear()
        self._store.close()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        return respond(environ, start_response, answer=self._respond, clock=self._api.office.clock)

    def _respond(self, request: Request) -> Response:
        path = api_path(request.path)
        if path is not None:
            return self._api.respond(request, path)
        if (request.method, request.path) == ("POST", "/logout"):
            return self._api.sign_out(request)
        return (
            self._control.respond(request)
            or self._by_hand(request)
            or SITE.file(request.path)
            or self._page(request)
        )

    def _by_hand(self, request: Request) -> Response | None:
        with self._api.lock:
            return change_by_hand(request, self._api.office, self._api.busy.people)

    def _page(self, request: Request) -> Response:
        office = self._api.office
        with self._api.lock:
            match request.path:
                case login.LOGIN_PATH:
                    return login.login(request, office)
                case login.COMPANY_PATH if request.method == "POST":
                    return login.choose_company(request, office)
            return show_books(request, office)


def create_app(
    world: World | None = None,
    *,
    state_path: Path | None = None,
    redirect_uris: tuple[str, ...] = DEFAULT_REDIRECT_URIS,
    latency_ms: int = 0,
    requests_per_second: int | None = None,
    clock: Clock = finnish_time,
    strictness: Strictness = STRICT,
) -> Sandbox:
    """Return a stand-in for that world (None: the sample world).

    With ``state_path`` it remembers over restarts. Every API request takes ``latency_ms``. An API
    client that sends more than ``requests_per_second`` gets a 429 (``api``). ``strictness``
    decides some of the rules that are not documented.
    """
    # One lock for all parts, as an endpoint has to read, check and book in one step. Reentrant, as
    # the ledger takes it again.
    lock = RLock()
    store = Store(state_path)
    office = _open_office(
        sample_world() if world is None else world,
        store=store,
        lock=lock,
        clock=clock,
        strictness=strictness,
        redirect_uris=redirect_uris,
    )
    people = People(ledger=office.ledger, strictness=strictness)
    api = Api(
        office=office,
        faults=Faults(),
        log=RequestLog(),
        limit=RateLimit(requests_per_second, clock=clock),
        lock=lock,
        busy=BusyOffice(people=people, companies=office.companies),
        latency_seconds=latency_ms / 1000,
    )
    return Sandbox(api, store=store)


def _open_office(
    world: World,
    *,
    store: Store,
    lock: RLock,
    clock: Clock,
    strictness: Strictness,
    redirect_uris: tuple[str, ...],
) -> Office:
    return Office(
        world=world,
        companies=Companies(world.companies, store=store),
        ledger=Ledger(store=store, clock=clock, lock=lock, whole_seconds=strictness.whole_seconds),
        attachments=Attachments(store=store),
        grants=Grants(world, store=store, clock=clock),
        clock=clock,
        strictness=strictness,
        redirect_uris=redirect_uris,
    )
