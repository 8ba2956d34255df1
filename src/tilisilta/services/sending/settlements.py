"""What a person says of a journal of which nothing is left to be sent, and how it is taken back.

A journal that was changed after sending, or whose run was deleted since, is *settled*; one that was
booked another way is *marked as sent*. Nothing of it is sent then, by whatever way.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tilisilta.domain import standing as domain
from tilisilta.domain.personal_codes import find_personal_codes
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import (
    COMMITTED_EXPORTS,
    EXPORTS_MOVING,
    MARKABLE_JOURNALS,
    SettledAs,
    is_lost,
)
from tilisilta.errors import NeedsAttention
from tilisilta.models import Export, Journal, Sending, Settlement, User
from tilisilta.services import audit
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.sending.run_journals import drop_unsent, journals_of, lock_run
from tilisilta.services.sending.withdrawals import checked_reason

_ACTIONS = {
    SettledAs.BY_HAND: audit.Action.JOURNAL_SETTLED,
    SettledAs.NOTHING: audit.Action.JOURNAL_EQUAL,
    SettledAs.SENT: audit.Action.JOURNAL_MARKED_SENT,
}
MOST_NUMBER_CHARACTERS = 40
_NO_NUMBER = "-"


class CannotSettle(NeedsAttention):
    """The journal is not one of which that can be said."""

    code = ProblemCode.CANNOT_SETTLE

    def __init__(self, journal: Journal, reason: str) -> None:
        super().__init__(f"Journal {journal.reference} cannot be settled: {reason}.")
        self.journal = journal
        self.facts = {"journal": journal.reference, "reason": reason}


class NotSettled(NeedsAttention):
    """Nothing was said of the journal that could be taken back, or too much has happened since."""

    code = ProblemCode.NOT_SETTLED

    def __init__(self, journal: Journal, reason: str = "") -> None:
        super().__init__(f"Journal {journal.reference} is not settled: {reason}.")
        self.journal = journal
        self.facts = {"journal": journal.reference, "reason": reason}


def can_be_settled(journal: Journal) -> bool:
    """Return whether it waits for a person because of what happened after sending."""
    return domain.can_be_settled(
        journal.standing().state,
        has_difference=journal.exports.filter(is_difference=True).exists(),
        is_deleted=journal.is_deleted_at_source,
    )


def can_be_marked(journal: Journal) -> bool:
    """Return whether a person may say that it, or what is left of it, was booked another way."""
    return journal.standing().state in MARKABLE_JOURNALS and not can_be_settled(journal)


def settle_by_hand(
    journal: Journal, *, reason: str, receipt_number: str = "", user: User | None, now: datetime
) -> Journal:
    """Store that a journal changed or deleted after sending needs nothing more from Tilisilta.

    So is every earlier journal of the run whose deletion asks for a person. Said twice it is stored
    once. Raises ``CannotSettle``, and Django's ``ValidationError`` about reason and number.
    """
    reason, number = checked_reason(reason), checked_receipt_number(receipt_number)
    with transaction.atomic():
        journals, journal = _locked(journal)
        if journal.settled_as in {SettledAs.BY_HAND, SettledAs.NOTHING}:
            return journal
        _must_be_at_rest(journals, journal)
        if not can_be_settled(journal):
            raise CannotSettle(journal, "not_changed")
        settle_as(
            SettledAs.BY_HAND, journals, journal, reason=reason, number=number, user=user, now=now
        )
    return journal


def mark_as_sent(
    journal: Journal, *, reason: str, receipt_number: str = "", user: User | None, now: datetime
) -> Journal:
    """Store that a journal, or what is left of it, was booked another way: it is never sent.

    Said twice it is stored once. Raises what ``settle_by_hand`` does.
    """
    reason, number = checked_reason(reason), checked_receipt_number(receipt_number)
    with transaction.atomic():
        journals, journal = _locked(journal)
        if journal.settled_as == SettledAs.SENT:
            return journal
        _must_be_at_rest(journals, journal)
        if not can_be_marked(journal):
            raise CannotSettle(journal, "not_markable")
        settle_as(
            SettledAs.SENT, journals, journal, reason=reason, number=number, user=user, now=now
        )
    return journal


def undo_settlement(journal: Journal, *, reason: str, user: User | None, now: datetime) -> Journal:
    """Take the last settlement of ``journal`` back and check it: it asks for a person again.

    Raises ``NotSettled`` without one, or when something of the run was booked on top of it.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        journals, journal = _locked(journal)
        in_force = list(journal.settlements.select_for_update().filter(undone_at__isnull=True))
        if not in_force:
            raise NotSettled(journal, "nothing")
        _must_be_the_last_word(journals, journal)
        undone = in_force[0]
        undone.undone_at, undone.undone_by, undone.undo_reason = now, user, reason
        undone.save(update_fields=["undone_at", "undone_by", "undo_reason"])
        # A journal that was marked as sent may have been settled on top of that.
        journal.settled_as = in_force[1].settled_as if len(in_force) > 1 else ""
        journal.save(update_fields=["settled_as"])
        journal.store_state()
        _record(audit.Action.SETTLEMENT_UNDONE, journal, user=user, reason=reason)
    # Later revisions too: whether they are changed after sending follows from this one.
    for one in journals_of(journal).filter(revision__gte=journal.revision):
        check_journal(one, now=now, age_limit=timedelta.max)
    return Journal.objects.select_related("company__debtor").get(pk=journal.pk)


def settle_as(
    settled_as: SettledAs,
    journals: Sequence[Journal],
    journal: Journal,
    *,
    reason: str,
    number: str = "",
    user: User | None,
    now: datetime,
) -> None:
    """Store that ``journal`` is settled; the ``journals`` of its run are locked."""
    earlier = [one for one in journals if one.revision < journal.revision]
    drop_unsent([*earlier, journal])
    lost = [one for one in earlier if not one.settled_as and _is_lost(one)]
    for one in [*(lost if settled_as is SettledAs.BY_HAND else ()), journal]:
        Settlement.objects.create(
            journal=one,
            settled_as=settled_as,
            reason=reason,
            receipt_number=number,
            settled_by=user,
            system_user="" if user else audit.current_system_user(),
            settled_at=now,
        )
        one.settled_as = settled_as
        one.save(update_fields=["settled_as"])
        shown = number or _NO_NUMBER
        _record(_ACTIONS[settled_as], one, user=user, reason=reason, number=shown)
    for one in [*earlier, journal]:
        one.store_state()


def checked_receipt_number(number: str) -> str:
    """Return ``number`` without outer blanks; raise ``ValidationError`` if it cannot be one."""
    number = " ".join(number.split())
    if len(number) > MOST_NUMBER_CHARACTERS:
        raise ValidationError({"receipt_number": _("Give it in at most 40 characters.")})
    if find_personal_codes(number):
        raise ValidationError({"receipt_number": _("Leave the personal identity code out.")})
    return number


def _is_lost(journal: Journal) -> bool:
    return is_lost(journal.standing().state, is_deleted=journal.is_deleted_at_source)


def _locked(journal: Journal) -> tuple[list[Journal], Journal]:
    """Lock all journals of the run, and return them and the one asked for as it is now."""
    journals = lock_run(journal)
    return journals, next(one for one in journals if one.pk == journal.pk)


def _must_be_at_rest(journals: Sequence[Journal], journal: Journal) -> None:
    """Raise ``CannotSettle`` while something of the run is on its way into or out of the books."""
    exports = Export.objects.filter(journal__in=journals)
    on_its_way = exports.filter(state__in=EXPORTS_MOVING)
    sendings = Sending.objects.filter(journal__in=journals, finished_at__isnull=True)
    if on_its_way.exists() or sendings.exists():
        raise CannotSettle(journal, "under_way")


def _must_be_the_last_word(journals: Sequence[Journal], journal: Journal) -> None:
    later = [one.pk for one in journals if one.revision > journal.revision]
    booked = Export.objects.filter(journal__in=later, state__in=COMMITTED_EXPORTS)
    if booked.exists() or any(one.settled_as for one in journals if one.pk in later):
        raise NotSettled(journal, "booked_since")


def _record(
    action: audit.Action, journal: Journal, *, user: User | None, reason: str, number: str = ""
) -> None:
    audit.record(
        action,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        reason=reason,
        number=number,
    )
