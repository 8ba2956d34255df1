"""The text of a mail of notices, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.notices import NoticeKind
from tilisilta.languages import language_of
from tilisilta.models import NoticeMail
from tilisilta.services.notices.audience import OpenNotice
from tilisilta.services.notices.words import Told, page_address, told


def compose(
    mail: NoticeMail,
    notices: Sequence[OpenNotice],
    *,
    now: datetime,
    until: datetime | None = None,
) -> EmailMessage:
    """Return the mail that tells ``notices``, which are the ones of it that still stand.

    ``until`` is set where mails go to the address until then though it is not confirmed.
    """
    with translation.override(language_of(mail.user.language).code):
        groups = told(notices)
        subject = _subject(groups, is_digest=mail.is_digest)
        return _message(
            address=mail.address,
            subject=subject,
            text=_text(groups, is_digest=mail.is_digest, until=until),
            message_id=mail.message_id,
            now=now,
        )


def compose_confirmation(mail: NoticeMail, token: str, *, now: datetime) -> EmailMessage:
    """Return the mail that asks to confirm its address. A stranger may get it: it names nobody."""
    with translation.override(language_of(mail.user.language).code):
        who = _("Somebody wants notices of Tilisilta to come to this mail address.")
        do = _("If it was you, open this page within three days, log in and confirm the address:")
        otherwise = _("If not, nothing needs to be done: no notices will come here.")
        link = page_address("confirm_mail_address", token)
        automatic = _("This mail was sent automatically. Answers to it are not read.")
        return _message(
            address=mail.address,
            subject=_("Tilisilta: confirm this mail address"),
            text="\n".join((_("Hello,"), "", who, do, "", f"  {link}", "", otherwise, automatic)),
            message_id=mail.message_id,
            now=now,
        )


def compose_test(address: str, message_id: str, now: datetime) -> EmailMessage:
    """Return a mail that tells only that mails arrive, in the active language."""
    text = _("This is a test: mails of Tilisilta arrive here. Nothing needs to be done.")
    lines = [_("Hello,"), "", text, "", settings.BASE_URL]
    return _message(
        address=address,
        subject=_("Tilisilta: test of the mail server"),
        text="\n".join(lines),
        message_id=message_id,
        now=now,
    )


def _message(
    *, address: str, subject: str, text: str, message_id: str, now: datetime
) -> EmailMessage:
    message = EmailMessage()
    sender_name, sender = parseaddr(settings.MAIL_FROM)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(addr_spec=address)
    message["Subject"] = subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    # Answers of absent people must not come back, and a mail program can sort these.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"Tilisilta <notices.{sender.rpartition('@')[2]}>"
    message.set_content(f"{text}\n", cte="quoted-printable")
    # After the content, which takes such headers away.
    message["Content-Language"] = translation.get_language() or "en"
    return message


def _subject(groups: Sequence[Told], *, is_digest: bool) -> str:
    """Return a subject that says what there is, without any name."""
    count = sum(one.count for one in groups)
    if len(groups) == 1:
        return f"Tilisilta \N{EN DASH} {_with_count(groups[0])}"
    # Several groups are never a single notice, but some languages tell even these numbers apart.
    text = (
        ngettext("Today: %(count)s notice", "Today: %(count)s notices", count)
        if is_digest
        else ngettext("%(count)s notice", "%(count)s notices", count)
    )
    return f"Tilisilta \N{EN DASH} {text % {'count': count}}"


def _with_count(group: Told) -> str:
    if group.count == 1 or not group.names:
        return group.title
    return f"{group.title} ({group.count})"


def _text(groups: Iterable[Told], *, is_digest: bool, until: datetime | None) -> str:
    begin = (
        _("This has come up since the last digest and still holds:")
        if is_digest
        else _("This has come up and still holds:")
    )
    blocks = "\n\n".join(_block(group) for group in groups)
    choose = _("You choose what you are told, and when, on this page:")
    address = page_address("notice_choices")
    automatic = _("This mail was sent automatically. Answers to it are not read.")
    hello = (_("Hello,"), "", *(_hint(until) if until is not None else ()))
    return "\n".join((*hello, begin, "", blocks, "", "-- ", choose, address, automatic))


def _hint(until: datetime) -> tuple[str, ...]:
    """Return what an address that is not confirmed is told before everything else."""
    day = date_format(timezone.localtime(until), language_of(translation.get_language()).day)
    text = _(
        "This mail address is not confirmed. From %(day)s on no notices come here until it is:"
    )
    return (text % {"day": day}, f"  {page_address('notice_choices')}", "")


def _block(group: Told) -> str:
    title = capfirst(_with_count(group))
    names = [f"  - {name}" for name in group.names]
    if group.more:
        more = ngettext("and %(count)s more", "and %(count)s more", group.more)
        names.append(f"  - {more % {'count': group.more}}")
    if group.kind is NoticeKind.COMPLETE and not names:
        return f"{title}\n  {group.link}"
    return "\n".join((title, *names, f"  {group.link}"))
