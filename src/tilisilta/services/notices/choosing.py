"""What a user wants to be told by mail, and where."""

from collections.abc import Mapping
from datetime import datetime
from email.policy import SMTP

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import Area, NoticeChoice, Right, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.notices.confirming import ask_to_confirm

PROPOSED: Mapping[NoticeKind, Cadence] = {
    NoticeKind.NEEDS_PERSON: Cadence.DAILY,
    NoticeKind.READY: Cadence.NEVER,
    NoticeKind.AUTHORISATION: Cadence.AT_ONCE,
    NoticeKind.MISSING_RUN: Cadence.DAILY,
    NoticeKind.COMPLETE: Cadence.DAILY,
    NoticeKind.CHANGED: Cadence.AT_ONCE,
}
"""What the page proposes; nobody is told anything before they have chosen."""

_CHOSEN = (
    *("address", "cadences", "refused_at", "chosen_at"),
    *("asked_at", "confirmed_at", "told_unconfirmed_until"),
)
_checked = EmailValidator(_("This is not a mail address."))


def checked_address(address: str) -> str:
    """Return a mail address without blanks around it; raise ``ValidationError`` if it is none."""
    address = address.strip()
    _checked(address)
    if not address.isascii():
        raise ValidationError(_("Only letters from a to z, digits and signs in the address."))
    if not _may_stand_in_a_header(address):
        raise ValidationError(_checked.message)
    return address


def _may_stand_in_a_header(address: str) -> bool:
    """Return whether a mail can be addressed to it: more has the form of an address than can."""
    header = SMTP.header_factory("To", address)
    return not header.defects and [one.addr_spec for one in header.addresses] == [address]


def choice_of(user: User) -> NoticeChoice | None:
    return NoticeChoice.objects.filter(user=user).first()


def kinds_open_to(user: User) -> tuple[NoticeKind, ...]:
    """Return the kinds that ``user`` has a right to know of."""
    reads = {area for area in Area if user.can(Right.READ, area)}
    of_authorisations = {Area.PROCOUNTOR, Area.NMBRS}
    return tuple(
        kind
        for kind in NoticeKind
        if reads
        & (of_authorisations if kind is NoticeKind.AUTHORISATION else {Area.JOURNAL_EXPORTS})
    )


def choose_notices(
    chooser: User, *, address: str, cadences: Mapping[NoticeKind, Cadence], now: datetime
) -> NoticeChoice:
    """Store what ``chooser`` wants to be told, and where; an empty address means no mail.

    Another address has to be confirmed, for which a link goes there. Storing an address anew also
    forgets that a mail server refused it. Raises ``ValidationError`` for what is no mail address.
    """
    address = checked_address(address) if address.strip() else ""
    wanted = {kind.value: Cadence(cadence).value for kind, cadence in cadences.items()}
    after = {"mail_address": address, "notices": wanted}
    with transaction.atomic():
        # Locked, as it may be confirmed in the same moment.
        known = NoticeChoice.objects.select_for_update().filter(user=chooser).first()
        choice = known or NoticeChoice(user=chooser, chosen_at=now)
        before = {"mail_address": choice.address, "notices": choice.cadences}
        if choice.address != address:
            choice.asked_at = choice.confirmed_at = choice.told_unconfirmed_until = None
        elif choice.refused_at is not None:
            # The mail with the link may be what was refused.
            choice.asked_at = None
        choice.address, choice.cadences, choice.refused_at = address, wanted, None
        choice.chosen_at = now
        if known is None:
            choice.save()
        else:
            # Not what a worker may be writing: of what they were told.
            choice.save(update_fields=_CHOSEN)
        changes = changes_of(before, after)
        if changes:
            audit.record(
                audit.Action.USER_CHANGED,
                user=chooser,
                about=chooser,
                changes=changes,
                name=chooser.username,
                fields=", ".join(change.field for change in changes),
            )
        if choice.is_unconfirmed and choice.asked_at is None:
            # If too many were made lately, a worker makes it later.
            ask_to_confirm(choice, now=now)
    return choice
