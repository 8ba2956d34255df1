"""Orders to the stand-in itself under ``/sandbox``: change payroll, misbehave, reset.

Programs send JSON, people press buttons. Orders need no token, as nothing here is real. Those from
pages of other sites are refused.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from functools import singledispatch
from typing import Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.faults import Fault, Faults
from nmbrs_sandbox.pages import show_refusal
from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.orders import CHANGES, give_order
from nmbrs_sandbox.payroll.world import (
    Access,
    ClientLogin,
    Company,
    CostItem,
    Debtor,
    JournalLine,
    Run,
)
from nmbrs_sandbox.requests_log import CallLog
from nmbrs_sandbox.rest.grants import Grants
from nmbrs_sandbox.rest_page import PATH as REST_PATH
from nmbrs_sandbox.traps import EXPLAINED, Trap, Traps
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
_TRAP_BUTTON = re.compile(r"/sandbox/rest/traps/([a-z_0-9]+)/(on|off)")
# Orders by the last part of a button's address. The button without such a part adds a run.
_BUTTONS: Mapping[str | None, str] = {
    None: "add_run",
    "recalculate": "recalculate_run",
    "make_journal": "make_journal",
    "delete": "delete_run",
    "put_back": "put_back_run",
}


class Control:
    """Carries out the orders under ``/sandbox``."""

    def __init__(
        self,
        bureau: Bureau,
        *,
        faults: Faults,
        traps: Traps,
        grants: Grants,
        log: CallLog,
        reset: Callable[[], None],
    ) -> None:
        self._bureau = bureau
        self._traps = traps
        self._grants = grants
        self._orders: Orders = {
            **shared_orders(
                faults, log, read_fault=read_fault, written_fault=_written_fault, reset=reset
            ),
            **{("POST", PREFIX + name): self._change for name in CHANGES},
            ("GET", "/sandbox/traps"): self._list_traps,
            ("POST", "/sandbox/traps"): self._set_trap,
            ("DELETE", "/sandbox/traps"): self._drop_traps,
            ("GET", "/sandbox/grants.json"): self._list_grants,
            ("POST", "/sandbox/withdraw_consent"): self._withdraw_consent,
            ("GET", "/sandbox/world.json"): self._list_world,
            ("GET", "/sandbox/journals.json"): self._list_journals,
        }

    def respond(self, request: Request) -> Response | None:
        """Return the answer to an order or a pressed button, or None for any other request."""
        try:
            return (
                carry_out(request, self._orders)
                or self._press(request)
                or self._press_rest(request)
            )
        except OrderRefused as refused:
            return answer({"error": str(refused)}, refused.status)

    def _press(self, request: Request) -> Response | None:
        match = _BUTTON.fullmatch(request.path)
        if match is None or match[3] not in _BUTTONS or request.method != "POST":
            return None
        fields = {"company_id": int(match[1])} | ({"run_id": int(match[2])} if match[2] else {})
        try:
            refuse_other_sites(request)
            run = give_order(self._bureau, _BUTTONS[match[3]], fields)
        except OrderRefused as refused:
            return show_refusal(str(refused), refused.status)
        # 303, so that going back or reloading does not press the button again.
        address = f"/sandbox/companies/{match[1]}?run={run.run_id}#run-{run.run_id}"
        return redirect(address, code=303)

    def _press_rest(self, request: Request) -> Response | None:
        if request.method != "POST":
            return None
        match = _TRAP_BUTTON.fullmatch(request.path)
        if match is not None and match[1] in list(Trap):
            refuse_other_sites(request)
            _set_trap(self._traps, trap=Trap(match[1]), is_on=match[2] == "on")
            return redirect(f"{REST_PATH}#{match[1]}", code=303)
        if request.path == f"{REST_PATH}/withdraw":
            refuse_other_sites(request)
            with self._bureau.lock:
                self._grants.withdraw(request.form.get("email", ""))
            return redirect(REST_PATH, code=303)
        return None

    def _change(self, request: Request) -> Any:
        name = request.path.removeprefix(PREFIX)
        return _written(give_order(self._bureau, name, read_body(request)))

    def _list_traps(self, _request: Request) -> Any:
        return {
            "on": [asdict(one) for one in self._traps.all],
            "known": EXPLAINED,
        }

    def _set_trap(self, request: Request) -> Any:
        body = read_body(request)
        fields = read_fields(_set_trap, body)
        _set_trap(self._traps, **fields)
        return self._list_traps(request)

    def _drop_traps(self, request: Request) -> Any:
        self._traps.clear()
        return self._list_traps(request)

    def _list_grants(self, _request: Request) -> Any:
        with self._bureau.lock:
            return {"grants": [asdict(one) for one in self._grants.all()]}

    def _withdraw_consent(self, request: Request) -> Any:
        fields = read_fields(_withdraw_consent, read_body(request))
        with self._bureau.lock:
            return {"withdrawn": _withdraw_consent(self._grants, **fields)}

    def _list_world(self, _request: Request) -> Any:
        world = self._bureau.world
        return {
            "debtors": [_written(one) for one in world.debtors],
            "companies": [_written(one) for one in world.companies],
            "logins": [_written(one) for one in world.logins],
            "forbidden_calls": sorted(world.forbidden_calls),
        }

    def _list_journals(self, request: Request) -> Any:
        wanted = request.args.get("company_id")
        if wanted is None:
            return _written_journals(self._bureau.companies())
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 10):
            raise OrderRefused("company_id is not a whole number")
        return _written_journals([self._bureau.known_company(int(wanted))])


def read_fault(body: Mapping[str, Any]) -> Fault:
    """Return the fault that a JSON object describes; its fields are those of ``Fault``."""
    code = body.get("code")
    # Codes are texts, as a fault may have none; most orders write them as numbers.
    is_number = isinstance(code, int) and not isinstance(code, bool)
    fields = read_fields(Fault, {**body, "code": str(code)} if is_number else body)
    # Null means always for this field. For every other it means the same as a missing one.
    is_endless = "times" in body and body["times"] is None
    try:
        return Fault(**{**fields, "times": None} if is_endless else fields)
    except ValueError as error:
        raise OrderRefused(str(error)) from error


def _set_trap(
    traps: Traps, *, trap: Trap, company_id: int | None = None, is_on: bool = True
) -> None:
    """Switch a trap on, for one company or for all, or off."""
    if is_on:
        traps.on(trap, company_id=company_id)
    else:
        traps.off(trap)


def _withdraw_consent(grants: Grants, *, email: str) -> int:
    return grants.withdraw(email)


def _written_fault(fault: Fault) -> dict[str, Any]:
    seconds = None if fault.seconds is None else str(fault.seconds)
    return {**asdict(fault), "seconds": seconds}


@singledispatch
def _written(value: object) -> Any:
    """Return the result of an order as JSON has it, without tokens."""
    raise TypeError(f"{type(value).__name__} is nothing an order comes to")


@_written.register
def _debtor(debtor: Debtor) -> Any:
    return {
        "debtor_id": debtor.debtor_id,
        "guid": guid(Entity.DEBTOR, debtor.debtor_id),
        "number": debtor.number,
        "name": debtor.name,
        "is_hidden": debtor.is_hidden,
    }


@_written.register
def _company(company: Company) -> Any:
    return {
        "company_id": company.company_id,
        "guid": guid(Entity.COMPANY, company.company_id),
        "number": company.number,
        "name": company.name,
        "debtor_id": company.debtor_id,
        "active_year": company.active_year,
        "is_hidden": company.is_hidden,
        "denied_with": company.denied_with,
        "cost_centers": [_item(one) for one in company.cost_centers],
        "cost_units": [_item(one) for one in company.cost_units],
        "runs": [_run(one) for one in company.runs],
    }


@_written.register
def _run(run: Run) -> Any:
    return {
        "run_id": run.run_id,
        "guid": guid(Entity.RUN, run.run_id),
        "number": run.number,
        "year": run.year,
        "period_start": run.period_start,
        "period_end": run.period_end,
        "description": run.description,
        "run_at": run.run_at.isoformat(timespec="seconds"),
        "is_locked": run.is_locked,
        "is_deleted": run.is_deleted,
        "has_journal": run.journal is not None,
    }


@_written.register
def _item(item: CostItem) -> Any:
    return {"id": item.item_id, "code": item.code, "description": item.description}


@_written.register
def _login(login: ClientLogin) -> Any:
    return asdict(login)


@_written.register
def _access(access: Access) -> Any:
    return {"domain": access.domain}


@_written.register
def _calls(calls: frozenset) -> Any:  # type: ignore[type-arg]  # dispatch knows no arguments
    return {"forbidden_calls": sorted(calls)}


def _written_journals(companies: Iterable[Company]) -> Any:
    """Return every run of some companies with the rows of its journal, in finest detail."""
    return {
        "runs": [
            {
                "company_id": company.company_id,
                "company_number": company.number,
                **_run(run),
                "lines": [_line(one) for one in (run.journal.lines() if run.journal else ())],
            }
            for company in companies
            for run in company.runs
        ]
    }


def _line(line: JournalLine) -> Any:
    return {
        "date": line.booking_date,
        "account": line.ledger_account,
        "description": line.description,
        "cost_center": line.cost_center,
        "cost_unit": line.cost_unit,
        "amount": f"{line.amount:.2f}",
    }
