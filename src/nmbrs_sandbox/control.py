"""Orders to the stand-in itself under ``/sandbox``: change payroll, misbehave, forget.

Programs send JSON, people press buttons. No token is needed, as nothing here is real; but no other
site's page may give orders.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.faults import Fault, Faults
from nmbrs_sandbox.pages import show_refusal
from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.orders import MOVES, give_order
from nmbrs_sandbox.requests_log import CallLog
from nmbrs_sandbox.written import written, written_journals
from sandbox_parts.control import (
    Orders,
    carry_out,
    read_body,
    refuse_other_sites,
    shared_orders,
)
from sandbox_parts.orders import OrderRefused, read_fields
from sandbox_parts.wire import answer

PREFIX = "/sandbox/"
_BUTTON = re.compile(r"/sandbox/companies/([0-9]{1,9})/runs(?:/([0-9]{1,10})/([a-z_]+))?")
# What the buttons of a run are called in its addresses. The one without a name adds a run.
_BUTTONS: Mapping[str | None, str] = {
    None: "add_run",
    "recalculate": "recalculate_run",
    "make_journal": "make_journal",
    "delete": "delete_run",
    "put_back": "put_back_run",
}


class Control:
    """Does what is asked for under ``/sandbox``."""

    def __init__(
        self, bureau: Bureau, *, faults: Faults, log: CallLog, reset: Callable[[], None]
    ) -> None:
        self._bureau = bureau
        self._orders: Orders = {
            **shared_orders(
                faults, log, read_fault=read_fault, written_fault=_written_fault, reset=reset
            ),
            **{("POST", PREFIX + name): self._change for name in MOVES},
            ("GET", "/sandbox/world.json"): self._list_world,
            ("GET", "/sandbox/journals.json"): self._list_journals,
        }

    def respond(self, request: Request) -> Response | None:
        """Carry out an order, or what a button says; return None for any other request."""
        try:
            return carry_out(request, self._orders) or self._press(request)
        except OrderRefused as refused:
            return answer({"error": str(refused)}, refused.status)

    def _press(self, request: Request) -> Response | None:
        found = _BUTTON.fullmatch(request.path)
        if found is None or found[3] not in _BUTTONS or request.method != "POST":
            return None
        fields = {"company_id": int(found[1])} | ({"run_id": int(found[2])} if found[2] else {})
        try:
            refuse_other_sites(request)
            run = give_order(self._bureau, _BUTTONS[found[3]], fields)
        except OrderRefused as refused:
            return show_refusal(str(refused), refused.status)
        # 303, so that going back or reloading does not press the button again.
        address = f"/sandbox/companies/{found[1]}?run={run.run_id}#run-{run.run_id}"
        return redirect(address, code=303)

    def _change(self, request: Request) -> Any:
        name = request.path.removeprefix(PREFIX)
        return written(give_order(self._bureau, name, read_body(request)))

    def _list_world(self, _request: Request) -> Any:
        world = self._bureau.world
        return {
            "debtors": [written(one) for one in world.debtors],
            "companies": [written(one) for one in world.companies],
            "forbidden_calls": sorted(world.forbidden_calls),
        }

    def _list_journals(self, request: Request) -> Any:
        wanted = request.args.get("company_id")
        if wanted is None:
            return written_journals(self._bureau.companies())
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 10):
            raise OrderRefused("company_id is not a whole number")
        return written_journals([self._bureau.known_company(int(wanted))])


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
