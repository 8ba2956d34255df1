"""Reads a whole list, page by page, and makes sure that it is whole."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown, NmbrsUnavailable
from tilisilta.clients.nmbrs.rest.calls import Call, RestCalls
from tilisilta.clients.nmbrs.rest.wire import Page, Wire, json_of, parsed

PAGE_SIZE = 100
"""The largest that Nmbrs allows."""
MOST_PAGES = 1000

R = TypeVar("R", bound=Wire)


def whole_list(
    calls: RestCalls, call: Call, form: type[R], key: str, *, year: int | None = None
) -> Sequence[R]:
    """Return all rows of a list, each once by ``key``, the name of the field of its id.

    What is missing in a list counts as deleted. So the rows must be as many as Nmbrs says: a list
    that changes while it is read is read a second time, and then it is a case for later.
    """
    for _ in range(2):
        rows, total = _read(calls, call, key, year)
        if len(rows) == total:
            return [parsed(call.name, form, row) for row in rows]
    raise NmbrsUnavailable(f"Nmbrs gave {len(rows)} of {total} rows of {call.name}.")


def _read(
    calls: RestCalls, call: Call, key: str, year: int | None
) -> tuple[Sequence[dict[str, Any]], int]:
    rows: dict[Any, dict[str, Any]] = {}
    total = 0
    for page in _pages(calls, call, year):
        total = page.pagination.total_records
        for at, row in enumerate(page.data, start=len(rows)):
            # A row without an id is one of its own.
            rows[str(row.get(key) or f"row {at}").casefold()] = row
    return list(rows.values()), total


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
        if not page.data:
            return
    raise NmbrsUnavailable(f"The list of {call.name} does not end.")


def _must_stay(base_url: str, following: str, call: Call) -> None:
    """Refuse a next page on another host, although pages are counted and no address is followed.

    An answer that leads elsewhere is not to be trusted.
    """
    here = urlsplit(base_url)
    there = urlsplit(urljoin(f"{base_url}/", following))
    if (there.scheme, there.netloc.casefold()) != (here.scheme, here.netloc.casefold()):
        raise NmbrsAnswerUnknown(call.name, "next page on the same host")
