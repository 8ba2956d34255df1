"""The journals of a month that are ready, as a program reads them before it sends them all."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Export, Journal, ProcountorAccount, preview_digest
from tilisilta.services.sending.ready import ReadyJournals


class ReadyListChanged(NeedsAttention):
    """The list of what is ready differs from the one that was read; nothing was sent."""

    code = ProblemCode.PREVIEW_CHANGED

    def __init__(self) -> None:
        super().__init__("What is ready has changed since it was read.")
        self.facts = {"reason": "list"}


@dataclass(frozen=True, kw_only=True)
class ReadyRow:
    """A journal that can be sent, the digest of its preview, and the accounts it goes through."""

    journal: Journal
    digest: str
    accounts: tuple[ProcountorAccount, ...]


def ready_rows(ready: ReadyJournals) -> tuple[ReadyRow, ...]:
    """Return what can be sent of ``ready``, by company, with two queries however many there are."""
    exports = Export.objects.select_related("link__procountor_account").order_by(
        "booking_date", "epoch"
    )
    small = exports.defer("payload", "link__procountor_account__administration")
    journals = ready.journals.prefetch_related(Prefetch("exports", small))
    return tuple(_row(one) for one in journals if _can_be_sent(one))


def digest_of_list(rows: Sequence[ReadyRow]) -> str:
    """Return a digest of all that would be sent: no journal more or less, and no other receipt."""
    lines = sorted(f"{one.journal.reference}:{one.digest}" for one in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _row(journal: Journal) -> ReadyRow:
    exports = journal.exports.all()
    accounts = {one.link.procountor_account for one in exports}
    return ReadyRow(
        journal=journal,
        digest=preview_digest(exports),
        accounts=tuple(sorted(accounts, key=lambda one: one.name)),
    )


def _can_be_sent(journal: Journal) -> bool:
    return journal.standing(one.standing() for one in journal.exports.all()).can_be_sent
