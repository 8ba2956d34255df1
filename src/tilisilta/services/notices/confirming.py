"""Confirms that a user reads the mails of the address they gave, before anything is told there.

A link goes to the address. It is of use to its user alone, who logs in to open it: a stranger who
gets the mail cannot confirm a wrong address, and neither can a program that opens links of mails.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import QuerySet

from tilisilta.models import NoticeChoice, NoticeMail, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.notices.making import new_message_id

LASTS = timedelta(days=3)
"""So long a link can be used."""
REST = timedelta(minutes=5)
"""The least time between two mails with a link to one address."""
DAY = timedelta(days=1)
MOST_A_DAY = 5
"""So many such mails go for one user in a day, to whatever addresses: strangers may get them."""


def ask_to_confirm(choice: NoticeChoice, *, now: datetime) -> bool:
    """Make the mail with the link; ``False`` if it has to wait, see ``may_be_asked_at``."""
    if not settings.MAIL_HOST or may_be_asked_at(choice, now=now) > now:
        return False
    with transaction.atomic():
        # As it was read, so that of two clicks one alone makes a mail.
        as_read = NoticeChoice.objects.unconfirmed().filter(
            pk=choice.pk, address=choice.address, asked_at=choice.asked_at
        )
        if not as_read.update(asked_at=now):
            return False
        # One that waits goes to the address that is wanted by then.
        if not _mails_to(choice).filter(state=NoticeMail.State.WAITING).exists():
            _mails_to(choice).create(
                user=choice.user,
                address=choice.address,
                asks_to_confirm=True,
                message_id=new_message_id(),
                made_at=now,
                next_try_at=now,
            )
    choice.asked_at = now
    return True


def ask_all(now: datetime) -> int:
    """Ask all who gave an address and were not asked for it yet; return how many."""
    unasked = NoticeChoice.objects.unconfirmed().filter(asked_at=None, refused_at=None)
    choices = unasked.filter(user__is_active=True).select_related("user")
    return sum(ask_to_confirm(choice, now=now) for choice in choices)


def may_be_asked_at(choice: NoticeChoice, *, now: datetime) -> datetime:
    """Return from when on another mail with a link may be made for the user of ``choice``."""
    # What lies ahead was made by a clock that ran ahead.
    made = _mails_to(choice).filter(made_at__range=(now - DAY, now)).order_by("-made_at")
    last = list(made.values_list("made_at", "address")[:MOST_A_DAY])
    to_this_one = [at + REST for at, address in last if address == choice.address]
    of_the_day = [at + DAY for at, _address in last[MOST_A_DAY - 1 :]]
    return max((now, *to_this_one, *of_the_day))


def token_for(choice: NoticeChoice) -> str:
    """Return what a link has that confirms the address of ``choice``, and nothing else.

    Neither user nor address is in it, as logs of proxies keep the addresses of pages.
    """
    value = _confirmed_by(choice)
    return _signer().sign(value).removeprefix(f"{value}:")


def fits(token: str, choice: NoticeChoice) -> bool:
    """Return whether ``token`` was made for this user and address, and not too long ago."""
    try:
        _signer().unsign(f"{_confirmed_by(choice)}:{token}", max_age=LASTS)
    except BadSignature:
        return False
    return True


def confirm_address(choice: NoticeChoice, *, user: User | None, now: datetime) -> bool:
    """Store that the address is its user's; ``False`` if it is another one meanwhile.

    ``user`` is who says so, ``None`` for the command line.
    """
    as_read = NoticeChoice.objects.unconfirmed().filter(pk=choice.pk, address=choice.address)
    with transaction.atomic():
        if not as_read.update(confirmed_at=now, told_unconfirmed_until=None):
            return False
        changes = changes_of({}, {"confirmed_mail_address": choice.address})
        audit.record(
            audit.Action.USER_CHANGED,
            user=user,
            about=choice.user,
            changes=changes,
            name=choice.user.username,
            fields=changes[0].field,
        )
    return True


def _mails_to(choice: NoticeChoice) -> QuerySet[NoticeMail]:
    return NoticeMail.objects.filter(user=choice.user_id, asks_to_confirm=True)


def _confirmed_by(choice: NoticeChoice) -> str:
    return f"{choice.user_id}:{choice.address}"


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="tilisilta.notices.confirming")
