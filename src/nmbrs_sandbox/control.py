"""Orders to the stand-in itself, as JSON under ``/sandbox``: change payroll, misbehave, forget."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.faults import Fault
from nmbrs_sandbox.payroll.fields import OrderRefused, order_names, read_fields
from nmbrs_sandbox.written import written, written_journals
from sandbox_parts.wire import answer, decode

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox

PREFIX = "/sandbox/"


def control(request: Request, sandbox: "Sandbox") -> Response | None:
    """Carry out an order and answer it, or return None if it is none.

    No token is needed, as nothing here is real; but no other site's page may give orders.
    """
    order = _order(request, sandbox)
    if order is None:
        return None
    try:
        refuse_other_sites(request)
        return answer(order(request, sandbox))
    except OrderRefused as refused:
        return answer({"error": str(refused)}, refused.status)


def refuse_other_sites(request: Request) -> None:
    """Refuse what a browser sends for a page of another site."""
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin not in {None, request.host_url.rstrip("/")}:
        raise OrderRefused("orders are taken from the sandbox's own pages only", status=403)


def _order(request: Request, sandbox: "Sandbox") -> "_Order | None":
    name = request.path.removeprefix(PREFIX)
    if request.method == "POST" and name in order_names(type(sandbox)):
        return _change
    return _ORDERS.get((request.method, request.path))


def _change(request: Request, sandbox: "Sandbox") -> Any:
    return written(sandbox.give_order(request.path.removeprefix(PREFIX), _body(request)))


def _list_faults(_request: Request, sandbox: "Sandbox") -> Any:
    return {"faults": [_written_fault(one) for one in sandbox.faults.pending]}


def _add_fault(request: Request, sandbox: "Sandbox") -> Any:
    fault = read_fault(_body(request))
    sandbox.faults.add(fault)
    return _written_fault(fault)


def _drop_faults(_request: Request, sandbox: "Sandbox") -> Any:
    sandbox.faults.clear()
    return {"faults": []}


def _count_held(_request: Request, sandbox: "Sandbox") -> Any:
    return {"held": sandbox.faults.held}


def _release(_request: Request, sandbox: "Sandbox") -> Any:
    return {"released": sandbox.faults.release()}


def _list_world(_request: Request, sandbox: "Sandbox") -> Any:
    world = sandbox.world
    return {
        "debtors": [written(one) for one in world.debtors],
        "companies": [written(one) for one in world.companies],
        "forbidden_calls": sorted(world.forbidden_calls),
    }


def _list_journals(request: Request, sandbox: "Sandbox") -> Any:
    wanted = request.args.get("company_id")
    if wanted is None:
        return written_journals(sandbox.companies())
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 10):
        raise OrderRefused("company_id is not a whole number")
    return written_journals([sandbox.known_company(int(wanted))])


def _list_requests(_request: Request, sandbox: "Sandbox") -> Any:
    requests = sandbox.requests.all()
    return {"requests": [{**asdict(one), "time": one.time.isoformat()} for one in requests]}


def _reset(_request: Request, sandbox: "Sandbox") -> Any:
    sandbox.reset()
    return {"message": "Everything is as it was at the start."}


_Order = Callable[[Request, "Sandbox"], Any]
_ORDERS: Mapping[tuple[str, str], _Order] = {
    ("GET", "/sandbox/faults"): _list_faults,
    ("POST", "/sandbox/faults"): _add_fault,
    ("DELETE", "/sandbox/faults"): _drop_faults,
    ("GET", "/sandbox/held"): _count_held,
    ("POST", "/sandbox/release"): _release,
    ("GET", "/sandbox/world.json"): _list_world,
    ("GET", "/sandbox/journals.json"): _list_journals,
    ("GET", "/sandbox/requests.json"): _list_requests,
    ("POST", "/sandbox/reset"): _reset,
}


def read_fault(body: Mapping[str, Any]) -> Fault:
    """Return the fault a JSON object describes, with the names ``Fault`` has for its parts."""
    code = body.get("code")
    is_number = isinstance(code, int) and not isinstance(code, bool)
    fields = read_fields(Fault, {**body, "code": str(code)} if is_number else body)
    # Null means always here, and not "as if it were not there" as elsewhere.
    is_endless = "times" in body and body["times"] is None
    try:
        return Fault(**{**fields, "times": None} if is_endless else fields)
    except ValueError as error:
        raise OrderRefused(str(error)) from error


def _written_fault(fault: Fault) -> dict[str, Any]:
    seconds = None if fault.seconds is None else str(fault.seconds)
    return {**asdict(fault), "seconds": seconds}


def _body(request: Request) -> Mapping[str, Any]:
    text = request.get_data()
    try:
        body = decode(text) if text else {}
    except ValueError as error:
        raise OrderRefused("the body is no JSON") from error
    if not isinstance(body, dict):
        raise OrderRefused("the body is no JSON object")
    return body
