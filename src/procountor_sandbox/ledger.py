"""The books: every ledger receipt of every company, and the only ways to add or change one."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from threading import RLock

from procountor_sandbox.drafts import Draft
from procountor_sandbox.receipts import (
    JOURNAL,
    DimensionValue,
    Receipt,
    Status,
    Transaction,
    read_receipt,
)
from sandbox_parts.clock import Clock
from sandbox_parts.store import Store
from sandbox_parts.wire import written_time

_KIND = "receipt"
# Each company counts from the same numbers, as ids are unique within a company only (documented).
_FIRST_RECEIPT_ID = 700001
_FIRST_INVOICE_ID = 90001
_FIRST_INVOICE_NUMBER = 1001
_FIRST_TRANSACTION_ID = 3000001


class Ledger:
    """What has been booked. Reading is safe from any thread."""

    def __init__(
        self, *, store: Store, clock: Clock, lock: RLock, whole_seconds: bool = False
    ) -> None:
        self._store = store
        self._clock = clock
        self._whole_seconds = whole_seconds
        self._lock = lock
        self._companies: dict[int, dict[int, Receipt]] = defaultdict(dict)
        self._hidden: dict[tuple[int, int], int] = {}
        self._transaction_ids: dict[int, count[int]] = {}
        for _, stored in store.load(_KIND):
            receipt = read_receipt(stored)
            self._companies[receipt.company_id][receipt.receipt_id] = receipt

    def receipts(self, company_id: int | None = None) -> tuple[Receipt, ...]:
        """Return the receipts of one company, or of all, in the order of their booking."""
        with self._lock:
            if company_id is not None:
                return tuple(self._companies.get(company_id, {}).values())
            return tuple(one for books in self._companies.values() for one in books.values())

    def count(self, company_id: int | None = None) -> int:
        return len(self.receipts(company_id))

    def find(self, company_id: int, receipt_id: int) -> Receipt | None:
        with self._lock:
            return self._companies.get(company_id, {}).get(receipt_id)

    def search(self, company_id: int) -> tuple[Receipt, ...]:
        """Return the receipts that a list request sees; some of those booked may be hidden."""
        with self._lock:
            return tuple(
                one
                for one in self.receipts(company_id)
                if not self._still_hidden(company_id, one.receipt_id)
            )

    def hide(self, company_id: int, receipt_id: int, *, searches: int) -> None:
        """Leave a receipt out of that many list requests of its company."""
        with self._lock:
            self._hidden[company_id, receipt_id] = searches

    def book(self, company_id: int, draft: Draft, *, receipt_type: str = JOURNAL) -> Receipt:
        """Add a receipt and return it with its numbers. It is unfinished, as documented."""
        with self._lock:
            # The count gives the next number, as no receipt is ever removed: the API has no DELETE
            # for them.
            number = self.count(company_id)
            now = self._written_now()
            return self._keep(
                Receipt(
                    receipt_id=_FIRST_RECEIPT_ID + number,
                    company_id=company_id,
                    invoice_id=_FIRST_INVOICE_ID + number,
                    # Assumed: whether there is a number before approval is not documented.
                    receipt_number=1 + number,
                    invoice_number=_FIRST_INVOICE_NUMBER + number,
                    status=Status.UNFINISHED,
                    name=draft.name,
                    receipt_date=draft.receipt_date,
                    vat_type=draft.vat_type,
                    vat_status=draft.vat_status,
                    transactions=self._numbered(company_id, draft.transactions),
                    created=now,
                    version=now,
                    others=draft.others,
                    receipt_type=receipt_type,
                )
            )

    def replace(self, receipt: Receipt, draft: Draft) -> Receipt:
        """Put a draft in place of a receipt. Its rows get new ids."""
        with self._lock:
            changed = replace(
                receipt,
                name=draft.name,
                receipt_date=draft.receipt_date,
                vat_type=draft.vat_type,
                vat_status=draft.vat_status,
                # Assumed: on Procountor's pages rows are removed and made anew.
                transactions=self._numbered(receipt.company_id, draft.transactions),
                others=draft.others,
            )
            return self._keep(self._renewed(changed))

    def set_status(self, receipt: Receipt, status: Status) -> Receipt:
        with self._lock:
            return self._keep(self._renewed(replace(receipt, status=status)))

    def give_serial_numbers(self, company_id: int, *, first: date, last: date) -> int:
        """Number the official receipts of a year that is being closed; return how many.

        Assumed: those that are approved, in the order of their dates. They are final from then on.
        """
        with self._lock:
            receipts = self.receipts(company_id)
            number = max((one.serial_number or 0 for one in receipts), default=0)
            new = [
                one
                for one in receipts
                if first <= one.receipt_date <= last
                and one.status is Status.APPROVED
                and not one.is_final
            ]
            for place, one in enumerate(sorted(new, key=lambda one: one.receipt_date), number + 1):
                self._keep(self._renewed(replace(one, serial_number=place)))
            return len(new)

    def set_dimensions(
        self, receipt: Receipt, transaction_id: int, values: tuple[DimensionValue, ...]
    ) -> Receipt:
        """Replace the dimension values of one row."""
        with self._lock:
            rows = tuple(
                replace(row, dimension_values=values)
                if row.transaction_id == transaction_id
                else row
                for row in receipt.transactions
            )
            return self._keep(self._renewed(replace(receipt, transactions=rows)))

    def change(self, changed: Receipt) -> Receipt:
        """Store a receipt that a person has edited in the pages; the ids of its rows stay."""
        with self._lock:
            return self._keep(self._renewed(changed))

    def clear(self) -> None:
        with self._lock:
            self._companies.clear()
            self._hidden.clear()
            self._transaction_ids.clear()

    def _keep(self, receipt: Receipt) -> Receipt:
        self._companies[receipt.company_id][receipt.receipt_id] = receipt
        name = f"{receipt.company_id}/{receipt.receipt_id}"
        self._store.save(_KIND, name, receipt.stored())
        return receipt

    def _written_now(self) -> str:
        return written_time(
            self._clock().replace(microsecond=0) if self._whole_seconds else self._clock()
        )

    def _renewed(self, receipt: Receipt) -> Receipt:
        if self._whole_seconds:
            return replace(receipt, version=self._written_now())
        # Two changes within a millisecond must still have different versions.
        after = datetime.fromisoformat(receipt.version) + timedelta(milliseconds=1)
        now = max(self._clock().replace(tzinfo=None), after)
        return replace(receipt, version=written_time(now))

    def _numbered(
        self, company_id: int, transactions: tuple[Transaction, ...]
    ) -> tuple[Transaction, ...]:
        if company_id not in self._transaction_ids:
            self._transaction_ids[company_id] = count(self._next_transaction_id(company_id))
        ids = self._transaction_ids[company_id]
        return tuple(replace(one, transaction_id=next(ids)) for one in transactions)

    def _next_transaction_id(self, company_id: int) -> int:
        used = (
            row.transaction_id
            for receipt in self.receipts(company_id)
            for row in receipt.transactions
        )
        return max(used, default=_FIRST_TRANSACTION_ID - 1) + 1

    def _still_hidden(self, company_id: int, receipt_id: int) -> bool:
        left = self._hidden.get((company_id, receipt_id), 0)
        if left > 0:
            self._hidden[company_id, receipt_id] = left - 1
        return left > 0
