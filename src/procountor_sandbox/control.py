"""Orders to the stand-in itself, as JSON under ``/sandbox``: misbehave, close a month, reset."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from werkzeug.wrappers import Request, Response

from procountor_sandbox.api import Api
from procountor_sandbox.busy_office import USUAL, Busyness
from procountor_sandbox.companies import period_containing, written_dimension, year_containing
from procountor_sandbox.drafts import RECEIPT_TYPES, read_draft
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.fields import Fields
from procountor_sandbox.people import Act
from procountor_sandbox.receipts import JOURNAL, Status
from procountor_sandbox.refusals import Refused, Violation, error_answer, invalid, not_found
from procountor_sandbox.world import Company, PeriodStatus
from sandbox_parts.control import Orders, carry_out, read_body, shared_orders
from sandbox_parts.orders import OrderRefused
from sandbox_parts.store import Store

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_MOST_SECONDS = 600
OTHER_TYPES = tuple(one for one in RECEIPT_TYPES if one != JOURNAL)


class Control:
    """Carries out the orders under ``/sandbox``."""

    def __init__(self, api: Api, *, store: Store) -> None:
        self._api = api
        self._store = store
        self._orders: Orders = {
            **shared_orders(
                api.faults,
                api.log,
                read_fault=read_fault,
                written_fault=_written_fault,
                reset=self.reset,
            ),
            ("POST", "/sandbox/periods"): self._set_period,
            ("POST", "/sandbox/years"): self._set_year,
            ("POST", "/sandbox/dimensions"): self._rename_dimension,
            ("POST", "/sandbox/people"): self._act,
            ("POST", "/sandbox/entries"): self._book_entry,
            ("GET", "/sandbox/busy-office"): self._show_office,
            ("POST", "/sandbox/busy-office"): self._open_office,
            ("DELETE", "/sandbox/busy-office"): self._close_office,
            ("POST", "/sandbox/revoke"): self._revoke,
            ("GET", "/sandbox/receipts.json"): self._list_receipts,
        }

    def respond(self, request: Request) -> Response | None:
        """Return the answer to an order, or None for any other request."""
        try:
            return carry_out(request, self._orders)
        except OrderRefused as refused:
            return error_answer(Refused(refused.status, Violation(message=str(refused))))
        except Refused as refused:
            return error_answer(refused)

    def _set_period(self, request: Request) -> Any:
        fields = Fields(values=read_body(request))
        company_id = fields.whole("company_id", required=True)
        day = fields.day("date", required=True)
        status = fields.choice("status", tuple(PeriodStatus), required=True)
        fields.refuse_unknown(("company_id", "date", "status"))
        if fields.violations or company_id is None or day is None or status is None:
            raise Refused(400, *fields.violations)
        with self._api.lock:
            company = self._company(company_id)
            period_id = period_containing(company, day)
            if period_id is None:
                raise not_found(f"tracking period of {day}")
            self._api.office.companies.set_period(company, period_id, PeriodStatus(status))
        return {"company_id": company_id, "period_id": period_id, "status": status}

    def _set_year(self, request: Request) -> Any:
        body = read_body(request)
        fields = Fields(values=body)
        company_id = fields.whole("company_id", required=True)
        day = fields.day("date", required=True)
        fields.refuse_unknown(("company_id", "date", "is_open"))
        is_open = body.get("is_open")
        if not isinstance(is_open, bool):
            fields.violations.append(invalid("is_open", is_open))
        if fields.violations or company_id is None or day is None or not isinstance(is_open, bool):
            raise Refused(400, *fields.violations)
        with self._api.lock:
            company = self._company(company_id)
            year = year_containing(company, day)
            if year is None:
                raise not_found(f"fiscal year of {day}")
            self._api.office.companies.set_year(company, year.year_id, is_open=is_open)
            numbered = 0
            if not is_open and company.numbers_closed_years:
                numbered = self._api.office.ledger.give_serial_numbers(
                    company_id, first=year.start_date, last=year.end_date
                )
        return {
            "company_id": company_id,
            "year_id": year.year_id,
            "is_open": is_open,
            "numbered": numbered,
        }

    def _rename_dimension(self, request: Request) -> Any:
        fields = Fields(values=read_body(request))
        company_id = fields.whole("company_id", required=True)
        name = fields.text("name", longest=255, required=True)
        new_name = fields.text("new_name", longest=255, required=True)
        fields.refuse_unknown(("company_id", "name", "new_name"))
        if fields.violations or company_id is None or new_name is None:
            raise Refused(400, *fields.violations)
        with self._api.lock:
            company = self._company(company_id)
            dimension = next((one for one in company.dimensions if one.name == name), None)
            if dimension is None:
                raise not_found(f"dimension {name}")
            renamed = replace(dimension, name=new_name)
            self._api.office.companies.put_dimension(company, renamed)
        return written_dimension(renamed)

    def _act(self, request: Request) -> Any:
        body = read_body(request)
        fields = Fields(values=body)
        company_id = fields.whole("company_id", required=True)
        receipt_id = fields.whole("receipt_id", required=True)
        if fields.violations or company_id is None or receipt_id is None:
            raise Refused(400, *fields.violations)
        with self._api.lock:
            company = self._company(company_id)
            receipt = self._api.office.ledger.find(company_id, receipt_id)
            if receipt is None:
                raise not_found(f"ledger receipt {receipt_id}")
            return self._api.busy.people.act(company, receipt, body).stored()

    def _book_entry(self, request: Request) -> Any:
        """Book a receipt that Procountor makes by itself, such as a bank statement."""
        fields = Fields(values=read_body(request))
        company_id = fields.whole("company_id", required=True)
        of_type = fields.choice("type", OTHER_TYPES, required=True)
        fields.refuse_unknown(("company_id", "type", "name", "date", "rows"))
        if fields.violations or company_id is None or of_type is None:
            raise Refused(400, *fields.violations)
        rows = [
            {
                "transactionType": "ENTRY",
                "account": one.text("account", longest=20, required=True),
                "accountingValue": one.amount("amount", required=True),
                "vatPercent": 0,
                "description": one.text("description", longest=255),
            }
            for one in fields.objects("rows")
        ]
        body = {
            "type": JOURNAL,
            "name": fields.values.get("name"),
            "receiptDate": fields.values.get("date"),
            "vatType": "PURCHASE",
            "vatStatus": 12,
            "transactions": rows,
        }
        with self._api.lock:
            company = self._company(company_id)
            strictness = self._api.busy.people.strictness
            draft = read_draft(body, company, strictness=strictness, reconcile=False)
            ledger = self._api.office.ledger
            booked = ledger.book(company_id, draft, receipt_type=of_type)
            return ledger.set_status(booked, Status.APPROVED).stored()

    def _show_office(self, _request: Request) -> Any:
        office = self._api.busy.open
        return {
            "open": office is not None,
            **(asdict(office) if office else {}),
            "act_count": self._api.busy.act_count,
        }

    def _open_office(self, request: Request) -> Any:
        office = read_office(read_body(request))
        with self._api.lock:
            self._api.busy.start(office)
        return self._show_office(request)

    def _close_office(self, request: Request) -> Any:
        with self._api.lock:
            self._api.busy.stop()
        return self._show_office(request)

    def _revoke(self, request: Request) -> Any:
        fields = Fields(values=read_body(request))
        company_id = fields.whole("company_id")
        username = fields.text("username", longest=80)
        fields.refuse_unknown(("company_id", "username"))
        if fields.violations:
            raise Refused(400, *fields.violations)
        with self._api.lock:
            grants = self._api.office.grants
            return {"ended": grants.revoke(company_id=company_id, username=username)}

    def _list_receipts(self, request: Request) -> Any:
        wanted = request.args.get("company_id")
        if wanted is not None and not (wanted.isascii() and wanted.isdigit()):
            raise Refused(400, invalid("company_id", wanted))
        receipts = self._api.office.ledger.receipts(int(wanted) if wanted else None)
        return {"count": len(receipts), "receipts": [one.stored() for one in receipts]}

    def reset(self) -> None:
        """Forget everything since the very first start."""
        office = self._api.office
        self._api.faults.clear()
        with self._api.lock:
            self._api.busy.stop()
            self._store.clear()
            for forgetful in (office.ledger, office.companies, office.attachments, office.grants):
                forgetful.clear()
            self._api.log.clear()

    def _company(self, company_id: int) -> Company:
        company = self._api.office.companies.find(company_id)
        if company is None:
            raise not_found(f"company {company_id}")
        return company


def read_fault(body: Mapping[str, Any]) -> Fault:
    """Return the fault that a JSON object describes; its fields are those of ``Fault``."""
    fields = Fields(values=body)
    fields.refuse_unknown(tuple(Fault.__dataclass_fields__))
    kind = fields.choice("kind", tuple(FaultKind), required=True)
    seconds = fields.amount("seconds")
    if seconds is not None and not 0 <= seconds <= _MOST_SECONDS:
        fields.violations.append(invalid("seconds", seconds))
    # Null means for every request, a missing field for one.
    times = _count(fields, "times", default=1) if body.get("times", 1) is not None else None
    fault = Fault(
        kind=FaultKind.BUSY if kind is None else FaultKind(kind),
        method=fields.choice("method", _METHODS),
        path=fields.text("path", longest=200),
        company_id=fields.whole("company_id"),
        times=times,
        skip=_count(fields, "skip", default=0),
        seconds=None if seconds is None else float(seconds),
        status=_status(fields),
        retry_after_seconds=_count(fields, "retry_after_seconds", default=1),
        searches=_count(fields, "searches", default=1),
        code=fields.text("code", longest=500) or Fault.code,
        field=fields.text("field", longest=200),
    )
    if fields.violations:
        raise Refused(400, *fields.violations)
    return fault


def read_office(body: Mapping[str, Any]) -> Busyness:
    """Return the office that a JSON object describes; its fields are those of ``Busyness``."""
    fields = Fields(values=body)
    fields.refuse_unknown(tuple(Busyness.__dataclass_fields__))
    every = _count(fields, "every", default=1)
    if every == 0:
        fields.violations.append(invalid("every", every))
    acts = body.get("acts", [act.value for act in USUAL])
    if not isinstance(acts, list) or not acts or any(one not in tuple(Act) for one in acts):
        fields.violations.append(invalid("acts", acts))
    only_posts = body.get("only_posts", True)
    if not isinstance(only_posts, bool):
        fields.violations.append(invalid("only_posts", only_posts))
    seed = _count(fields, "seed", default=0)
    company_id = fields.whole("company_id")
    if fields.violations:
        raise Refused(400, *fields.violations)
    return Busyness(
        every=every,
        seed=seed,
        acts=tuple(map(Act, acts)),
        company_id=company_id,
        only_posts=only_posts,
    )


def _count(fields: Fields, name: str, *, default: int) -> int:
    value = fields.whole(name)
    if value is not None and value < 0:
        fields.violations.append(invalid(fields.at(name), value))
    return default if value is None else value


def _status(fields: Fields) -> int | None:
    status = fields.whole("status")
    if status is not None and not 400 <= status <= 599:
        fields.violations.append(invalid("status", status))
    return status


def _written_fault(fault: Fault) -> dict[str, Any]:
    written = {name: value for name, value in asdict(fault).items() if value is not None}
    if fault.seconds is not None:
        written["seconds"] = str(fault.seconds)
    return {**written, "times": fault.times}
