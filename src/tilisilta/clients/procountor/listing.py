"""Reads the whole list of ledger receipts, although it may change from one page to the next."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tilisilta.clients.procountor.decoding import ListedReceipt, ReceiptPage
from tilisilta.clients.procountor.errors import ProcountorUnavailable

# A list that still changes after so many passes is better read again later.
_MOST_PASSES = 5

_Receipts = dict[int, ListedReceipt]


@dataclass(frozen=True, kw_only=True)
class ReceiptWindow:
    """Which ledger receipts are listed: by receipt date, by time of creation, or by both."""

    first: date | None = None
    last: date | None = None
    created_since: datetime | None = None

    def parameters(self) -> dict[str, str]:
        """Return the window as Procountor's list takes it, a day wider on every side.

        It is not documented whether the ends belong to a range, nor which zone Procountor's clock
        has.
        """
        day = timedelta(days=1)
        parameters = {}
        if self.first is not None:
            parameters["startDate"] = (self.first - day).isoformat()
        if self.last is not None:
            parameters["endDate"] = (self.last + day).isoformat()
        if self.created_since is not None:
            moment = (self.created_since - day).astimezone(UTC).replace(tzinfo=None)
            parameters["createdStartDate"] = moment.isoformat(timespec="seconds")
        return parameters


def read_all(read_page: Callable[[int], ReceiptPage]) -> tuple[ListedReceipt, ...]:
    """Return all receipts of the list whose pages ``read_page`` reads, counted from 0, each once.

    A receipt that leaves the list while we read it moves all later ones forward, and one of them
    may slip onto a page we have already read. A receipt that we miss would be booked twice, so the
    list is read again until a pass is certainly whole. If it never is, ``ProcountorUnavailable`` is
    raised.
    """
    earlier: _Receipts | None = None
    for _ in range(_MOST_PASSES):
        pages = tuple(_pages(read_page))
        receipts = {one.ledger_receipt_id: one for page in pages for one in page.receipts}
        # Where Procountor gives no total, two passes with the same receipts have to do.
        if _is_whole(pages, receipts) or receipts.keys() == (earlier or {}).keys():
            return tuple(receipts.values())
        earlier = receipts
    raise ProcountorUnavailable("The list of ledger receipts kept changing while it was read.")


def _pages(read_page: Callable[[int], ReceiptPage]) -> Iterator[ReceiptPage]:
    seen: set[int] = set()
    number = 0
    while True:
        page = read_page(number)
        yield page
        # Procountor may give smaller pages than we ask for. If it does not say how large they are,
        # only an empty one is certainly the last.
        if len(page.receipts) < (page.page_size or 1):
            return
        ids = {one.ledger_receipt_id for one in page.receipts}
        # Without this a server that ignores the page number would be read for ever.
        if ids <= seen:
            raise ProcountorUnavailable("The list of ledger receipts gave the same page again.")
        seen |= ids
        number += 1


def _is_whole(pages: tuple[ReceiptPage, ...], receipts: _Receipts) -> bool:
    """Return whether one pass missed nothing: it was one page, or the count never changed."""
    if len(pages) == 1:
        return True
    return {page.total_count for page in pages} == {len(receipts)}
