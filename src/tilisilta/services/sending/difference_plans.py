"""What booking the difference of a changed run would do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.differences import DifferencePlan
from tilisilta.domain.receipts import BookedReceipt, Transaction
from tilisilta.domain.recognition import INVALIDATED
from tilisilta.models import Export, Journal, Link, LinkSettings
from tilisilta.services.sending.difference_basis import basis_of


@dataclass(frozen=True, kw_only=True)
class BookedPart:
    """A receipt of the run that is in the books, and how Procountor has it now."""

    export: Export
    receipt: BookedReceipt

    @property
    def rows(self) -> tuple[Transaction, ...]:
        """What it books now: nothing once a person has invalidated it."""
        return () if self.receipt.status == INVALIDATED else self.receipt.body.transactions


@dataclass(frozen=True, kw_only=True)
class PlannedDifference:
    """What booking the difference of ``journal`` would do; ``digest`` is what a person confirms."""

    journal: Journal
    link: Link | None
    base: tuple[BookedPart, ...]
    plan: DifferencePlan
    epochs: Mapping[date, int]
    settings: LinkSettings | None = None

    @property
    def can_be_booked(self) -> bool:
        return self.plan.can_be_booked

    @property
    def digest(self) -> str:
        payloads = (encode_receipt(one.body).decode() for one in self.plan.receipts)
        base = (f"{one.export.pk}:{basis_of(one.receipt)}" for one in self.base)
        link = self.link.pk if self.link is not None else 0
        return hashlib.sha256("\n".join((str(link), *payloads, *base)).encode()).hexdigest()
