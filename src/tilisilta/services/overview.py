"""What needs a person now, over all companies: one page, with few queries."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)

from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    JOURNALS_NOT_DUE,
    WAITING_JOURNALS,
    ExportState,
    JournalState,
)
from tilisilta.models import (
    Company,
    Export,
    Journal,
    Link,
    NmbrsConnection,
    ProcountorAccount,
    Sending,
    User,
)
from tilisilta.services.closing.month_at_work import recent_month
from tilisilta.services.companies import matching
from tilisilta.services.counted_states import COUNTED_BY_URGENCY, COUNTED_STATE
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.fetching.progress import FetchProgress, fetch_progress_for
from tilisilta.services.keys import do_keys_fit
from tilisilta.services.overview_counts import (
    SHOWN_STATE,
    Counts,
    Elsewhere,
    counts_of,
    latest_month,
    states_by_month,
    waiting_elsewhere,
)

MOST_NEEDS = 15
MOST_READ = 200  # waiting journals, to find those that are alike
_LINK_FIELDS = ("pk", "procountor_account_id", "start_month")
COMPANIES_PER_PAGE = 50
MONTHS_SHOWN = 12

WITHOUT_LINK = frozenset({JournalState.PROBLEM, *JOURNALS_NOT_DUE})

_PLACES = {str(state): place for place, state in enumerate(COUNTED_BY_URGENCY)}


@dataclass(frozen=True, kw_only=True)
class Need:
    """A journal that needs a person: what happened, and how many more problems it has."""

    journal: Journal
    problem: Problem | None
    explanation: Explanation | None
    more_count: int = 0
    alike: tuple[Journal, ...] = ()
    link: Link | None = None


@dataclass(frozen=True, kw_only=True)
class SendingsUnderWay:
    """How far the sendings under way have come, in ledger receipts and journals."""

    booked: int
    refused: int
    uncertain: int
    asked: int
    journals: int

    @property
    def left(self) -> int:
        return self.asked - self.booked - self.refused - self.uncertain


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A company's month: the journal to open and the most urgent state; ``None`` if it has none."""

    month: date
    state: str | None = None
    journal_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyYear:
    """One row of the timetable: a company and its months, oldest first."""

    company: Company
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class FirstSteps:
    """The steps before a new bureau can send anything, and which are done."""

    is_nmbrs_connected: bool
    is_procountor_authorised: bool
    is_linked: bool


@dataclass(frozen=True, kw_only=True)
class Overview:
    """All that the first page shows. ``month`` is the first day of the month it is about.

    ``steps`` are there as long as nothing is linked, for those who see the whole bureau.
    """

    month: date
    next_month: date | None
    months: tuple[date, ...]
    counts: Counts
    needs: tuple[Need, ...]
    elsewhere: tuple[Elsewhere, ...]
    dead_links: tuple[Link, ...]
    drifted_count: int
    progress: SendingsUnderWay | None
    fetching: FetchProgress
    steps: FirstSteps | None
    companies: Page[Company]
    years: tuple[CompanyYear, ...]
    do_keys_fit: bool

    @property
    def previous_month(self) -> date:
        return self.months[-2]

    @property
    def listed_count(self) -> int:
        return sum(1 + len(need.alike) for need in self.needs)

    @property
    def needs_count(self) -> int:
        return self.counts.waiting


def overview_for(  # what a page asks for, each by its name
    user: User,
    *,
    today: date,
    month: date | None = None,
    search: str = "",
    page: int = 1,
    is_connected: bool | None = None,
) -> Overview:
    """Return what ``user`` may see of all companies, with twelve months up to ``month``.

    ``is_connected`` says whether a connection to Nmbrs works, where that is known already.

    Without ``month`` it is the one that is worked on, and never one after that of ``today``.
    """
    journals = Journal.objects.not_discarded().visible_to(user)
    by_month = states_by_month(journals)
    if month is None and by_month:
        month = recent_month(user, today=today)
    month = month or latest_month(by_month, today)
    counts = counts_of(by_month, month)
    months = _months_up_to(month)
    companies = _searched(Company.objects.visible_to(user), search)
    shown = _page_of(companies, page)
    dead_links, drifted_count = _links_to_look_at(user)
    return Overview(
        month=month,
        next_month=_month_after(month) if month < today.replace(day=1) else None,
        months=months,
        counts=counts,
        needs=_needs(journals.filter(period=month)) if counts.waiting else (),
        elsewhere=waiting_elsewhere(by_month, month),
        dead_links=dead_links,
        drifted_count=drifted_count,
        progress=sendings_under_way(user) if counts.under_way + counts.uncertain else None,
        fetching=fetch_progress_for(user, is_connected=is_connected),
        steps=None if user.is_limited else _first_steps(user, by_month),
        companies=shown,
        years=_years(list(shown), journals, months),
        do_keys_fit=do_keys_fit(),
    )


def sendings_under_way(user: User) -> SendingsUnderWay | None:
    """Return how far the sendings have come that ``user`` may see; ``None`` without any.

    All receipts of journals that are being sent count; those booked before count as done.
    """
    wanted = Q(journal__exports__is_trail=False) & ~Q(journal__exports__state=ExportState.WITHDRAWN)
    counts = Sending.objects.filter(
        user.rows_of_debtors("journal__company__debtor"), finished_at__isnull=True
    ).aggregate(
        journals=Count("pk", distinct=True),
        asked=Count("journal__exports", filter=wanted),
        booked=_count_of(wanted, *BOOKED_EXPORTS),
        refused=_count_of(wanted, ExportState.REJECTED),
        uncertain=_count_of(wanted, ExportState.UNCERTAIN),
    )
    return SendingsUnderWay(**counts) if counts["journals"] else None


def _count_of(wanted: Q, *states: ExportState) -> Count:
    return Count("journal__exports", filter=wanted & Q(journal__exports__state__in=states))


def _searched(companies: QuerySet[Company], search: str) -> QuerySet[Company]:
    matches = companies.filter(matching(search)) if search else companies
    return matches.order_by("number")


def _page_of(companies: QuerySet[Company], number: int) -> Page[Company]:
    """Return a page with how many there are in all, by one query."""
    paginator = Paginator(companies, COMPANIES_PER_PAGE)
    first = (max(1, number) - 1) * COMPANIES_PER_PAGE
    counted = companies.annotate(in_all=Window(Count("pk")))
    rows = list(counted[first : first + COMPANIES_PER_PAGE])
    if not rows and first:
        # Beyond the end.
        return paginator.get_page(number)
    paginator.__dict__["count"] = rows[0].in_all if rows else 0
    return Page(rows, max(1, number), paginator)


def _months_up_to(month: date) -> tuple[date, ...]:
    numbers = range(month.year * 12 + month.month - MONTHS_SHOWN, month.year * 12 + month.month)
    return tuple(date(number // 12, number % 12 + 1, 1) for number in numbers)


def _month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _needs(journals: QuerySet[Journal]) -> tuple[Need, ...]:
    """Return the most urgent journals. A receipt stopped on its way goes before other problems."""
    urgency = Case(
        *(When(shown=state, then=Value(place)) for place, state in enumerate(WAITING_JOURNALS)),
        output_field=IntegerField(),
    )
    stopped = (
        Export.objects.filter(
            journal=OuterRef("pk"),
            state__in=[ExportState.UNCERTAIN, ExportState.REJECTED, ExportState.NOT_WITHDRAWN],
        )
        .exclude(problems=[])
        .order_by("booking_date")
    )
    links = Link.objects.open().filter(company=OuterRef("company_id"))
    waiting = (
        journals.annotate(shown=SHOWN_STATE)
        .filter(shown__in=WAITING_JOURNALS)
        .select_related("company__debtor")
        .annotate(
            urgency=urgency,
            receipt_problems=Subquery(stopped.values("problems")[:1]),
            **{f"link_{field}": Subquery(links.values(field)[:1]) for field in _LINK_FIELDS},
        )
        .order_by("urgency", "-period", "company__number", "run_number")
    )
    needs: dict[object, Need] = {}
    for journal in waiting[:MOST_READ]:
        need = _need(journal)
        key = _alike_key(need)
        if known := needs.get(key):
            needs[key] = replace(known, alike=(*known.alike, journal))
        elif len(needs) < MOST_NEEDS:
            needs[key] = need
    return tuple(needs.values())


def _link_of(journal: Journal) -> Link | None:
    values = {field: getattr(journal, f"link_{field}", None) for field in _LINK_FIELDS}
    return Link(**values) if values["pk"] is not None else None


def _alike_key(need: Need) -> object:
    """Return what journals of one company have in common whose problem is solved for all at once.

    What waits without a problem is a row of its own: each is looked at or sent by itself.
    """
    journal, told = need.journal, need.explanation
    if told is None or not (need.problem and need.problem.stops):
        return journal.pk
    return (journal.company_id, journal.state, told.code, told.message)


def _need(journal: Journal) -> Need:
    of_receipt = getattr(journal, "receipt_problems", None) or []
    problems = (*of_receipt, *journal.problems)
    ordered = sorted(problems, key=lambda problem: not problem.stops)
    stopping = [problem for problem in ordered if problem.stops]
    return Need(
        journal=journal,
        problem=ordered[0] if ordered else None,
        link=_link_of(journal),
        explanation=explain(ordered[0]) if ordered else None,
        # Notes that do not stop the journal would read like further obstacles.
        more_count=max(0, len(stopping or ordered) - 1),
    )


def _links_to_look_at(user: User) -> tuple[tuple[Link, ...], int]:
    """Return the open links whose account is not authorised, and how many links have drifted.

    By one query, as this page has few: each row carries the count of all.
    """
    is_dead = ~Q(procountor_account__state=ProcountorAccount.State.AUTHORISED)
    has_drifted = Q(checked__is_well=False)
    counted = Case(When(has_drifted, then=Value(1)), default=Value(0), output_field=IntegerField())
    links = list(
        Link.objects.open()
        .visible_to(user)
        .filter(is_dead | has_drifted)
        .annotate(is_alive=Case(When(is_dead, then=Value(0)), default=Value(1)))
        .annotate(drifted=Window(Sum(counted)))
        .select_related("company", "procountor_account")
        .defer(
            "procountor_account__administration",
            "procountor_account__grant",
            "procountor_account__access_token",
        )
        .order_by("is_alive", "company__number")[:MOST_NEEDS]
    )
    dead = tuple(
        link
        for link in links
        if link.procountor_account.state != ProcountorAccount.State.AUTHORISED
    )
    return dead, int(getattr(links[0], "drifted", 0)) if links else 0


def _first_steps(user: User, by_month: Mapping[date, Counter[str]]) -> FirstSteps | None:
    """Return the first steps, unless they are done: without a link no journal is ever ready."""
    states = set().union(*by_month.values())
    if states - WITHOUT_LINK:
        return None
    account = ProcountorAccount.objects.filter(state=ProcountorAccount.State.AUTHORISED)
    connection = NmbrsConnection.objects.filter(state=NmbrsConnection.State.WORKING)
    # A query for one known row, so that the three answers come in a single query.
    done = (
        User.objects.filter(pk=user.pk)
        .values_list(Exists(connection), Exists(account), Exists(Link.objects.all()))
        .get()
    )
    steps = FirstSteps(
        is_nmbrs_connected=done[0], is_procountor_authorised=done[1], is_linked=done[2]
    )
    return None if steps.is_linked else steps


def _years(
    companies: Sequence[Company], journals: QuerySet[Journal], months: Sequence[date]
) -> tuple[CompanyYear, ...]:
    rows = (
        journals.filter(
            company__in=[company.pk for company in companies],
            period__gte=months[0],
            period__lte=months[-1],
        )
        .order_by("run_number", "revision")
        .annotate(counted=COUNTED_STATE)
        .values_list("company_id", "period", "counted", "pk")
    )
    cells: dict[tuple[int, date], list[tuple[str, int]]] = {}
    for company_id, period, state, pk in rows:
        cells.setdefault((company_id, period), []).append((state, pk))
    return tuple(
        CompanyYear(
            company=company,
            cells=tuple(_cell(month, cells.get((company.pk, month), ())) for month in months),
        )
        for company in companies
    )


def _cell(month: date, journals: Iterable[tuple[str, int]]) -> Cell:
    """Return the most urgent of a month's journals: waiting ones before those that are done."""
    most_urgent = min(journals, key=lambda journal: _PLACES[journal[0]], default=None)
    if most_urgent is None:
        return Cell(month=month)
    state, journal_id = most_urgent
    return Cell(month=month, state=state, journal_id=journal_id)
