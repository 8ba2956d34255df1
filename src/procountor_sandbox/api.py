"""What every API request passes through: rate limit, faults, token, endpoint, log."""

from dataclasses import dataclass
from threading import RLock

from werkzeug.wrappers import Request, Response

from procountor_sandbox.busy_office import BusyOffice
from procountor_sandbox.endpoints.tokens import give_token
from procountor_sandbox.faults import (
    TOKEN_PATH,
    Fault,
    FaultKind,
    Faults,
)
from procountor_sandbox.grants import Grant
from procountor_sandbox.office import Call, Office
from procountor_sandbox.refusals import UNAUTHORIZED, Refused, Violation, error_answer
from procountor_sandbox.requests_log import LoggedRequest, RequestLog
from procountor_sandbox.routes import find_endpoint
from procountor_sandbox.world import Company, Person
from sandbox_parts.faults import SLOW_SECONDS
from sandbox_parts.limits import RateLimit
from sandbox_parts.outages import break_connection, gateway_error, wait
from sandbox_parts.wire import decode

_BEARER = "bearer"


@dataclass(frozen=True, kw_only=True)
class Api:
    """Answers everything under ``/api``.

    Requests wait for each other only while they read or change the books.
    """

    office: Office
    faults: Faults
    log: RequestLog
    limit: RateLimit
    lock: RLock
    busy: BusyOffice
    latency_seconds: float = 0.0

    def respond(self, request: Request, path: str) -> Response:
        """Answer a request for a path under ``/api`` and note it in the log."""
        arrived = self.office.clock()
        grant = self._grant(request)
        status = None
        try:
            response = self._through_faults(request, path, grant)
            status = response.status_code
            response.date = arrived
            return response
        finally:
            # Also when the connection is broken on purpose: the log then has no status.
            self.log.add(
                LoggedRequest(
                    method=request.method,
                    path=path,
                    user_agent=request.headers.get("User-Agent", ""),
                    time=arrived,
                    company_id=grant.company_id if grant else None,
                    status=status,
                )
            )

    def sign_out(self, request: Request) -> Response:
        """End the access token a request carries."""
        with self.lock:
            if self._grant(request) is None:
                return _unauthorized()
            self.office.grants.sign_out(_token(request))
        return Response(status=200)

    def _through_faults(self, request: Request, path: str, grant: Grant | None) -> Response:
        client_id = grant.client_id if grant else request.form.get("client_id", "")
        # Documented per API client, whatever the company. A token request has no grant yet, so its
        # form names the client.
        if not self.limit.allows(client_id):
            return _busy(1)
        # Waiting, here and for a fault, is outside the lock: a slow or held request must not stop
        # the others.
        wait(self.latency_seconds)
        fault = self.faults.take(request.method, path, grant.company_id if grant else None)
        if fault is None:
            return self._answer(request, path)
        early = self._before(fault)
        if early is not None:
            return early
        return self._after(fault, request, self._answer(request, path, fault))

    def _before(self, fault: Fault) -> Response | None:
        match fault.kind:
            case FaultKind.BUSY:
                return _busy(fault.retry_after_seconds)
            case FaultKind.ERROR_BEFORE:
                return gateway_error(fault.status or 503)
            case FaultKind.UNAUTHORIZED:
                return _unauthorized()
            case FaultKind.REJECT:
                violation = Violation(field=fault.field, message=fault.code)
                return error_answer(Refused(fault.status or 400, violation))
            case FaultKind.SLOW:
                wait(SLOW_SECONDS if fault.seconds is None else fault.seconds)
            case FaultKind.HOLD_BEFORE:
                self.faults.hold(fault.seconds)
        return None

    def _after(self, fault: Fault, request: Request, response: Response) -> Response:
        match fault.kind:
            case FaultKind.ERROR_AFTER:
                return gateway_error(fault.status or 500)
            case FaultKind.ANSWER_LOST:
                break_connection(request)
            case FaultKind.HOLD_AFTER:
                self.faults.hold(fault.seconds)
        return response

    def _answer(self, request: Request, path: str, fault: Fault | None = None) -> Response:
        if request.method == "GET" and request.content_length:
            # Not documented, but seen: the gateway of the test server refuses a body here.
            return gateway_error(403)
        with self.lock:
            try:
                response = self._dispatch(request, path)
            except Refused as refused:
                return error_answer(refused)
            if fault is not None and fault.kind is FaultKind.LIST_LAG:
                self._hide_booked(request, response, searches=fault.searches)
            grant = self._grant(request)
            # Before the answer leaves: what was booked may be renamed although its answer is lost.
            self.busy.after_request(request.method, path, grant.company_id if grant else None)
            return response

    def _dispatch(self, request: Request, path: str) -> Response:
        # A client in use asks at this address with a slash at its end.
        if path.rstrip("/") == TOKEN_PATH:
            if request.method != "POST":
                raise Refused(405, Violation(message="SANDBOX_METHOD_NOT_ALLOWED"))
            return give_token(request, self.office)
        person, company = self._caller(request)
        endpoint, arguments = find_endpoint(request.method, path)
        return endpoint(
            Call(
                request=request,
                office=self.office,
                person=person,
                company=company,
                arguments=arguments,
            )
        )

    def _caller(self, request: Request) -> tuple[Person, Company]:
        grant = self._grant(request)
        person = self.office.world.person(grant.username) if grant else None
        company = self.office.companies.find(grant.company_id) if grant else None
        # Documented for API keys: they end when the person loses access to the company. That access
        # tokens end at once too is assumed.
        if person is None or company is None or company.company_id not in person.company_ids:
            raise Refused(401, Violation(message=UNAUTHORIZED))
        return person, company

    def _grant(self, request: Request) -> Grant | None:
        with self.lock:
            return self.office.grants.holder(_token(request))

    def _hide_booked(self, request: Request, response: Response, *, searches: int) -> None:
        grant = self._grant(request)
        if grant is not None and response.status_code == 200:
            receipt_id = decode(response.get_data())["id"]
            self.office.ledger.hide(grant.company_id, receipt_id, searches=searches)


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == _BEARER else ""


def _unauthorized() -> Response:
    return error_answer(Refused(401, Violation(message=UNAUTHORIZED)))


def _busy(retry_after_seconds: int) -> Response:
    # Assumed: the documentation gives a limit, but not the answer to a request beyond it.
    response = error_answer(Refused(429, Violation(message="SANDBOX_TOO_MANY_REQUESTS")))
    response.headers["Retry-After"] = str(retry_after_seconds)
    return response
