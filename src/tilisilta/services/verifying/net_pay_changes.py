"""What a person does about the net pay of a month: payment files, a tick, the ledger accounts."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tilisilta.clients.files.outcomes import PaymentFileRefused
from tilisilta.clients.files.payment_files import read_payment_file
from tilisilta.domain.file_names import shown_file_name
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.payment_files import PaymentMessage
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, Link, PaidByHand, PaymentFile, User
from tilisilta.models.links import MOST_NET_PAY_CHARACTERS, ledger_account_number
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.journals.keeping import lock_companies, lock_company
from tilisilta.services.verifying.net_pay import AT_A_TIME, NetPayMonth, net_pay_of_each
from tilisilta.services.verifying.net_pay_standing import (
    note_net_pay,
    note_net_pay_of_each,
    note_net_pay_of_link,
)

_MOST_NAME = 255


class PaymentFileKnown(NeedsAttention):
    """A payment file with that id was added already, to another month or with other content."""

    code = ProblemCode.PAYMENT_FILE_KNOWN

    def __init__(self, known: PaymentFile) -> None:
        super().__init__("A payment file with that id is known.")
        self.facts = {"period": f"{known.month:%Y-%m}"}


class CannotTick(NeedsAttention):
    """The net pay cannot be ticked off: it is another sum, it is nothing, or it has files."""

    code = ProblemCode.CANNOT_TICK

    def __init__(self, reason: str) -> None:
        super().__init__(f"The net pay cannot be ticked off: {reason}.")
        self.facts = {"reason": reason}


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A payment file as it was read, without its content."""

    name: str
    sha256: str
    message: PaymentMessage


def add_payment_files(
    company: Company,
    month: BookingPeriod,
    contents: Iterable[tuple[str, bytes]],
    *,
    user: User | None,
    now: datetime,
) -> tuple[PaymentFile, ...]:
    """Add payment files, each as its name and content, to a month; return those that are new.

    ``contents`` is gone through once, so that it need not hold all files in memory. All are added
    or none. One that the month has already is passed over. Raises ``PaymentFileRefused`` or
    ``PaymentFileKnown``.
    """
    read = [_read(name, content) for name, content in contents]
    added = []
    with transaction.atomic():
        # Two people could add the same file at once.
        lock_company(company)
        for one in read:
            made = _new(company, month, one)
            if made is None:
                continue
            made.added_at, made.added_by = now, user
            made.added_by_name = _by(user)
            made.save(force_insert=True)
            _record(audit.Action.PAYMENT_FILE_ADDED, made, user=user)
            added.append(made)
        if added:
            note_net_pay(company, month)
    return tuple(added)


def replace_payment_file(
    company: Company,
    month: BookingPeriod,
    content: tuple[str, bytes],
    *,
    user: User | None,
    now: datetime,
) -> PaymentFile | None:
    """Add a payment file that was made again, in place of the one of its name.

    Return ``None`` where the month has the same payments already, by that name or by its id: a
    program may give each making an id of its own, and the payments would count twice.
    """
    read = _read(*content)
    same_month = PaymentFile.objects.filter(company=company, month=month.first_day)
    with transaction.atomic():
        lock_company(company)
        same_id = Q(message_digest=read.message.message_digest)
        former = list(same_month.filter(Q(file_name=read.name) | same_id))
        if any(one.message().sums == read.message.sums for one in former):
            return None
        for one in former:
            remove_payment_file(one, user=user)
        added = add_payment_files(company, month, [content], user=user, now=now)
    return added[0] if added else None


def remove_payment_file(file: PaymentFile, *, user: User | None) -> None:
    """Remove a payment file from its month, so that it can be added anew or elsewhere."""
    with transaction.atomic():
        count, _rows = PaymentFile.objects.filter(pk=file.pk).delete()
        if count:
            _record(audit.Action.PAYMENT_FILE_REMOVED, file, user=user)
            note_net_pay(file.company, BookingPeriod.containing(file.month))


def tick_paid(
    company: Company,
    month: BookingPeriod,
    *,
    amount: Decimal | None,
    user: User | None,
    now: datetime,
) -> PaidByHand:
    """Store that a person says the net pay of ``month`` was paid.

    ``amount`` is the sum they were shown; ``None`` takes the present one. Raises ``CannotTick``.
    Safe to repeat: the first tick of a sum stays.
    """
    ticked = tick_each_paid([company], month, amounts={company.pk: amount}, user=user, now=now)
    outcome = ticked[company.pk]
    if isinstance(outcome, CannotTick):
        raise outcome
    return outcome


def tick_each_paid(
    companies: Sequence[Company],
    month: BookingPeriod,
    *,
    amounts: Mapping[int, Decimal | None],
    user: User | None,
    now: datetime,
) -> dict[int, PaidByHand | CannotTick]:
    """Do the same for each of the companies; return each tick, or why there is none, by company.

    ``amounts`` are by company too. The database is asked as often for 500 of them as for one.
    """
    outcomes: dict[int, PaidByHand | CannotTick] = {}
    for start in range(0, len(companies), AT_A_TIME):
        some = companies[start : start + AT_A_TIME]
        with transaction.atomic():
            lock_companies([one.pk for one in some])
            shown = net_pay_of_each(some, month)
            found = {
                one.pk: _tick(shown[one.pk], amounts[one.pk], user=user, now=now) for one in some
            }
            ticks = {pk: one for pk, one in found.items() if isinstance(one, PaidByHand)}
            new = [shown[pk].ticked_off(one) for pk, one in ticks.items() if one.pk is None]
            _store_ticks(new, month, user=user)
        outcomes |= found
    return outcomes


def _tick(
    shown: NetPayMonth, amount: Decimal | None, *, user: User | None, now: datetime
) -> PaidByHand | CannotTick:
    """Return the tick as it is to be, perhaps not stored yet, or why there can be none."""
    present = shown.comparison.whole.payroll
    if shown.files:
        return CannotTick("files")
    if not present:
        return CannotTick("nothing")
    if amount is not None and amount != present:
        return CannotTick("changed")
    if shown.tick is not None and shown.tick.amount == present:
        return shown.tick
    return PaidByHand(
        company=shown.company,
        month=shown.month.first_day,
        amount=present,
        currency=shown.comparison.currency,
        ticked_at=now,
        ticked_by=user,
        ticked_by_name=_by(user),
    )


def _store_ticks(ticked: Sequence[NetPayMonth], month: BookingPeriod, *, user: User | None) -> None:
    PaidByHand.objects.bulk_create(
        [one.tick for one in ticked if one.tick is not None],
        update_conflicts=True,
        update_fields=["amount", "currency", "ticked_at", "ticked_by", "ticked_by_name"],
        unique_fields=["company", "month"],
    )
    audit.record_all(
        audit.entry(
            audit.Action.NET_PAY_TICKED,
            user=user,
            company=one.company,
            name=str(one.company),
            period=str(month),
        )
        for one in ticked
    )
    note_net_pay_of_each(ticked, month)


def untick_paid(company: Company, month: BookingPeriod, *, user: User | None) -> None:
    """Take back that the net pay of ``month`` was paid."""
    with transaction.atomic():
        ticks = PaidByHand.objects.filter(company=company, month=month.first_day)
        count, _rows = ticks.delete()
        if count:
            audit.record(
                audit.Action.NET_PAY_UNTICKED,
                user=user,
                company=company,
                name=str(company),
                period=str(month),
            )
            note_net_pay(company, month)


def name_net_pay_accounts(link: Link, accounts: Sequence[str], *, user: User | None) -> Link:
    """Store which ledger accounts of Procountor the net pay is on; none: propose them again.

    It only changes what is compared, so an ended link may get them too. Raises Django's
    ``ValidationError`` for what is no ledger account.
    """
    codes = sorted({one.strip() for one in accounts if one.strip()})
    for code in codes:
        ledger_account_number(code)
    named = ",".join(codes)
    if len(named) > MOST_NET_PAY_CHARACTERS:
        raise ValidationError(_("These are too many ledger accounts."))
    with transaction.atomic():
        locked = Link.objects.select_for_update(of=("self",)).get(pk=link.pk)
        changes = changes_of(
            {"net_pay_accounts": locked.net_pay_accounts}, {"net_pay_accounts": named}
        )
        if changes:
            locked.net_pay_accounts = named
            locked.save(update_fields=["net_pay_accounts", "changed_at"])
            audit.record(
                audit.Action.LINK_CHANGED,
                user=user,
                company=locked.company,
                about=locked,
                changes=changes,
                name=str(locked.company),
                fields="net_pay_accounts",
            )
            note_net_pay_of_link(locked)
    return locked


def _read(name: str, content: bytes) -> _Read:
    shown = shown_file_name(name)[:_MOST_NAME]
    try:
        message = read_payment_file(content)
    except PaymentFileRefused as error:
        error.name(shown)
        raise
    return _Read(name=shown, sha256=hashlib.sha256(content).hexdigest(), message=message)


def _new(company: Company, month: BookingPeriod, read: _Read) -> PaymentFile | None:
    """Return the row of a file; ``None`` where the month has it already."""
    known = PaymentFile.objects.filter(
        company=company, message_digest=read.message.message_digest
    ).first()
    if known is not None:
        if known.file_sha256 == read.sha256 and known.month == month.first_day:
            return None
        raise PaymentFileKnown(known)
    return PaymentFile(
        company=company,
        month=month.first_day,
        file_name=read.name,
        file_sha256=read.sha256,
        message_digest=read.message.message_digest,
        version=read.message.version,
        sums=[
            {
                "day": one.day.isoformat(),
                "currency": one.currency,
                "payments": one.payments,
                "amount": f"{one.amount:.2f}",
            }
            for one in read.message.sums
        ],
    )


def _by(user: User | None) -> str:
    return user.get_username() if user is not None else audit.current_system_user()


def _record(action: audit.Action, file: PaymentFile, *, user: User | None) -> None:
    audit.record(
        action,
        user=user,
        company=file.company,
        name=str(file.company),
        file=file.file_name,
        period=f"{file.month:%Y-%m}",
    )
