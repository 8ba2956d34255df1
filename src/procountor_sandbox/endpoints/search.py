"""Searching ledger receipts: filters, order and paging of ``GET /ledgerreceipts``."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from procountor_sandbox.drafts import RECEIPT_TYPES
from procountor_sandbox.fields import LARGEST_ID, read_day, read_whole
from procountor_sandbox.receipts import STATUSES, Receipt
from procountor_sandbox.refusals import Refused, Violation, invalid

# Both documented.
DEFAULT_SIZE = 50
LARGEST_SIZE = 200
# Of several, the first in this list counts. The documentation leaves that open.
_ORDERS = (
    ("orderById", "receipt_id"),
    ("orderByDate", "receipt_date"),
    ("orderByCreated", "created"),
    ("orderByVersion", "version"),
)
# Documented without a zone. The examples are to the second, an old one to the millisecond.
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
_WINDOWS = (
    "startDate",
    "endDate",
    "createdStartDate",
    "createdEndDate",
    "versionStartDate",
    "versionEndDate",
)
_SEARCH = (
    *_WINDOWS,
    "types",
    "status",
    "page",
    "size",
    "previousId",
    *(parameter for parameter, _ in _ORDERS),
)
_LISTING = (*_WINDOWS, "statuses")
# Documented: the parameter takes every type but this one.
_SEARCHABLE_TYPES = tuple(one for one in RECEIPT_TYPES if one != "VAT_SUMMARY")


@dataclass(frozen=True, kw_only=True)
class Query:
    """The query parameters of a list request, and the mistakes in them."""

    parameters: Mapping[str, str]
    violations: list[Violation] = field(default_factory=list)

    def whole(self, name: str, *, default: int, largest: int, smallest: int = 0) -> int:
        """Return a whole number within those bounds, or the default."""
        text = self.parameters.get(name)
        if text is None:
            return default
        value = read_whole(text)
        if value is None or not smallest <= value <= largest:
            self.violations.append(invalid(name, text))
            return default
        return value

    def day(self, name: str) -> str | None:
        """Return a date as it was written."""
        text = self.parameters.get(name)
        if text is not None and read_day(text) is None:
            self.violations.append(invalid(name, text))
        return text

    def moment(self, name: str) -> str | None:
        """Return a time, to the millisecond."""
        text = self.parameters.get(name)
        if text is None:
            return None
        moment = _read_moment(text)
        if moment is None:
            self.violations.append(invalid(name, text))
            return None
        return moment.isoformat(timespec="milliseconds")

    def word(self, name: str, allowed: Sequence[str]) -> str | None:
        """Return one of the allowed words."""
        text = self.parameters.get(name)
        if text is not None and text not in allowed:
            self.violations.append(invalid(name, text))
        return text

    def words(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Return the allowed words of a list with commas."""
        text = self.parameters.get(name)
        words = tuple(text.split(",")) if text is not None else ()
        if any(word not in allowed for word in words):
            self.violations.append(invalid(name, text))
        return words

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Note every parameter that is not documented."""
        # Assumed: Procountor may ignore them. A misspelt filter would then return every receipt.
        for name in self.parameters:
            if name not in known:
                message = "SANDBOX_UNKNOWN_PARAMETER"
                self.violations.append(Violation(field=name, message=message))

    def refuse_if_wrong(self) -> None:
        if self.violations:
            raise Refused(400, *self.violations)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list, and how long the whole list is."""

    receipts: Sequence[Receipt]
    number: int
    size: int
    total: int

    def meta(self) -> dict[str, int]:
        """Return the facts of the page as Procountor writes them."""
        return {
            "pageNumber": self.number,
            "pageSize": self.size,
            "resultCount": len(self.receipts),
            "totalCount": self.total,
        }


def find_page(receipts: Sequence[Receipt], parameters: Mapping[str, str]) -> Page:
    """Return the page of receipts that the query parameters ask for, or raise ``Refused``."""
    query = Query(parameters=parameters)
    query.refuse_unknown(_SEARCH)
    number, size = read_paging(query)
    previous = query.whole("previousId", default=0, largest=LARGEST_ID)
    matching = _matching(query, receipts)
    rest = _after(matching, previous)
    return Page(
        receipts=rest[number * size : (number + 1) * size],
        number=number,
        size=size,
        total=len(matching),
    )


def read_paging(query: Query) -> tuple[int, int]:
    """Return the number of the page, counted from zero, and the most rows it may have."""
    number = query.whole("page", default=0, largest=LARGEST_ID)
    return number, query.whole("size", default=DEFAULT_SIZE, largest=LARGEST_SIZE, smallest=1)


def find_all(receipts: Sequence[Receipt], parameters: Mapping[str, str]) -> list[Receipt]:
    """Return every receipt that passes the filters in the query parameters, in their order."""
    query = Query(parameters=parameters)
    query.refuse_unknown(_LISTING)
    return _matching(query, receipts)


def _matching(query: Query, receipts: Sequence[Receipt]) -> list[Receipt]:
    filters = _filters(query)
    order, is_ascending = _order(query)
    query.refuse_if_wrong()
    matching = [one for one in receipts if all(passes(one) for passes in filters)]
    matching.sort(key=lambda one: (getattr(one, order), one.receipt_id), reverse=not is_ascending)
    return matching


def _read_moment(text: str) -> datetime | None:
    if _MOMENT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _filters(query: Query) -> list[Callable[[Receipt], bool]]:
    filters: list[Callable[[Receipt], bool]] = []
    types = query.words("types", _SEARCHABLE_TYPES)
    if types:
        filters.append(lambda one: one.receipt_type in types)
    status = query.word("status", STATUSES)
    if status is not None:
        filters.append(lambda one: one.status.value == status)
    _add_window(filters, query.day("startDate"), query.day("endDate"), _written_day)
    for prefix in ("created", "version"):
        start, end = query.moment(f"{prefix}StartDate"), query.moment(f"{prefix}EndDate")
        _add_window(filters, start, end, attrgetter(prefix))
    return filters


def _add_window(
    filters: list[Callable[[Receipt], bool]],
    start: str | None,
    end: str | None,
    read: Callable[[Receipt], str],
) -> None:
    # ISO 8601 texts of one form sort like the moments they name. That both ends of a window belong
    # to it is assumed.
    if start is not None:
        filters.append(lambda one: read(one) >= start)
    if end is not None:
        filters.append(lambda one: read(one) <= end)


def _written_day(receipt: Receipt) -> str:
    return receipt.receipt_date.isoformat()


def _order(query: Query) -> tuple[str, bool]:
    asked = [
        (attribute, word == "ASC")
        for parameter, attribute in _ORDERS
        if (word := query.word(parameter, ("ASC", "DESC"))) is not None
    ]
    # Newest first is documented; that ids decide is assumed.
    return asked[0] if asked else ("receipt_id", False)


def _after(receipts: list[Receipt], previous_id: int) -> list[Receipt]:
    if not previous_id:
        return receipts
    places = (n for n, one in enumerate(receipts) if one.receipt_id == previous_id)
    place = next(places, None)
    # Assumed: an unknown id is refused, not taken for the end of the list.
    if place is None:
        raise Refused(400, invalid("previousId", previous_id))
    return receipts[place + 1 :]
