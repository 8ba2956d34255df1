"""Answers of the API: lists in pages, and begun tasks."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from nmbrs_sandbox.payroll.world import Company
from nmbrs_sandbox.rest.call import Call
from nmbrs_sandbox.rest.refusals import invalid_parameter
from nmbrs_sandbox.traps import Trap
from sandbox_parts.wire import answer

PAGE = ("pageNumber", "pageSize")
_USUAL_PAGE_SIZE = 20
_LARGEST_PAGE_SIZE = 100
# A host of the reserved top level domain: what is sent there arrives nowhere.
_ELSEWHERE = "https://elsewhere.invalid"
_EXTRA = {"sandboxExtra": {"notes": [None, "more than is published"]}}

Row = Mapping[str, Any]


def listed(call: Call, rows: Sequence[Row], company: Company | None = None) -> Response:
    """Return the page of the rows that the call asks for, in the envelope of all lists."""
    number = _within(call, "pageNumber", usual=1)
    size = _within(call, "pageSize", usual=_USUAL_PAGE_SIZE, most=_LARGEST_PAGE_SIZE)
    extra = _EXTRA if call.is_on(Trap.EXTRA_FIELDS, company) else {}
    return answer(
        {
            "pagination": _pagination(call, number=number, size=size, count=len(rows)),
            "data": [{**one, **extra} for one in _page(call, rows, number=number, size=size)],
            **extra,
        }
    )


def started(call: Call, company: Company, document: bytes) -> Response:
    """Begin a task that makes a document, and return its id without an envelope."""
    task_id = call.tasks.start(
        grant_id=call.grant.grant_id, company_id=company.company_id, document=document
    )
    extra = _EXTRA if call.is_on(Trap.EXTRA_FIELDS, company) else {}
    return answer({"taskId": task_id, **extra})


def _within(call: Call, name: str, *, usual: int, most: int | None = None) -> int:
    if name not in call.query:
        return usual
    number = call.number(name, call.query[name])
    if number < 1 or (most is not None and number > most):
        limit = "1 or more" if most is None else f"from 1 to {most}"
        raise invalid_parameter(name, f"It has to be {limit}.")
    return number


def _page(call: Call, rows: Sequence[Row], *, number: int, size: int) -> Sequence[Row]:
    start = (number - 1) * size
    # As if a row before this page had been added, or removed, since the page before.
    if number > 1 and call.is_on(Trap.ROW_TWICE):
        start -= 1
    elif number > 1 and call.is_on(Trap.ROW_MISSED):
        start += 1
    return rows[start : start + size]


def _pagination(call: Call, *, number: int, size: int, count: int) -> Row:
    pages = -(-count // size)
    missing = "" if call.is_on(Trap.NEXT_PAGE_EMPTY) else None
    elsewhere = call.is_on(Trap.NEXT_PAGE_ELSEWHERE)
    return {
        "pageNumber": number,
        "pageSize": size,
        "totalPages": pages,
        "totalRecords": count,
        "firstPage": _address(call, 1),
        "lastPage": _address(call, max(pages, 1)),
        "nextPage": _address(call, number + 1, site=_ELSEWHERE if elsewhere else call.site)
        if number < pages
        else missing,
        "previousPage": _address(call, number - 1) if number > 1 else missing,
    }


def _address(call: Call, number: int, *, site: str | None = None) -> str:
    # The published examples have the number of the page alone. Two clients in use follow these
    # addresses without trouble, so that the other parameters are assumed to be there.
    others = {} if call.is_on(Trap.NEXT_PAGE_BARE) else call.query
    query = urlencode({**others, "pageNumber": number})
    return f"{call.site if site is None else site}{call.path}?{query}"
