"""What notices are told as: a document for a program, a message for the people of a channel.

Both are made of the words of the mails: names of companies and debtors, and nothing of pay or of
persons.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.clients.webhooks.formats import slack_body, teams_body
from tilisilta.domain.messages import MOST_LINES, Line, Message
from tilisilta.domain.notices import NoticeKind
from tilisilta.models import Notice, Webhook
from tilisilta.services.notices.audience import OpenNotice
from tilisilta.services.notices.words import Told, clean_name, told

MOST_NAMES = 10
TEST_TYPE = "test"
_BODIES = {Webhook.Format.SLACK: slack_body, Webhook.Format.TEAMS: teams_body}


def with_what_is_told(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    return notices.select_related("company__debtor", "debtor")


def body_of_notice(notice: Notice, message_id: str, *, standing: int) -> str:
    """Return the document of one notice; see ``docs/webhooks.md``, which promises its members.

    ``standing`` is how many notices of its kind stand at that moment.
    """
    about = {**what_is_told(notice), "counts": {"standing": standing}}
    return _document(message_id, f"notice.{notice.kind}", notice.raised_at, about)


def what_is_told(notice: Notice) -> dict[str, Any]:
    """Return what is told of a notice; nothing of pay or of persons is in it."""
    [said] = told([_as_open(notice)])
    return {
        "code": notice.code or None,
        "month": f"{notice.month:%Y-%m}" if notice.month is not None else None,
        "company": _company(notice),
        "debtor": _debtor(notice),
        "service": _service(notice),
        "ends_on": notice.ends_on.isoformat() if notice.ends_on else None,
        "text": said.title,
        "url": said.link,
    }


def body_of_notices(form: Webhook.Format, notices: Sequence[OpenNotice]) -> str:
    """Return one message of all ``notices`` for Slack or Teams."""
    groups = told(notices)
    count = ngettext("Tilisilta: %(count)s notice", "Tilisilta: %(count)s notices", len(notices))
    left = sum(one.count for one in groups[MOST_LINES:])
    message = Message(
        title=count % {"count": _grouped(len(notices))},
        lines=tuple(_lines(groups[:MOST_LINES])),
        more=_and_more(left),
        link=_("Open Tilisilta"),
        url=f"{settings.BASE_URL}/",
    )
    return _BODIES[form](message).decode()


def body_of_test(form: Webhook.Format, message_id: str, *, now: datetime) -> str:
    """Return a message that only says that it was sent for a test."""
    text = _("A test notice of Tilisilta: what is sent arrives here.")
    url = f"{settings.BASE_URL}/"
    if form == Webhook.Format.OWN:
        return _document(message_id, TEST_TYPE, now, {"text": text, "url": url})
    message = Message(
        title=_("Tilisilta: a test"), lines=[Line(text=text)], link=_("Open Tilisilta"), url=url
    )
    return _BODIES[form](message).decode()


def _lines(groups: Iterable[Told]) -> Iterable[Line]:
    """Yield a line for each group; all of them together name ``MOST_NAMES`` at most."""
    left = MOST_NAMES
    for one in groups:
        names = one.names[:left]
        left -= len(names)
        if one.names and not names:
            # No name is left for it: how many it is about stands behind it.
            yield Line(text=f"{one.title} ({_grouped(one.count)})", url=one.link)
            continue
        more = one.count - len(names) if names else 0
        yield Line(text=one.title, url=one.link, names=names, more=_and_more(more))


def _and_more(count: int) -> str:
    if not count:
        return ""
    return ngettext("and %(count)s more", "and %(count)s more", count) % {"count": _grouped(count)}


def _grouped(count: int) -> str:
    return str(number_format(count, use_l10n=True, force_grouping=True))


def _document(message_id: str, kind: str, at: datetime, data: dict[str, Any]) -> str:
    document = {
        "id": message_id,
        "type": kind,
        "timestamp": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _company(notice: Notice) -> dict[str, Any] | None:
    company = notice.company
    return {"number": company.number, "name": clean_name(company.name)} if company else None


def _debtor(notice: Notice) -> dict[str, Any] | None:
    debtor = notice.company.debtor if notice.company else notice.debtor
    return {"number": debtor.number, "name": clean_name(debtor.name)} if debtor else None


def _service(notice: Notice) -> str | None:
    """Return the service that has to be authorised; what people call the access is not told."""
    if notice.connection_id is not None:
        return "nmbrs"
    return "procountor" if notice.account_id is not None else None


def _as_open(notice: Notice) -> OpenNotice:
    company, debtor = notice.company, notice.debtor
    return OpenNotice(
        pk=notice.pk,
        kind=NoticeKind(notice.kind),
        code=notice.code,
        month=notice.month,
        company=f"{company.number} {company.name}" if company else "",
        debtor_id=notice.debtor_id,
        debtor=debtor.name if debtor else "",
        is_of_connection=notice.connection_id is not None,
        ends_on=notice.ends_on,
        raised_at=notice.raised_at,
    )
