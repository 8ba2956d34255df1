"""Reads a whole list, page by page, and makes sure that it is whole."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown, NmbrsUnavailable
from tilisilta.clients.nmbrs.rest.calls import Call, RestCalls
from tilisilta.clients.nmbrs.rest.wire import NO_GUID, Page, Wire, json_of, parsed

PAGE_SIZE = 100
"""The largest that Nmbrs allows."""
MOST_PAGES = 1000
_PORTS = {"http": 80, "https": 443}

R = TypeVar("R", bound=Wire)


def whole_list(
    calls: RestCalls, call: Call, form: type[R], key: str, *, year: int | None = None
) -> Sequence[R]:
    """Return all rows of a list, each once by ``key``, the name of the field of its id.

    What is missing in a list counts as deleted. So the rows must be as many as every page says: a
    list that changes while it is read is read a second time, and then it is a case for later.
    """
    for _ in range(2):
        rows, totals = _read(calls, call, key, year)
        if totals == {len(rows)}:
            return [parsed(call.name, form, row) for row in rows]
    said = " or ".join(map(str, sorted(totals)))
    raise NmbrsUnavailable(f"Nmbrs gave {len(rows)} of {said} rows of {call.name}.")


def _read(
    calls: RestCalls, call: Call, key: str, year: int | None
) -> tuple[Sequence[dict[str, Any]], set[int]]:
    """Return the rows, and what the pages say of how many there are."""
    rows: dict[Any, dict[str, Any]] = {}
    totals: set[int] = set()
    for page in _pages(calls, call, year):
        totals.add(page.pagination.total_records)
        before = len(rows)
        for at, row in enumerate(page.data, start=before):
            # A row without an id is one of its own.
            rows[_id_in(row, key) or f"row {at}"] = row
        if len(rows) == before or len(rows) > max(totals):
            # Repeated, or endless: it is not whole, however many pages follow.
            break
    return list(rows.values()), totals


def _id_in(row: dict[str, Any], key: str) -> str:
    text = str(row.get(key) or "").casefold()
    return "" if text == NO_GUID else text


def _pages(calls: RestCalls, call: Call, year: int | None) -> Iterator[Page]:
    of_year = {} if year is None else {"year": year}
    for number in range(1, MOST_PAGES + 1):
        query = {**of_year, "pageNumber": number, "pageSize": PAGE_SIZE}
        answer = calls.get(call, query)
        page = parsed(call.name, Page, json_of(call.name, answer.content))
        yield page
        following = page.pagination.next_page
        if not following:
            return
        _must_stay(calls.base_url, following, call)
    raise NmbrsUnavailable(f"The list of {call.name} does not end.")


def _must_stay(base_url: str, following: str, call: Call) -> None:
    """Refuse a next page on another host, although pages are counted and no address is followed.

    An answer that leads elsewhere is not to be trusted.
    """
    try:
        is_here = _place(base_url) == _place(urljoin(f"{base_url}/", following))
    except ValueError:
        is_here = False
    if not is_here:
        raise NmbrsAnswerUnknown(call.name, "next page on the same host")


def _place(url: str) -> tuple[object, ...]:
    """Return all that says where a request would go, and as whom."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.username, parts.password
