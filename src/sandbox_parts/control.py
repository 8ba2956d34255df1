"""Orders to a stand-in itself under ``/sandbox``: from where they are taken, and those all take.

No token is needed, as nothing here is real; but no other site's page may give orders.
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
    """Answer a request with what its order came to, or return None if it is no order."""
    order = orders.get((request.method, request.path))
    if order is None:
        return None
    refuse_other_sites(request)
    return answer(order(request))


def refuse_other_sites(request: Request) -> None:
    """Refuse what a browser sends for a page of another site."""
    origin = request.headers.get("Origin")
    if request.method != "GET" and origin not in {None, request.host_url.rstrip("/")}:
        raise OrderRefused("orders are taken from the sandbox's own pages only", status=403)


def read_body(request: Request) -> Mapping[str, Any]:
    """Return the JSON object an order brings along; one without a body has no fields."""
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
    """Return the orders every stand-in takes: misbehave, tell what was asked, forget."""

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
