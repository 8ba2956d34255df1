"""Finding ledger receipts: filters, order and paging of ``GET /ledgerreceipts``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from procountor_sandbox.drafts import RECEIPT_TYPES
from procountor_sandbox.fields import LARGEST_ID, read_day
from procountor_sandbox.receipts import Receipt
from procountor_sandbox.refusals import Refused, Violation, invalid

STATUSES = (
    "EMPTY",
    "UNFINISHED",
    "NOT_SENT",
    "SENT",
    "RECEIVED",
    "PAID",
    "PAYMENT_DENIED",
    "VERIFIED",
    "APPROVED",
    "INVALIDATED",
    "PAYMENT_QUEUED",
    "PARTLY_PAID",
    "PAYMENT_SENT_TO_BANK",
    "MARKED_PAID",
    "STARTED",
    "INVOICED",
    "OVERRIDDEN",
    "DELETED",
    "UNSAVED",
    "PAYMENT_TRANSACTION_REMOVED",
)
DEFAULT_SIZE = 50
LARGEST_SIZE = 200
# In the order they count when several are given, which the documentation leaves open.
_ORDERS = (
    ("orderById", "receipt_id"),
    ("orderByDate", "receipt_date"),
    ("orderByCreated", "created"),
    ("orderByVersion", "version"),
)
_SEARCHABLE_TYPES = tuple(one for one in RECEIPT_TYPES if one != "VAT_SUMMARY")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list, with what the answer says about the whole of it."""

    receipts: Sequence[Receipt]
    number: int
    size: int
    total: int

    def meta(self) -> dict[str, int]:
        """Return it as Procountor writes it."""
        return {
            "pageNumber": self.number,
            "pageSize": self.size,
            "resultCount": len(self.receipts),
            "totalCount": self.total,
        }


def find_page(receipts: Sequence[Receipt], parameters: Mapping[str, str]) -> Page:
    """Return the page of receipts the query parameters ask for, or refuse what they say."""
    query = _Query(parameters=parameters)
    number = query.whole("page", default=0, largest=LARGEST_ID)
    size = query.whole("size", default=DEFAULT_SIZE, largest=LARGEST_SIZE, smallest=1)
    previous = query.whole("previousId", default=0, largest=LARGEST_ID)
    found = _found(query, receipts)
    rest = _after(found, previous)
    return Page(
        receipts=rest[number * size : (number + 1) * size],
        number=number,
        size=size,
        total=len(found),
    )


def find_all(receipts: Sequence[Receipt], parameters: Mapping[str, str]) -> list[Receipt]:
    """Return every receipt that passes the filters among the query parameters, in order."""
    return _found(_Query(parameters=parameters), receipts)


def _found(query: "_Query", receipts: Sequence[Receipt]) -> list[Receipt]:
    filters = _filters(query)
    order, is_ascending = _order(query)
    query.refuse_if_wrong()
    found = [one for one in receipts if all(passes(one) for passes in filters)]
    found.sort(key=lambda one: (getattr(one, order), one.receipt_id), reverse=not is_ascending)
    return found


@dataclass(frozen=True, kw_only=True)
class _Query:
    parameters: Mapping[str, str]
    violations: list[Violation] = field(default_factory=list)

    def whole(self, name: str, *, default: int, largest: int, smallest: int = 0) -> int:
        text = self.parameters.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and smallest <= int(text) <= largest):
            self.violations.append(invalid(name, text))
            return default
        return int(text)

    def day(self, name: str) -> str | None:
        text = self.parameters.get(name)
        if text is not None and read_day(text) is None:
            self.violations.append(invalid(name, text))
        return text

    def moment(self, name: str) -> str | None:
        text = self.parameters.get(name)
        if text is None:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None or "T" not in text:
            self.violations.append(invalid(name, text))
            return None
        return moment.isoformat(timespec="milliseconds")

    def words(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        text = self.parameters.get(name)
        words = tuple(text.split(",")) if text is not None else ()
        if any(word not in allowed for word in words):
            self.violations.append(invalid(name, text))
        return words

    def refuse_if_wrong(self) -> None:
        if self.violations:
            raise Refused(400, *self.violations)


def _filters(query: _Query) -> list[Callable[[Receipt], bool]]:
    filters: list[Callable[[Receipt], bool]] = []
    types = query.words("types", _SEARCHABLE_TYPES)
    if types and "JOURNAL" not in types:
        filters.append(lambda _: False)
    status = query.parameters.get("status")
    if status is not None:
        if status not in STATUSES:
            query.violations.append(invalid("status", status))
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
    # ISO 8601 texts of one form sort like the moments they name.
    if start is not None:
        filters.append(lambda one: read(one) >= start)
    if end is not None:
        filters.append(lambda one: read(one) <= end)


def _written_day(receipt: Receipt) -> str:
    return receipt.receipt_date.isoformat()


def _order(query: _Query) -> tuple[str, bool]:
    for parameter, attribute in _ORDERS:
        words = query.words(parameter, ("ASC", "DESC"))
        if words:
            return attribute, words[0] == "ASC"
    return "receipt_id", False


def _after(receipts: list[Receipt], previous_id: int) -> list[Receipt]:
    if not previous_id:
        return receipts
    places = (n for n, one in enumerate(receipts) if one.receipt_id == previous_id)
    place = next(places, None)
    if place is None:
        raise Refused(400, invalid("previousId", previous_id))
    return receipts[place + 1 :]
