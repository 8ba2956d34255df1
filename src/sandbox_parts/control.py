"""Orders to a stand-in itself under ``/sandbox``: which are accepted, and those all stand-ins take.

They need no token, as nothing here is real. Orders from pages of other sites are refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

from werkzeug.wrappers import Request, Response

from sandbox_parts.faults import CountedFault, FaultLine
from sandbox_parts.orders import OrderRefused
from sandbox_parts.requests_log import Logged, RequestLog
from sandbox_parts.wire import answer, decode

Order = Callable[[Request], Any]
Orders = Mapping[tuple[str, str], Order]
F = TypeVar("F", bound=CountedFault)
R = TypeVar("R", bound=Logged)


def carry_out(request: Request, orders: Orders) -> Response | None:
    """Return the answer to an order, or None if the request is not an order."""
    order = orders.get((request.method, request.path))
    if order is None:
        return None
    refuse_other_sites(request)
    return answer(order(request))


def refuse_other_sites(request: Request) -> None:
    """Refuse an order that a browser sends for a page of another site."""
    # A stand-in runs on the machine of a developer, whose browser may have any page open. Programs
    # such as curl send no Origin, and a GET changes nothing.
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin not in {None, request.host_url.rstrip("/")}:
        raise OrderRefused("orders are taken from the sandbox's own pages only", status=403)


def read_body(request: Request) -> Mapping[str, Any]:
    """Return the JSON object in an order; an empty body is an object without fields."""
    text = request.get_data()
    try:
        body = decode(text) if text else {}
    except ValueError as error:
        raise OrderRefused("the body is no JSON") from error
    if not isinstance(body, dict):
        raise OrderRefused("the body is no JSON object")
    return body


def shared_orders(
    faults: FaultLine[F],
    log: RequestLog[R],
    *,
    read_fault: Callable[[Mapping[str, Any]], F],
    written_fault: Callable[[F], Any],
    reset: Callable[[], None],
) -> Orders:
    """Return the orders every stand-in takes: add faults, list requests, reset."""

    def add_fault(request: Request) -> Any:
        fault = read_fault(read_body(request))
        faults.add(fault)
        return written_fault(fault)

    def drop_faults(_request: Request) -> Any:
        faults.clear()
        return {"faults": []}

    def start_anew(_request: Request) -> Any:
        reset()
        return {"message": "Everything is as it was at the start."}

    return {
        ("GET", "/sandbox/faults"): lambda _: {"faults": [*map(written_fault, faults.pending)]},
        ("POST", "/sandbox/faults"): add_fault,
        ("DELETE", "/sandbox/faults"): drop_faults,
        ("GET", "/sandbox/held"): lambda _: {"held": faults.held},
        ("POST", "/sandbox/release"): lambda _: {"released": faults.release()},
        ("GET", "/sandbox/requests.json"): lambda _: {"requests": [*map(_logged, log.all())]},
        ("POST", "/sandbox/reset"): start_anew,
    }


def _logged(request: Logged) -> dict[str, Any]:
    return {**asdict(request), "time": request.time.isoformat()}
