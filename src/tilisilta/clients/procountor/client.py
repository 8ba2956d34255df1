"""The client for one company in Procountor: reads it, lists our receipts, posts and approves."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from tilisilta.clients.procountor.attachments import (
    AttachedFiles,
    decode_attached,
    encode_attachment,
)
from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.decoding import (
    ListedReceipt,
    ReceiptPage,
    Session,
    decode_administration,
    decode_fiscal_years,
    decode_item,
    decode_journal_rights,
    decode_page,
    decode_session,
)
from tilisilta.clients.procountor.errors import (
    ProcountorOutcomeUnknown,
    ProcountorRejected,
    ProcountorUnavailable,
)
from tilisilta.clients.procountor.exchange import AccessTokens, Exchange
from tilisilta.clients.procountor.http import KeptConnections, open_http
from tilisilta.clients.procountor.listing import ReceiptWindow, read_all
from tilisilta.clients.procountor.reports import (
    LISTED_TYPES,
    decode_entries,
    decode_general_ledger,
    decode_ledger_accounts,
    encode_report,
)
from tilisilta.clients.procountor.wire import (
    decode_booked,
    decode_read,
    encode_item,
    parse_json,
)
from tilisilta.domain.administrations import Administration, DimensionItem, FiscalYear
from tilisilta.domain.ledger_entries import LedgerEntry
from tilisilta.domain.receipts import BookedReceipt

__all__ = [
    "MOST_IDS",
    "AccessTokens",
    "ListedReceipt",
    "ProcountorClient",
    "ReceiptWindow",
    "Session",
]

# Procountor's limits: ids in one request, and receipts on one page.
MOST_IDS = 200
_PAGE_SIZE = 200
_Decoded = TypeVar("_Decoded")


class ProcountorClient:
    """Acts in one company of Procountor. Use it in a ``with`` statement.

    ``pace`` is called before every request and returns when it may leave. With ``kept`` its
    connections are used, and stay open for the next client. A failed read raises
    ``ProcountorUnavailable`` or ``ProcountorBusy`` and may be repeated; the exception of a failed
    write says whether anything can have happened.
    """

    def __init__(
        self,
        *,
        api_url: str,
        tokens: AccessTokens,
        pace: Callable[[], None],
        transport: httpx2.BaseTransport | None = None,
        timeout_seconds: float = 60,
        kept: KeptConnections | None = None,
    ) -> None:
        self._is_kept = kept is not None and transport is None
        self._http = (
            kept.http
            if kept is not None and transport is None
            else open_http(transport, base_url=api_url, timeout_seconds=timeout_seconds)
        )
        self._tokens = tokens
        self._exchange = Exchange(self._http, tokens=tokens, pace=pace)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._is_kept:
            self._http.close()

    def get_session(self) -> Session:
        """Return the company that our token is for; it raises if the token does not work."""
        content = self._exchange.read("/sessioninfo")
        with _readable_answer():
            return decode_session(content)

    def get_journal_rights(self) -> str:
        """Return what the account may do with journals, in Procountor's word."""
        content = self._exchange.read("/users/rights")
        with _readable_answer():
            return decode_journal_rights(content)

    def get_administration(self) -> Administration:
        """Return all of the company that the rules need, in five requests."""
        read = self._exchange.read
        company, accounts = read("/company"), read("/coa")
        dimensions, fiscal_years = read("/dimensions"), read("/fiscalyears")
        vat = read("/vats/default")
        with _readable_answer():
            return decode_administration(
                company=company,
                accounts=accounts,
                dimensions=dimensions,
                fiscal_years=fiscal_years,
                vat=vat,
            )

    def get_fiscal_years(self) -> tuple[FiscalYear, ...]:
        content = self._exchange.read("/fiscalyears")
        with _readable_answer():
            return decode_fiscal_years(content)

    def list_receipts(self, window: ReceiptWindow) -> tuple[ListedReceipt, ...]:
        """Return the receipts of the type JOURNAL in ``window``, in any status, each once."""
        return read_all(lambda number: self._receipt_page(number, window))

    def get_ledger_receipts(self, ids: Iterable[int]) -> tuple[BookedReceipt, ...]:
        """Return ledger receipts by their ids. Those that do not exist are left out."""
        pieces = _pieces(list(dict.fromkeys(ids)))
        return tuple(receipt for piece in pieces for receipt in self._receipts(piece))

    def accounts_with_other_entries(self, first: date, last: date) -> tuple[str, ...]:
        """Return the ledger accounts on which other receipts than journals book in that time."""
        content = self._exchange.ask("/reports/ledgeraccounts", encode_report(first, last))
        with _readable_answer():
            return decode_ledger_accounts(content)

    def other_entries(self, account: str, first: date, last: date) -> tuple[LedgerEntry, ...]:
        """Return the entries on a ledger account that are not of a journal."""
        path = f"/reports/generalledger/{account}"
        content = self._exchange.ask(path, encode_report(first, last))
        with _readable_answer():
            return decode_general_ledger(content)

    def entries_of_other_receipts(self, first: date, last: date) -> tuple[LedgerEntry, ...]:
        """Return the entries in that time that are not of a journal, from the receipts themselves.

        For an account that may not read reports. What it may not see either is missing.
        """
        window = ReceiptWindow(first=first, last=last)
        types = ",".join(LISTED_TYPES)
        listed = read_all(lambda number: self._receipt_page(number, window, types=types))
        ids = [one.ledger_receipt_id for one in listed if first <= one.receipt_date <= last]
        answers = (self._answer(piece) for piece in _pieces(ids))
        with _readable_answer():
            return tuple(entry for answer in answers if answer for entry in decode_entries(answer))

    def make_ready(self) -> None:
        """Renew the access token if it has expired, and wait until the next request may leave.

        Posting then need do neither, and leaves in time even if many requests wait for their turn.
        """
        self._tokens.current()
        self._exchange.take_slot()

    def post_ledger_receipt(self, payload: bytes, *, not_after: Deadline) -> BookedReceipt:
        """Book ``payload`` as it is, and return the receipt as Procountor booked it.

        The request leaves before ``not_after`` has passed, or not at all.
        """
        content = self._exchange.write("POST", "/ledgerreceipts", payload, not_after=not_after)
        # Booked, but unreadable: posting it again would book it twice.
        with _readable_outcome():
            return decode_booked(parse_json(content))

    def approve_ledger_receipt(self, ledger_receipt_id: int) -> None:
        self._exchange.write("PUT", f"/ledgerreceipts/{ledger_receipt_id}/approve")

    def unfinish_ledger_receipt(self, ledger_receipt_id: int, *, not_after: Deadline) -> None:
        """Make an approved receipt unfinished again, if the request can leave in time."""
        path = f"/ledgerreceipts/{ledger_receipt_id}/unfinished"
        self._exchange.write("PUT", path, not_after=not_after)

    def invalidate_ledger_receipt(self, ledger_receipt_id: int, *, not_after: Deadline) -> None:
        """Invalidate an unfinished receipt, if the request can leave in time."""
        path = f"/ledgerreceipts/{ledger_receipt_id}/invalidate"
        self._exchange.write("PUT", path, not_after=not_after)

    def get_attached_files(self, ledger_receipt_id: int) -> AttachedFiles:
        """Return the files of a receipt. Raises ``ProcountorRejected`` where it is gone."""
        content = self._exchange.read(f"/ledgerreceipts/{ledger_receipt_id}")
        with _readable_answer():
            return decode_attached(content)

    def attach_file(
        self, invoice_id: int, name: str, content: bytes, *, not_after: Deadline
    ) -> None:
        """Attach a file to the invoice of a receipt, if the request can leave in time."""
        body, content_type = encode_attachment(invoice_id, name, content)
        self._exchange.write(
            "POST", "/attachments", body, not_after=not_after, content_type=content_type
        )

    def create_dimension_item(
        self, dimension_id: int, code: str, description: str
    ) -> DimensionItem:
        content = self._exchange.write(
            "POST",
            f"/dimensions/{dimension_id}/items",
            encode_item(code=code, description=description),
        )
        with _readable_outcome():
            return decode_item(content)

    def _receipt_page(
        self, number: int, window: ReceiptWindow, *, types: str = "JOURNAL"
    ) -> ReceiptPage:
        content = self._exchange.read(
            "/ledgerreceipts",
            {
                "types": types,
                **window.parameters(),
                # Without a fixed order the pages could overlap and leave gaps.
                "orderById": "DESC",
                "size": str(_PAGE_SIZE),
                "page": str(number),
            },
        )
        with _readable_answer():
            return decode_page(content)

    def _receipts(self, ids: Iterable[int]) -> tuple[BookedReceipt, ...]:
        answer = self._answer(ids)
        if answer is None:
            return ()
        with _readable_answer():
            # One id is answered with the receipt itself, several with an array.
            return tuple(map(decode_read, answer if isinstance(answer, list) else [answer]))

    def _answer(self, ids: Iterable[int]) -> object:
        """Return what Procountor gives for the ids of receipts; ``None`` where it has none."""
        try:
            content = self._exchange.read("/ledgerreceipts/" + ",".join(map(str, ids)))
        except ProcountorRejected as error:
            # A single id that does not exist gives 404; among several it is left out.
            if error.status != httpx2.codes.NOT_FOUND:
                raise
            return None
        with _readable_answer():
            return parse_json(content)


def _pieces(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]


@contextmanager
def _readable_answer() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ProcountorUnavailable(f"Procountor's answer makes no sense: {error}") from error


@contextmanager
def _readable_outcome() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise ProcountorOutcomeUnknown(f"Procountor's answer makes no sense: {error}") from error
