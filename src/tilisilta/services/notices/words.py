"""What notices are called in the active language: made of our codes, company names and months.

Nothing that came from Procountor, from a file or from a person is told but the names of companies
and debtors: no pay, no name of a person, no number of an account.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.domain.month_end import MonthState
from tilisilta.domain.notices import NoticeKind
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.standing import JournalState
from tilisilta.languages import language_of
from tilisilta.models import JOURNAL_STATES
from tilisilta.services.explanations import WORDS, explain
from tilisilta.services.explanations.wording import PLACEHOLDER
from tilisilta.services.notices.audience import OpenNotice
from tilisilta.services.notices.standing import (
    ACCOUNT_ENDED,
    ACCOUNT_NOT_AUTHORISED,
    CONSENT_ENDS,
)
from tilisilta.services.reasons.words import FOR_MANY

MOST_NAMES = 10
MOST_CHARACTERS = 80

_OF_CODES: Mapping[str, Promise] = {
    ProblemCode.LEDGER_ACCOUNT_UNKNOWN: gettext_lazy("A ledger account is not in Procountor"),
    ProblemCode.LEDGER_ACCOUNT_INACTIVE: gettext_lazy("A ledger account is not in use any more"),
    ProblemCode.DIMENSION_UNKNOWN: gettext_lazy("A dimension is not in Procountor"),
    ProblemCode.DIMENSION_ITEM_UNKNOWN: gettext_lazy(
        "A cost center or cost unit is not in Procountor"
    ),
    ProblemCode.PERIOD_CLOSED: gettext_lazy("A period is closed in Procountor"),
    JournalState.UNCERTAIN: gettext_lazy("It is not known whether a receipt was booked"),
    MonthState.DIFFERENT: gettext_lazy("Payroll and ledger differ"),
    MonthState.PROPOSED: gettext_lazy("Another person has to release what is proposed"),
    ACCOUNT_ENDED: gettext_lazy("The authorisation of the Procountor account has ended"),
    ACCOUNT_NOT_AUTHORISED: gettext_lazy("The Procountor account is not authorised"),
    CONSENT_ENDS: gettext_lazy("The consent to read Nmbrs ends unless it is used"),
}


@dataclass(frozen=True, kw_only=True)
class Told:
    """Notices of one kind, month and code as they are told: what it is, about whom, and where."""

    kind: NoticeKind
    title: str
    names: tuple[str, ...]
    count: int
    link: str

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names) if self.names else 0


def told(notices: Iterable[OpenNotice]) -> tuple[Told, ...]:
    """Return ``notices`` in the order of their urgency, those that are alike together."""
    groups: dict[tuple[object, ...], list[OpenNotice]] = {}
    for one in notices:
        groups.setdefault((one.kind, one.month, one.code, one.ends_on), []).append(one)
    places = {kind: place for place, kind in enumerate(_ORDER)}
    ordered = sorted(
        groups.values(),
        key=lambda some: (places[some[0].kind], -_month_number(some[0]), -len(some), some[0].code),
    )
    return tuple(_as_told(some) for some in ordered)


def clean_name(name: str) -> str:
    """Return a name in one line, without characters that change how the text around it reads."""
    plain = "".join(one if unicodedata.category(one)[0] not in "CZ" else " " for one in name)
    shown = " ".join(plain.split())
    return shown if len(shown) <= MOST_CHARACTERS else f"{shown[: MOST_CHARACTERS - 1]}…"


def page_address(name: str, *args: str, **query: str) -> str:
    """Return the full address of a page, as mails need it."""
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{settings.BASE_URL}{reverse(name, args=args)}{f'?{asked}' if asked else ''}"


_ORDER = (
    NoticeKind.CHANGED,
    NoticeKind.AUTHORISATION,
    NoticeKind.NEEDS_PERSON,
    NoticeKind.MISSING_RUN,
    NoticeKind.READY,
    NoticeKind.COMPLETE,
)


def _month_number(notice: OpenNotice) -> int:
    return notice.month.toordinal() if notice.month is not None else 0


def _as_told(alike: Sequence[OpenNotice]) -> Told:
    first = alike[0]
    names = sorted(filter(None, (clean_name(_subject(one)) for one in alike)))
    return Told(
        kind=first.kind,
        title=_title(first, len(alike)),
        names=tuple(names[:MOST_NAMES]),
        count=len(alike),
        link=_link(first),
    )


def _subject(notice: OpenNotice) -> str:
    """Return the company or debtor; names that a person gave to accounts and the like are not."""
    return notice.company or notice.debtor


def _title(notice: OpenNotice, count: int) -> str:
    month = _month(notice)
    facts = {"month": month, "count": count}
    if notice.kind is NoticeKind.AUTHORISATION:
        return _authorisation(notice)
    if notice.kind is NoticeKind.NEEDS_PERSON:
        return f"{month}: {_after_colon(code_words(notice.code))}"
    if notice.kind is NoticeKind.COMPLETE:
        return _("%(month)s is complete: every company is signed") % facts
    texts = {
        NoticeKind.CHANGED: _("%(month)s: something has changed after signing"),
        NoticeKind.MISSING_RUN: ngettext(
            "%(month)s: an expected run is missing",
            "%(month)s: expected runs are missing",
            count,
        ),
        NoticeKind.READY: _("%(month)s: ready to be sent"),
    }
    return texts[notice.kind] % facts


def _after_colon(words: str) -> str:
    return words if words.startswith(("Procountor", "Nmbrs")) else words[:1].lower() + words[1:]


def code_words(code: str) -> str:
    """Return what a code means, without the facts of any case."""
    words = _OF_CODES.get(code) or FOR_MANY.get(code)
    if words is not None:
        return str(words)
    if code in set(ProblemCode):
        return _of_problem(ProblemCode(code))
    return str(dict(JOURNAL_STATES).get(code, code))


def _of_problem(code: ProblemCode) -> str:
    """Return the message of a problem where it names no fact; else where to read about it."""
    general = (one.message for one in WORDS[code] if not one.when)
    if any(not PLACEHOLDER.search(str(message)) for message in general):
        return explain(Problem(code=code)).message
    return _("A problem (%(code)s)") % {"code": code.value}


def _authorisation(notice: OpenNotice) -> str:
    words = code_words(notice.code)
    if notice.ends_on is None:
        return words
    day = date_format(notice.ends_on, language_of(translation.get_language()).day)
    return _("%(what)s: the last day is %(day)s") % {"what": words, "day": day}


def _month(notice: OpenNotice) -> str:
    if notice.month is None:
        return ""
    return date_format(notice.month, language_of(translation.get_language()).month)


def _link(notice: OpenNotice) -> str:
    if notice.kind is NoticeKind.AUTHORISATION:
        return page_address(
            "nmbrs_connections" if notice.is_of_connection else "procountor_accounts"
        )
    month = f"{notice.month:%Y-%m}" if notice.month is not None else ""
    return page_address("month_end", month=month)
