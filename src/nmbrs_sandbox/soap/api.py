"""What every SOAP call passes through: pace, faults, credentials, operation, log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.faults import WSDL, Fault, FaultKind, Faults
from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.requests_log import CallLog, LoggedCall
from nmbrs_sandbox.soap.answers import answer, fault_answer, with_nils, xml_response
from nmbrs_sandbox.soap.envelope import Call, outline, parse, read_call
from nmbrs_sandbox.soap.operations import OPERATIONS
from nmbrs_sandbox.soap.question import Question
from nmbrs_sandbox.soap.refusals import (
    INVALID_AUTHENTICATION,
    SWITCHED_OFF,
    SoapFault,
    coded_fault,
    malformed,
    refusal,
)
from nmbrs_sandbox.soap.wsdl import Service
from sandbox_parts.faults import SLOW_SECONDS
from sandbox_parts.limits import RateLimit
from sandbox_parts.orders import OrderRefused
from sandbox_parts.outages import break_connection, gateway_error, wait


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The time each call takes, and the delay of those beyond the limit."""

    delay_seconds: float
    latency_seconds: float


@dataclass(kw_only=True)
class _Visit:
    """One request on its way through, with the facts for the log."""

    request: Request
    service: Service
    arrived: datetime
    asks_for_wsdl: bool
    envelope: ET.Element | None = None
    mistake: SoapFault | None = None
    operation: str = ""
    company_id: int | None = None
    username: str = ""
    fault_code: str | None = None
    is_delayed: bool = False


@dataclass(frozen=True, kw_only=True)
class Api:
    """Answers everything under ``/soap/v3/``.

    Calls wait for each other only while they read or change payroll.
    """

    bureau: Bureau
    services: Mapping[str, Service]
    faults: Faults
    log: CallLog
    limit: RateLimit
    pace: Pace
    declares_utf_16: bool = False
    leaves_out_empty: bool = False

    def respond(self, request: Request, service: Service) -> Response:
        """Answer a call, or a request for the WSDL, and note it in the log."""
        visit = _Visit(
            request=request,
            service=service,
            arrived=self.bureau.clock(),
            asks_for_wsdl=_asks_for_wsdl(request),
        )
        _make_out(visit)
        status = None
        try:
            response = self._through_faults(visit)
            status = response.status_code
            return response
        finally:
            # Also when the connection is broken on purpose: the log then has no status.
            self._note(visit, status)

    def _note(self, visit: _Visit, status: int | None) -> None:
        self.log.add(
            LoggedCall(
                service=visit.service.name,
                operation=visit.operation,
                company_id=visit.company_id,
                time=visit.arrived,
                status=status,
                fault_code=visit.fault_code,
                is_delayed=visit.is_delayed,
            )
        )

    def _through_faults(self, visit: _Visit) -> Response:
        # Waiting, here and for a fault, is outside the lock: a slow or held call must not stop
        # others.
        self._keep_pace(visit)
        wait(self.pace.latency_seconds)
        fault = self.faults.take(visit.service.name, visit.operation, visit.company_id)
        if fault is None:
            return self._answer(visit)
        early = self._before(fault, visit)
        if early is not None:
            return early
        return _after(fault, visit, self._answer(visit, fault.kind))

    def _keep_pace(self, visit: _Visit) -> None:
        # Documented: calls beyond the limit are not refused but delayed.
        if not visit.asks_for_wsdl and not self.limit.allows(visit.username):
            visit.is_delayed = True
            wait(self.pace.delay_seconds)

    def _before(self, fault: Fault, visit: _Visit) -> Response | None:
        match fault.kind:
            case FaultKind.DOWN:
                return gateway_error(fault.status)
            case FaultKind.FAULT:
                return _refused(visit, coded_fault(fault.code, fault.text))
            case FaultKind.SLOW:
                wait(SLOW_SECONDS if fault.seconds is None else fault.seconds)
            case FaultKind.HOLD_BEFORE:
                self.faults.hold(fault.seconds)
        return None

    def _answer(self, visit: _Visit, kind: FaultKind | None = None) -> Response:
        if visit.asks_for_wsdl:
            return xml_response(visit.service.wsdl(site=visit.request.host_url.rstrip("/")))
        try:
            return self._carry_out(visit, kind)
        except SoapFault as fault:
            return _refused(visit, fault)
        except OrderRefused as refused:
            return _refused(visit, malformed("REFUSED", str(refused)))

    def _carry_out(self, visit: _Visit, kind: FaultKind | None) -> Response:
        if visit.envelope is None:
            raise visit.mistake or ValueError("a request is either read or refused")
        service = visit.service
        call = read_call(visit.request, visit.envelope, service)
        name = call.signature.name
        # Checked and carried out in one step: an order in between might take the right away.
        with self.bureau.lock:
            self._let_in(call, service)
            question = Question(
                bureau=self.bureau,
                values=call.values,
                declares_utf_16=self.declares_utf_16,
                leaves_out_empty=self.leaves_out_empty,
            )
            value = OPERATIONS[service.name][name](question)
        return answer(
            name,
            _bent(value, kind),
            namespace=service.namespace,
            leaves_out_empty=self.leaves_out_empty,
        )

    def _let_in(self, call: Call, service: Service) -> None:
        access, sent = self.bureau.access, call.credentials
        is_known = (sent.username, sent.token) == (access.username, access.token)
        # Only Environment_Get takes no domain: programs call it to learn theirs.
        if not is_known or sent.domain not in {None, access.domain}:
            raise refusal(INVALID_AUTHENTICATION)
        name = call.signature.name
        if self.bureau.forbidden_calls & {name, f"{service.name}/{name}"}:
            raise refusal(SWITCHED_OFF)


def is_call(request: Request) -> bool:
    """Return whether a request is a call or asks for the WSDL, and not for a page."""
    return request.method != "GET" or _asks_for_wsdl(request)


def _asks_for_wsdl(request: Request) -> bool:
    return request.method == "GET" and request.query_string.lower() == b"wsdl"


def _make_out(visit: _Visit) -> None:
    """Note what a call is about, as far as it can be read. A mistake is refused later."""
    if visit.asks_for_wsdl:
        visit.operation = WSDL
        return
    try:
        visit.envelope = parse(visit.request)
    except SoapFault as mistake:
        # Not raised here: faults and delays come first, as they would before a real service that
        # has not yet read the call.
        visit.mistake = mistake
    else:
        visit.operation, visit.company_id, visit.username = outline(visit.envelope)


def _bent(value: Any, kind: FaultKind | None) -> Any:
    """Return the value of an answer in the form that a fault asks for."""
    match kind:
        case FaultKind.NULL_RESULT:
            return None
        case FaultKind.NIL_ELEMENTS:
            return with_nils(value)
    return value


def _after(fault: Fault, visit: _Visit, response: Response) -> Response:
    match fault.kind:
        case FaultKind.BROKEN_XML:
            body = response.get_data()
            return Response(body[: len(body) // 2], content_type=response.content_type)
        case FaultKind.CONNECTION_LOST:
            break_connection(visit.request)
    return response


def _refused(visit: _Visit, fault: SoapFault) -> Response:
    visit.fault_code = fault.code
    return fault_answer(fault)
