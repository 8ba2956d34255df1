"""Plans and asks for the difference of a changed run, to be booked as receipts of its own.

It leads from what is *booked* of the run, which people may have edited, to its newest journal.
Asking only commits rows; they are sent as all receipts are (``services.sending.delivery``).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from tilisilta import __version__
from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.checks import plan_journal
from tilisilta.domain.differences import is_balanced, plan_difference
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.receipts import LedgerReceipt, ReceiptPlan, Transaction
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    COMMITTED_EXPORTS,
    EXPORTS_GOING_BACK,
    EXPORTS_UNDER_WAY,
    ExportState,
    JournalState,
    SettledAs,
    is_changed,
)
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    Difference,
    Export,
    Journal,
    Link,
    LinkSettings,
    Proposal,
    Sending,
    User,
)
from tilisilta.services import audit
from tilisilta.services.journals.gathering import Gathered, gather, read_destination
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.asking import unfinished_sending
from tilisilta.services.sending.difference_basis import basis_of
from tilisilta.services.sending.difference_plans import BookedPart, PlannedDifference
from tilisilta.services.sending.run_journals import (
    drop_unsent,
    is_settled_elsewhere,
    journals_of,
    lock_run,
)
from tilisilta.services.sending.settlements import settle_as
from tilisilta.services.sending.two_persons import (
    locked_release,
    must_be_released,
    note_begun,
    note_released,
    off_since,
)
from tilisilta.services.sending.withdrawals import checked_reason


class NoDifference(NeedsAttention):
    """The difference of the journal cannot be booked; ``problems`` say more if they forbid it."""

    code = ProblemCode.NO_DIFFERENCE

    def __init__(
        self,
        journal: Journal,
        reason: str,
        *,
        numbers: str = "",
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(f"The difference of {journal.reference} cannot be booked: {reason}.")
        self.journal = journal
        self.problems = tuple(problems)
        self.facts = {"journal": journal.reference, "reason": reason}
        if numbers:
            self.facts["numbers"] = numbers


class DifferenceChanged(NeedsAttention):
    """What would be booked is no longer what the person saw; nothing was done."""

    code = ProblemCode.DIFFERENCE_CHANGED

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"The difference of journal {journal.reference} has changed.")
        self.journal = journal
        self.facts = {"journal": journal.reference}


def plan_difference_of(journal: Journal, *, now: datetime) -> PlannedDifference:
    """Return the receipts that would be booked beside those of the earlier revisions.

    Reads Procountor and stores no more than what it says of the company. Raises ``NoDifference``,
    and what the client raises.
    """
    journals = list(journals_of(journal).select_related("company__debtor"))
    journal = next(one for one in journals if one.pk == journal.pk)
    _must_be_possible(journal, journals)
    destination = read_destination(journal, now=now, age_limit=timedelta(0))
    gathered = gather(journal, destination)
    # As if nothing of the run were booked, and nothing of this journal tried before.
    around = replace(gathered.facts.surroundings, is_earlier_revision_sent=False)
    wanted = plan_journal(replace(gathered.facts, surroundings=around, exports=(), epochs={}))
    rules, administration = gathered.facts.rules, gathered.facts.administration
    if gathered.link is None or rules is None or administration is None:
        raise NoDifference(journal, "problems", problems=wanted.problems)
    base = _read_base(journal, gathered.link, journals)
    epochs = _epochs(gathered)
    plan = plan_difference(
        replace(gathered.facts.journal, currency=wanted.currency),
        rules,
        administration,
        wanted=ReceiptPlan(
            receipts=wanted.receipts,
            problems=wanted.problems,
            items_to_make=wanted.items_to_make,
        ),
        booked=_rows_by_date(base),
        epochs=epochs,
    )
    return PlannedDifference(
        journal=journal,
        link=gathered.link,
        base=base,
        plan=plan,
        epochs=epochs,
        settings=LinkSettings.of(rules) if plan.can_be_booked else None,
    )


def book_difference(
    journal: Journal,
    *,
    reason: str,
    user: User | None,
    now: datetime,
    seen: str | None = None,
    release: Proposal | None = None,
) -> Sending | None:
    """Commit that the difference of ``journal`` is booked; the engine picks it up.

    ``seen`` is the digest of the plan a person has confirmed. If it is under way already, its
    sending is returned. Where there is nothing to book the journal is settled, and ``None``
    returned. ``release`` is the proposal that ``user`` releases. Raises ``NoDifference``,
    ``DifferenceChanged`` or ``NeedsRelease``, and Django's ``ValidationError`` about the reason.
    """
    reason = checked_reason(reason)
    under_way = _booking_now(journal)
    if under_way is not None:
        return under_way
    planned = plan_difference_of(journal, now=now)
    if seen is not None and planned.digest != seen:
        raise DifferenceChanged(journal)
    if not planned.can_be_booked and not planned.plan.is_nothing:
        raise NoDifference(journal, "problems", problems=planned.plan.problems)
    with transaction.atomic():
        return _commit(planned, reason=reason, user=user, now=now, release=release)


def _must_be_possible(journal: Journal, journals: Sequence[Journal]) -> None:
    """Raise ``NoDifference`` unless the run was changed after sending, and all else is at rest."""
    exports = list(Export.objects.filter(journal__in=journals))
    has_difference = any(one.is_difference for one in exports if one.journal_id == journal.pk)
    state, states = journal.standing().state, {one.state for one in exports}
    if state is JournalState.OFF:
        raise NoDifference(journal, "problems", problems=journal.problems)
    earlier = [one for one in journals if one.revision < journal.revision]
    is_newest = not any(
        one.revision > journal.revision and not one.discarded_at for one in journals
    )
    reasons = (
        (journal.is_deleted_at_source, "deleted"),
        (states & EXPORTS_UNDER_WAY, "under_way"),
        (states & EXPORTS_GOING_BACK, "going_back"),
        (is_settled_elsewhere(earlier), "settled"),
        (not (is_newest and is_changed(state, has_difference=has_difference)), "not_changed"),
    )
    reason = next((reason for holds, reason in reasons if holds), None)
    if reason is not None:
        raise NoDifference(journal, reason)


def _base_exports(link: Link, journals: Sequence[Journal]) -> list[Export]:
    """Return what is booked of the run in the books that ``link`` leads to."""
    books = link.procountor_account.procountor_company_id
    exports = Export.objects.filter(
        journal__in=journals,
        state__in=BOOKED_EXPORTS,
        link__procountor_account__procountor_company_id=books,
    )
    return list(exports.select_related("journal").order_by("booking_date", "pk"))


def _read_base(journal: Journal, link: Link, journals: Sequence[Journal]) -> tuple[BookedPart, ...]:
    exports = _base_exports(link, journals)
    if not exports:
        raise NoDifference(journal, "not_changed")
    account = link.procountor_account
    with procountor(account) as client:
        # Ids repeat across companies: in another one these would be other receipts.
        if client.get_session().company_id != account.procountor_company_id:
            raise NoDifference(journal, "company")
        ids = [one.ledger_receipt_id for one in exports if one.ledger_receipt_id is not None]
        read = {one.ledger_receipt_id: one for one in client.get_ledger_receipts(ids)}
    gone = [one for one in exports if one.ledger_receipt_id not in read]
    if gone:
        raise NoDifference(journal, "gone", numbers=_numbers(gone))
    base = tuple(
        BookedPart(export=one, receipt=read[one.ledger_receipt_id or 0]) for one in exports
    )
    unbalanced = [one.export for one in base if not is_balanced(one.rows)]
    if unbalanced:
        raise NoDifference(journal, "not_balanced", numbers=_numbers(unbalanced))
    return base


def _numbers(exports: Iterable[Export]) -> str:
    return ", ".join(str(one.shown_number or one.ledger_receipt_id) for one in exports)


def _rows_by_date(base: Iterable[BookedPart]) -> dict[date, list[Transaction]]:
    """Return what is booked by the date it was sent for, wherever people have moved it since."""
    rows: dict[date, list[Transaction]] = {}
    for one in base:
        of_date = rows.setdefault(one.export.booking_date, [])
        of_date += one.rows
    return rows


def _epochs(gathered: Gathered) -> dict[date, int]:
    """Return which difference of the journal a date gets: a new one after one that was booked.

    One that was planned or refused before is planned anew under its token.
    """
    epochs: dict[date, int] = {}
    for one in gathered.exports:
        if one.is_difference:
            is_used_up = one.was_taken_back or one.state in COMMITTED_EXPORTS
            epoch = one.epoch + 1 if is_used_up else one.epoch
            epochs[one.booking_date] = max(epoch, epochs.get(one.booking_date, 0))
    return epochs


def _booking_now(journal: Journal) -> Sending | None:
    """Return the sending that books the difference; anything else under way is refused later."""
    own = Export.objects.filter(
        journal=journal, is_difference=True, state__in=EXPORTS_UNDER_WAY | {ExportState.POSTED}
    )
    return unfinished_sending(journal) if own.exists() else None


def _commit(
    planned: PlannedDifference,
    *,
    reason: str,
    user: User | None,
    now: datetime,
    release: Proposal | None,
) -> Sending | None:
    journals = lock_run(planned.journal)
    journal = next(one for one in journals if one.pk == planned.journal.pk)
    # Asked again under the locks: another click, or another person, may have been faster.
    under_way = _booking_now(journal)
    if under_way is not None:
        return under_way
    link = _locked_link(planned)
    _must_be_possible(journal, journals)
    _must_be_allowed(journal, link)
    before = {(one.export.pk, one.export.state) for one in planned.base}
    if before != {(one.pk, one.state) for one in _base_exports(link, journals)}:
        raise DifferenceChanged(journal)
    if release is not None:
        release = locked_release(release, journal)
    if not planned.plan.is_nothing:
        count = len(planned.plan.receipts)
        must_be_released(
            journal, [link], planned.digest, user=user, release=release, receipt_count=count
        )
    _keep_basis(planned, journal, reason=reason, user=user, now=now)
    if planned.plan.is_nothing:
        settle_as(SettledAs.NOTHING, journals, journal, reason=reason, user=user, now=now)
        return None
    tokens = frozenset(one.token for one in planned.plan.receipts)
    drop_unsent(journals, keeps=tokens)
    for one in journals:
        one.store_state()
    for receipt in planned.plan.receipts:
        _queue(planned, journal, link, receipt)
    sending = _asked(planned, journal, link, reason=reason, user=user, now=now)
    if release is not None:
        note_released([(release, sending)], user=user, now=now)
    note_begun([(sending, journal)], now=now)
    return sending


def _locked_link(planned: PlannedDifference) -> Link:
    """Lock the link, so that it is not ended before the receipts are queued."""
    journal = planned.journal
    links = Link.objects.select_for_update(of=("self",), no_key=True)
    link = links.filter(pk=planned.link.pk if planned.link else 0).first()
    if link is None or not link.covers(journal.booking_period):
        raise DifferenceChanged(journal)
    return link


def _must_be_allowed(journal: Journal, link: Link) -> None:
    company = journal.company
    is_forbidden = company.is_test or company.block is not None or link.is_verify_only
    if is_forbidden or unfinished_sending(journal) is not None:
        raise DifferenceChanged(journal)


def _queue(
    planned: PlannedDifference, journal: Journal, link: Link, receipt: LedgerReceipt
) -> None:
    """Store the receipt to be looked for and then posted; one that was refused before is used."""
    made = Export.with_trail.filter(token=receipt.token, journal=journal).first()
    export = made or Export(journal=journal, token=receipt.token, is_difference=True)
    # It may have been planned for other books, which the company has left and come back to.
    export.is_trail = False
    payload = encode_receipt(receipt.body)
    values = [row.accounting_value for row in receipt.body.transactions]
    export.link, export.link_settings = link, planned.settings
    export.program_version = __version__
    export.booking_date = receipt.booking_date
    export.receipt_date, export.name = receipt.body.receipt_date, receipt.body.name
    export.epoch = planned.epochs.get(receipt.booking_date, 0)
    export.payload = payload.decode()
    export.payload_sha256 = hashlib.sha256(payload).hexdigest()
    export.items_to_make = _items_of(receipt, planned.plan.items_to_make)
    export.row_count = len(values)
    export.debit_total = sum(value for value in values if value > 0)
    export.state, export.problems, export.look_at = ExportState.QUEUED, (), None
    export.is_looked_for, export.absent_look_count = False, 0
    export.save()


def _items_of(receipt: LedgerReceipt, items: Sequence[ItemToMake]) -> list[ItemToMake]:
    used = {
        (value.dimension_id, value.item_id)
        for row in receipt.body.transactions
        for value in row.dimension_values
    }
    return [item for item in items if (item.dimension_id, item.stand_in) in used]


def _keep_basis(
    planned: PlannedDifference, journal: Journal, *, reason: str, user: User | None, now: datetime
) -> None:
    Difference.objects.create(
        journal=journal,
        reason=reason,
        basis=[basis_of(one.receipt) for one in planned.base],
        requested_by=user,
        system_user="" if user else audit.current_system_user(),
        requested_at=now,
    )


def _asked(
    planned: PlannedDifference,
    journal: Journal,
    link: Link,
    *,
    reason: str,
    user: User | None,
    now: datetime,
) -> Sending:
    audit.record(
        audit.Action.DIFFERENCE_ASKED,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        count=str(len(planned.plan.receipts)),
        reason=reason,
    )
    journal.store_state()
    return Sending.objects.create(
        journal=journal,
        requested_by=user,
        system_user="" if user else audit.current_system_user(),
        requested_at=now,
        due_at=now,
        release_off_at=off_since([link]),
    )
