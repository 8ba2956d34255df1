"""What every call of the API passes through: key, limits, faults, token, scope, endpoint, log."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.faults import REST, Fault, FaultKind, Faults
from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.requests_log import CallLog, LoggedCall
from nmbrs_sandbox.rest.call import Call
from nmbrs_sandbox.rest.grants import Grant, Grants, missing_scopes
from nmbrs_sandbox.rest.partners import Partner
from nmbrs_sandbox.rest.refusals import (
    ENVIRONMENT_DISABLED,
    INVALID_TOKEN,
    MISSING_TOKEN,
    NO_RIGHT,
    NOT_FOUND,
    QUOTA_EXCEEDED,
    TOO_MANY_CALLS,
    RestRefused,
    invalid_parameter,
    malformed,
    refusal,
    wrong_subscription_key,
)
from nmbrs_sandbox.rest.routes import Route, find_route
from nmbrs_sandbox.rest.tasks import Tasks
from nmbrs_sandbox.traps import Trap, Traps
from sandbox_parts.clock import Clock
from sandbox_parts.faults import SLOW_SECONDS
from sandbox_parts.limits import RateLimit
from sandbox_parts.outages import break_connection, gateway_error, wait

_PREFIX = "/api/"
_RETRY_AFTER_SECONDS = 1


class Quota:
    """The calls a key may make in a day, which is assumed. None is any number."""

    def __init__(self, calls_per_day: int | None, *, clock: Clock) -> None:
        self._limit = calls_per_day
        self._clock = clock
        self._lock = Lock()
        self._counted: Counter[tuple[str, date]] = Counter()

    def allows(self, key: str) -> bool:
        """Return whether one more call is within the quota, and count it if it is."""
        with self._lock:
            today = (key, self._clock().date())
            if self._limit is not None and self._counted[today] >= self._limit:
                return False
            self._counted[today] += 1
            return True


@dataclass(kw_only=True)
class _Visit:
    """One request on its way through, with the facts for the log."""

    request: Request
    arrived: datetime
    route: Route | None
    ids: Mapping[str, str]
    company_id: int | None = None
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class RestApi:
    """Answers everything under ``/api/``.

    Calls wait for each other only while they read payroll.
    """

    bureau: Bureau
    grants: Grants
    partners: tuple[Partner, ...]
    faults: Faults
    traps: Traps
    log: CallLog
    limit: RateLimit
    quota: Quota
    tasks: Tasks
    latency_seconds: float = 0.0
    _keys: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        keys = frozenset(one.subscription_key for one in self.partners)
        object.__setattr__(self, "_keys", keys)

    def takes(self, path: str) -> bool:
        return path.lower().startswith(_PREFIX)

    def respond(self, request: Request) -> Response:
        """Answer a call and note it in the log."""
        visit = self._visit(request)
        status = None
        try:
            response = self._through_faults(visit)
            status = response.status_code
            return response
        finally:
            # Also when the connection is broken on purpose: the log then has no status.
            self._note(visit, status)

    def _visit(self, request: Request) -> _Visit:
        route, ids = find_route(request.path) or (None, {})
        return _Visit(
            request=request,
            arrived=self.bureau.clock(),
            route=route,
            ids=ids,
            company_id=self._company_id(ids),
        )

    def _company_id(self, ids: Mapping[str, str]) -> int | None:
        """Return the company of a path, which is that of its task if it has one."""
        with self.bureau.lock:
            if "taskId" in ids:
                return self.tasks.company_id(ids["taskId"].lower())
            company = self.bureau.company_of_guid(ids.get("companyId", "").lower())
            return None if company is None else company.company_id

    def _note(self, visit: _Visit, status: int | None) -> None:
        self.log.add(
            LoggedCall(
                service=REST,
                operation="" if visit.route is None else visit.route.name,
                company_id=visit.company_id,
                time=visit.arrived,
                status=status,
                fault_code=visit.code,
            )
        )

    def _through_faults(self, visit: _Visit) -> Response:
        # Waiting, here and for a fault, is outside the lock: a slow or held call must not stop
        # others.
        wait(self.latency_seconds)
        operation = "" if visit.route is None else visit.route.name
        fault = self.faults.take(REST, operation, visit.company_id)
        if fault is None:
            return self._answer(visit)
        early = self._before(fault, visit)
        if early is not None:
            return early
        return _after(fault, visit, self._answer(visit))

    def _before(self, fault: Fault, visit: _Visit) -> Response | None:
        match fault.kind:
            case FaultKind.DOWN:
                return gateway_error(fault.status)
            case FaultKind.REFUSAL:
                seconds = None if fault.seconds is None else round(fault.seconds)
                return _refused(visit, refusal(int(fault.code), retry_after_seconds=seconds))
            case FaultKind.SLOW:
                wait(SLOW_SECONDS if fault.seconds is None else fault.seconds)
            case FaultKind.HOLD_BEFORE:
                self.faults.hold(fault.seconds)
        return None

    def _answer(self, visit: _Visit) -> Response:
        try:
            self._pass_gateway(visit.request)
            # Checked and carried out in one step: an order in between might take the right away.
            with self.bureau.lock:
                return self._carry_out(visit)
        except RestRefused as refused:
            return _refused(visit, refused)

    def _pass_gateway(self, request: Request) -> None:
        key = request.headers.get("X-Subscription-Key", "")
        if key not in self._keys:
            raise wrong_subscription_key()
        seconds = _RETRY_AFTER_SECONDS if self.traps.is_on(Trap.RETRY_AFTER) else None
        if not self.limit.allows(key):
            raise refusal(TOO_MANY_CALLS, retry_after_seconds=seconds)
        if not self.quota.allows(key):
            raise refusal(QUOTA_EXCEEDED, retry_after_seconds=seconds)

    def _carry_out(self, visit: _Visit) -> Response:
        request = visit.request
        grant = self._holder(request)
        if self.traps.is_on(Trap.ENVIRONMENT_DISABLED):
            raise refusal(ENVIRONMENT_DISABLED)
        route = _permitted(visit, grant)
        if self.bureau.forbidden_calls & {f"{REST}/{route.name}"}:
            raise refusal(NO_RIGHT)
        call = Call(
            bureau=self.bureau,
            grant=grant,
            tasks=self.tasks,
            traps=self.traps,
            path=request.path,
            site=request.host_url.rstrip("/"),
            ids=visit.ids,
            query=_read_query(request.args, route.parameters),
        )
        return route.endpoint(call)

    def _holder(self, request: Request) -> Grant:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise refusal(MISSING_TOKEN)
        grant = self.grants.holder(token.strip())
        if grant is None:
            raise refusal(INVALID_TOKEN)
        return grant


def _permitted(visit: _Visit, grant: Grant) -> Route:
    """Return the route of a request whose method and scope are right, or raise a refusal."""
    if visit.route is None:
        raise refusal(NOT_FOUND)
    if visit.request.method != "GET":
        refused = malformed("METHOD", "only GET is offered here", status=405)
        refused.response.headers["Allow"] = "GET"
        raise refused
    if visit.request.get_data():
        raise malformed("BODY", "a GET has no body")
    # Nothing public has the code for a missing scope; this is the one for refused access.
    if missing_scopes(visit.route.scopes, grant.scopes):
        raise refusal(NO_RIGHT)
    return visit.route


def _read_query(sent: "MultiDict[str, str]", known: tuple[str, ...]) -> Mapping[str, str]:
    for name, values in sent.lists():
        if name not in known:
            raise malformed("UNKNOWN_PARAMETER", f"{name[:40]!r} is none of {', '.join(known)}")
        if len(values) > 1:
            raise invalid_parameter(name, "It is there more than once.")
    return sent.to_dict()


def _after(fault: Fault, visit: _Visit, response: Response) -> Response:
    match fault.kind:
        case FaultKind.BROKEN_BODY:
            body = response.get_data()
            return Response(body[: len(body) // 2], content_type=response.content_type)
        case FaultKind.CONNECTION_LOST:
            break_connection(visit.request)
    return response


def _refused(visit: _Visit, refused: RestRefused) -> Response:
    visit.code = refused.code
    return refused.response
