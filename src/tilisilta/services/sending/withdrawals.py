"""Plans and asks for the withdrawal of a journal, and lets it be sent again afterwards.

Asking only commits rows; the engine picks them up (``services.sending.taking_back``).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tilisilta.clients.procountor.wire import decode_receipt, encode_receipt
from tilisilta.domain.administrations import Administration
from tilisilta.domain.masking import receipt_as_masked
from tilisilta.domain.personal_codes import find_personal_codes
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.receipt_words import words_in
from tilisilta.domain.receipts import BookedReceipt, ReceiptBody
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    EXPORTS_GOING_BACK,
    EXPORTS_UNDER_WAY,
    ExportState,
)
from tilisilta.domain.withdrawals import (
    Way,
    WayBack,
    can_become_final,
    reversing_receipt,
    way_back,
)
from tilisilta.errors import NeedsAttention
from tilisilta.models import Export, Journal, Sending, User, Withdrawal
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.procountor.administrations import read_administration
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.asking import unfinished_sending
from tilisilta.services.sending.run_journals import later_difference, later_settled

MOST_REASON_CHARACTERS = 200
_UNBOOKED_REVERSALS = frozenset(
    {ExportState.READY, ExportState.QUEUED, ExportState.REJECTED, ExportState.WITHDRAWN}
)


class CannotWithdraw(NeedsAttention):
    """Nothing of the journal is booked, or a receipt of it cannot be taken back now."""

    code = ProblemCode.CANNOT_WITHDRAW

    def __init__(self, journal: Journal, reason: str) -> None:
        super().__init__(f"Journal {journal.reference} cannot be withdrawn: {reason}.")
        self.journal = journal
        self.facts = {"journal": journal.reference, "reason": reason}


class WithdrawalChanged(NeedsAttention):
    """What would become of the receipts is no longer what the person saw; nothing was done."""

    code = ProblemCode.WITHDRAWAL_CHANGED

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"The withdrawal of journal {journal.reference} has changed.")
        self.journal = journal
        self.facts = {"journal": journal.reference}


class NotWithdrawn(NeedsAttention):
    """Only a journal that is withdrawn as a whole may be sent again."""

    code = ProblemCode.NOT_WITHDRAWN

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"Journal {journal.reference} is not withdrawn.")
        self.journal = journal
        self.facts = {"journal": journal.reference}


@dataclass(frozen=True, kw_only=True)
class PlannedReceipt:
    """A booked receipt, how Procountor has it now, and what becomes of it.

    ``token`` and ``body`` are those of the receipt that reverses it, if that is the way.
    """

    export: Export
    status: str
    way: WayBack
    token: str = ""
    body: ReceiptBody | None = None

    @property
    def payload(self) -> str:
        return encode_receipt(self.body).decode() if self.body is not None else ""


@dataclass(frozen=True, kw_only=True)
class WithdrawalPlan:
    """What a withdrawal of ``journal`` would do; ``digest`` comes back with the confirmation.

    ``can_become_final`` says that receipts in these books become final once their year is closed.
    """

    journal: Journal
    receipts: tuple[PlannedReceipt, ...]
    can_become_final: bool

    @property
    def is_possible(self) -> bool:
        return bool(self.receipts) and all(one.way.is_possible for one in self.receipts)

    @property
    def has_reversal(self) -> bool:
        return any(one.way.way is Way.REVERSE for one in self.receipts)

    @property
    def digest(self) -> str:
        # Not the payloads: the reason stands in their notes, and is only now being written.
        parts = (
            f"{one.export.pk}:{one.way.way}:{one.way.reverse_on}:{one.status}:{_rows(one)}"
            for one in self.receipts
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def plan_withdrawal(journal: Journal, *, now: datetime, reason: str = "") -> WithdrawalPlan:
    """Return what would become of each booked receipt of ``journal``, as Procountor has them now.

    Reads Procountor and stores nothing. Raises ``CannotWithdraw``, and what the client raises.
    """
    exports = _in_the_books(journal)
    if not exports:
        raise CannotWithdraw(journal, "nothing")
    _must_be_the_last(journal)
    account = exports[0].link.procountor_account
    if any(one.link.is_verify_only for one in exports):
        raise CannotWithdraw(journal, "verify_only")
    if any(not one.link.procountor_account.is_authorised for one in exports):
        raise CannotWithdraw(journal, "account")
    # Read again each time: a month that was just closed decides what becomes of a receipt.
    administration = read_administration(account, now=now, age_limit=timedelta(0))
    with procountor(account) as client:
        if client.get_session().company_id != account.procountor_company_id:
            raise CannotWithdraw(journal, "company")
        ids = [one.ledger_receipt_id for one in exports if one.ledger_receipt_id is not None]
        booked = {one.ledger_receipt_id: one for one in client.get_ledger_receipts(ids)}
    return WithdrawalPlan(
        journal=journal,
        receipts=tuple(
            _planned(one, booked.get(one.ledger_receipt_id or 0), administration, reason)
            for one in exports
        ),
        can_become_final=can_become_final(administration.country),
    )


def ask_to_withdraw(
    journal: Journal, *, reason: str, user: User | None, now: datetime, seen: str | None = None
) -> Sending:
    """Commit that all booked receipts of ``journal`` are taken back; the engine picks it up.

    ``seen`` is the digest of the plan a person has confirmed. A withdrawal that was stopped goes
    on with the receipts that are left. If one is under way, its sending is returned. Raises
    ``CannotWithdraw`` or ``WithdrawalChanged``, and Django's ``ValidationError`` about the reason.
    """
    reason = checked_reason(reason)
    under_way = _withdrawing_now(journal)
    if under_way is not None:
        return under_way
    plan = plan_withdrawal(journal, now=now, reason=reason)
    if seen is not None and plan.digest != seen:
        raise WithdrawalChanged(journal)
    impossible = next((one for one in plan.receipts if not one.way.is_possible), None)
    if impossible is not None:
        raise CannotWithdraw(journal, str(impossible.way.reason))
    with transaction.atomic():
        return _commit(plan, reason=reason, user=user, now=now)


def let_be_sent_again(
    journal: Journal, *, reason: str, user: User | None, now: datetime
) -> Journal:
    """Let a withdrawn journal be sent once more, under tokens of its own, and check it.

    It is not sent by this. Raises ``NotWithdrawn``, and ``ValidationError`` about the reason.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        locked = Journal.objects.select_for_update(of=("self",)).select_related("company")
        journal = locked.get(pk=journal.pk)
        if journal.withdrawn_at is None or journal.settled_as:
            raise NotWithdrawn(journal)
        journal.withdrawn_at = None
        journal.save(update_fields=["withdrawn_at"])
        journal.store_state()
        audit.record(
            audit.Action.JOURNAL_AGAIN,
            user=user,
            company=journal.company,
            about=journal,
            reference=journal.reference,
            reason=reason,
        )
    return check_journal(journal, now=now, age_limit=timedelta(0))


def checked_reason(reason: str) -> str:
    """Return ``reason`` without outer blanks; raise ``ValidationError`` if it cannot be one."""
    reason = " ".join(reason.split())
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    if len(reason) > MOST_REASON_CHARACTERS:
        raise ValidationError({"reason": _("Say it in at most 200 characters.")})
    if find_personal_codes(reason):
        raise ValidationError({"reason": _("Leave the personal identity code out.")})
    return reason


def _in_the_books(journal: Journal) -> list[Export]:
    exports = journal.exports.filter(state__in=BOOKED_EXPORTS | EXPORTS_GOING_BACK)
    return list(
        exports.select_related("link__procountor_account").order_by("booking_date", "epoch")
    )


def _must_be_the_last(journal: Journal) -> None:
    """Refuse while something of the run stands on top of what this journal has booked."""
    if later_difference(journal):
        raise CannotWithdraw(journal, "difference")
    if later_settled(journal):
        raise CannotWithdraw(journal, "settled")


def _planned(
    export: Export, booked: BookedReceipt | None, administration: Administration, reason: str
) -> PlannedReceipt:
    way = _way_of(export, booked, administration)
    if way.way is not Way.REVERSE or way.reverse_on is None or booked is None:
        return PlannedReceipt(export=export, status=booked.status if booked else "", way=way)
    if export.journal.masked_at is not None:
        # What was masked is not written anew.
        sent = decode_receipt(export.payload.encode())
        booked = replace(booked, body=receipt_as_masked(booked.body, sent))
    token, body = reversing_receipt(
        booked,
        first_token=export.token,
        procountor_company_id=export.link.procountor_account.procountor_company_id or 0,
        reverse_on=way.reverse_on,
        reason=reason,
        words=words_in(export.link.receipt_language),
    )
    return PlannedReceipt(export=export, status=booked.status, way=way, token=token, body=body)


def _way_of(
    export: Export, booked: BookedReceipt | None, administration: Administration
) -> WayBack:
    reversal = Export.with_trail.filter(reverses=export).first()
    if reversal is not None and reversal.state not in _UNBOOKED_REVERSALS:
        # It is, or may be, booked: whatever else is possible by now, nothing else is done.
        return WayBack(way=Way.REVERSE, reverse_on=reversal.receipt_date)
    return way_back(booked, administration.fiscal_years)


def _rows(planned: PlannedReceipt) -> str:
    if planned.body is None:
        return ""
    return "; ".join(
        f"{row.account} {row.accounting_value} {row.dimension_values}"
        for row in planned.body.transactions
    )


def _withdrawing_now(journal: Journal) -> Sending | None:
    """Return the sending that takes the journal back; refuse while it is sent."""
    under_way = unfinished_sending(journal)
    if under_way is None:
        return None
    if not Withdrawal.objects.filter(journal=journal, finished_at__isnull=True).exists():
        raise CannotWithdraw(journal, "under_way")
    return under_way


def _commit(plan: WithdrawalPlan, *, reason: str, user: User | None, now: datetime) -> Sending:
    journal = (
        Journal.objects.select_for_update(of=("self",))
        .select_related("company__debtor")
        .get(pk=plan.journal.pk)
    )
    # Asked again under the lock: another click may have been faster.
    under_way = _withdrawing_now(journal)
    if under_way is not None:
        return under_way
    if journal.company.is_test or journal.company.block is not None:
        raise CannotWithdraw(journal, "never_sent")
    # Settled, or its difference asked for, since it was planned: both lock this journal first.
    _must_be_the_last(journal)
    exports = {one.pk: one for one in journal.exports.select_for_update()}
    if any(one.state in EXPORTS_UNDER_WAY for one in exports.values()):
        raise CannotWithdraw(journal, "under_way")
    _must_be_the_same(journal, plan.receipts, exports.values())
    system_user = "" if user else audit.current_system_user()
    Withdrawal.objects.get_or_create(
        journal=journal,
        finished_at=None,
        defaults={
            "reason": reason,
            "requested_by": user,
            "system_user": system_user,
            "requested_at": now,
        },
    )
    for planned in plan.receipts:
        _commit_receipt(exports[planned.export.pk], planned)
    audit.record(
        audit.Action.WITHDRAWAL_ASKED,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        count=str(len(plan.receipts)),
        reason=reason,
    )
    journal.store_state()
    return Sending.objects.create(
        journal=journal,
        asked_for=Sending.AskedFor.WITHDRAWAL,
        requested_by=user,
        system_user=system_user,
        requested_at=now,
        due_at=now,
    )


def _must_be_the_same(
    journal: Journal, planned: Sequence[PlannedReceipt], exports: Iterable[Export]
) -> None:
    """Raise ``WithdrawalChanged`` unless the same receipts are in the books as were read."""
    before = {(one.export.pk, one.export.state) for one in planned}
    booked = BOOKED_EXPORTS | EXPORTS_GOING_BACK
    if before != {(one.pk, one.state) for one in exports if one.state in booked}:
        raise WithdrawalChanged(journal)


def _commit_receipt(export: Export, planned: PlannedReceipt) -> None:
    export.state, export.problems, export.look_at = ExportState.WITHDRAWING, (), None
    export.way_back = planned.way.way.value
    export.save(update_fields=["state", "problems", "look_at", "way_back"])
    reversal = Export.with_trail.select_for_update().filter(reverses=export).first()
    if planned.body is not None and planned.way.reverse_on is not None:
        _keep_reversal(export, reversal, planned, planned.body, planned.way.reverse_on)
    elif reversal is not None and not reversal.attempts.exists():
        reversal.delete()


def _keep_reversal(
    export: Export,
    reversal: Export | None,
    planned: PlannedReceipt,
    body: ReceiptBody,
    reverse_on: date,
) -> None:
    """Store what takes ``export`` back, to be posted; one that may be booked stays as it is."""
    if reversal is not None and reversal.state not in _UNBOOKED_REVERSALS:
        # A person has just looked at it, and what stopped it is looked at anew.
        if reversal.state == ExportState.UNCERTAIN:
            Export.with_trail.filter(pk=reversal.pk).update(problems=[], look_at=None)
        return
    made = reversal or Export(
        journal=export.journal,
        link=export.link,
        reverses=export,
        is_trail=True,
        booking_date=export.booking_date,
        epoch=export.epoch,
        token=planned.token,
    )
    values = [row.accounting_value for row in body.transactions]
    payload = planned.payload
    made.receipt_date, made.name = reverse_on, body.name
    made.payload = payload
    made.payload_sha256 = hashlib.sha256(payload.encode()).hexdigest()
    made.row_count = len(values)
    made.debit_total = sum(value for value in values if value > 0)
    made.items_to_make = []
    made.state, made.problems, made.look_at = ExportState.QUEUED, (), None
    made.is_looked_for, made.absent_look_count = False, 0
    made.save()
