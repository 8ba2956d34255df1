"""What the page of a link shows beside its form: both sides compared, and from when it books."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from tilisilta.domain.company_match import Agreement, name_with_id
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.links import LinkSpan
from tilisilta.domain.standing import JOURNALS_NOT_DUE, SENT_JOURNALS, JournalState
from tilisilta.models import AuditEntry, Company, Export, Journal, Link, ProcountorAccount, User
from tilisilta.services.link_proposals import (
    Pairing,
    ProposedStart,
    confirmation_of,
    pairing_of,
    proposed_start,
)
from tilisilta.web.templatetags.ledger import month

RUNS_SHOWN = 12
MONTHS_OFFERED = 36
RECEIPTS_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A company and an administration side by side, as far as the reader may know of others.

    ``is_ticked`` says that a person confirmed this very pair on the form, ``confirmed`` who did so
    for an existing link, and ``is_open_question`` that the pair has to be confirmed again.
    """

    pairing: Pairing
    others: tuple[Company, ...]
    hidden_count: int
    is_ticked: bool = False
    confirmed: AuditEntry | None = None
    is_open_question: bool = False

    @property
    def pair(self) -> str:
        """The value of a tick: both sides as they were shown, and the other companies there.

        A tick for another pair, or for this one before something changed, does not count.
        """
        company, account = self.pairing.company, self.pairing.account
        shown = (
            *(company.name, company.business_id, account.company_name, account.business_id),
            *sorted(str(other.pk) for other in self.pairing.others),
        )
        digest = hashlib.sha256("\n".join(shown).encode()).hexdigest()[:16]
        return f"{company.number}-{account.pk}-{account.procountor_company_id}-{digest}"

    @property
    def company(self) -> str:
        return name_with_id(self.pairing.company.name, self.pairing.company.business_id)

    @property
    def administration(self) -> str:
        return name_with_id(self.pairing.account.company_name, self.pairing.account.business_id)

    @property
    def what_differs(self) -> str:
        """Which of the two differ: ``name``, ``id``, ``both``, or empty."""
        match = self.pairing.match
        is_name = match.name == Agreement.DIFFERENT
        is_id = match.business_id == Agreement.DIFFERENT
        if is_name and is_id:
            return "both"
        return "name" if is_name else "id" if is_id else ""

    @property
    def what_agrees(self) -> str:
        """Which of the two agree: ``name``, ``id``, ``both``, or empty."""
        match = self.pairing.match
        is_name = match.name == Agreement.EQUAL
        is_id = match.business_id == Agreement.EQUAL
        if is_name and is_id:
            return "both"
        return "name" if is_name else "id" if is_id else ""


def compare(
    company: Company, account: ProcountorAccount, *, user: User, ticked: str = ""
) -> Comparison:
    """Compare the two sides of a new link; ``ticked`` is the pair that was confirmed."""
    compared = _compared(pairing_of(company, account, is_linked=False), user)
    return Comparison(
        pairing=compared.pairing,
        others=compared.others,
        hidden_count=compared.hidden_count,
        is_ticked=bool(ticked) and ticked == compared.pair,
    )


def compare_link(link: Link, *, user: User) -> Comparison:
    """Compare the two sides of an existing link, with the person who confirmed it."""
    compared = _compared(pairing_of(link.company, link.procountor_account, is_linked=True), user)
    return Comparison(
        pairing=compared.pairing,
        others=compared.others,
        hidden_count=compared.hidden_count,
        confirmed=confirmation_of(link) if link.is_confirmed else None,
        is_open_question=not link.is_confirmed,
    )


@dataclass(frozen=True, kw_only=True)
class StartRow:
    """A run of the company, and whether it goes through the link."""

    journal: Journal
    state: str


@dataclass(frozen=True, kw_only=True)
class StartPage:
    """From when a link books: what is proposed, and what that means for the latest runs."""

    proposed: ProposedStart
    rows: tuple[StartRow, ...]


def start_page(company: Company, start: date | None, *, today: date) -> StartPage:
    """Return what ``start`` as the first month would mean for the runs of ``company``."""
    journals = Journal.objects.filter(company=company).exclude(
        state__in=[JournalState.DISCARDED, JournalState.REPLACED]
    )
    newest = list(journals.order_by("-period", "-pk")[:RUNS_SHOWN])
    return StartPage(
        proposed=proposed_start(company, today=today),
        rows=tuple(
            _start_rows(
                newest,
                start and max(start, company.start_date or start),
                earlier=[link.span() for link in company.links.exclude(ends_on=None)],
            )
        ),
    )


def month_choices(
    company: Company | None, chosen: date | None, *, today: date
) -> list[tuple[str, str]]:
    """Return the months to choose from, latest first: from next month back to the earliest run.

    They go back three years at least, and as far as the month chosen now.
    """
    earliest = None
    if company is not None:
        earliest = Journal.objects.filter(company=company).aggregate(at=Min("period"))["at"]
    wanted = [one for one in (earliest, chosen) if one is not None]
    last = max([_month_after(today), *(one.replace(day=1) for one in wanted if one == chosen)])
    first = min([_months_before(today, MONTHS_OFFERED), *wanted]).replace(day=1)
    return [(f"{one}", month(one)) for one in _months(last, first)]


@dataclass(frozen=True, kw_only=True)
class Trail:
    """The latest receipts that were sent through a link, and how many there are."""

    exports: tuple[Export, ...]
    count: int

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.exports)


def trail_of(link: Link) -> Trail:
    """Return the receipts that went through ``link``, the latest first."""
    sent = (
        Export.with_trail.filter(link=link, ledger_receipt_id__isnull=False)
        .select_related("journal__company")
        .defer("payload")
        .order_by("-booking_date", "-pk")
    )
    return Trail(exports=tuple(sent[:RECEIPTS_SHOWN]), count=sent.count())


def _compared(pairing: Pairing, user: User) -> Comparison:
    ids = [other.pk for other in pairing.others]
    visible = set(Company.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    others = tuple(other for other in pairing.others if other.pk in visible)
    return Comparison(
        pairing=pairing, others=others, hidden_count=len(pairing.others) - len(others)
    )


def _start_rows(
    newest: list[Journal], start: date | None, *, earlier: list[LinkSpan]
) -> Iterator[StartRow]:
    for journal in reversed(newest):
        yield StartRow(journal=journal, state=_state_with(journal, start, earlier))


def _state_with(journal: Journal, start: date | None, earlier: list[LinkSpan]) -> str:
    """Return where the journal would stand with this start. A sent journal stays sent."""
    is_due = journal.state not in JOURNALS_NOT_DUE or journal.state == JournalState.BEFORE_START
    if journal.state in SENT_JOURNALS or not is_due:
        return journal.state
    period = BookingPeriod.containing(journal.period)
    if any(span.covers(period) for span in earlier):
        return "through_earlier_link"
    return JournalState.BEFORE_START if start and period.last_day < start else "through_link"


def _months(last: date, first: date) -> Iterator[date]:
    month_shown = last
    while month_shown >= first:
        yield month_shown
        month_shown = _months_before(month_shown, 1)


def _month_after(day: date) -> date:
    return date(day.year + (day.month == 12), day.month % 12 + 1, 1)


def _months_before(day: date, count: int) -> date:
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
