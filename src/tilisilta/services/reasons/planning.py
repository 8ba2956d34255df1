"""What putting a reason right would change, company by company. Nothing is written here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tilisilta.domain.administrations import Administration, LedgerAccount
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.items_to_make import can_be_made
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_accounts import near_accounts
from tilisilta.domain.links import ClosedPeriodPolicy, span_for
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.reasons import ReasonGroup, Remedy, ranked_accounts
from tilisilta.domain.receipt_dates import first_open_day_after
from tilisilta.models import Company, Journal, JournalLine, Link
from tilisilta.services.procountor.administrations import known_administration
from tilisilta.services.reasons.groups import ShownReason

MOST_OFFERED = 8
_MOST_TEXTS = 100


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An account that may be mapped to, and in how many of the administrations it is in use."""

    code: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """What would change for one company. ``obstacle`` says why it is left as it is.

    ``before`` and ``after`` are as they are shown; ``seen`` is what the link has now, so that what
    another person changes meanwhile is not overwritten.
    """

    company: Company
    link: Link | None
    journals: tuple[tuple[int, str], ...]
    before: str = ""
    after: str = ""
    obstacle: Problem | None = None
    seen: str = ""
    kind: str = ""
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that would be done about a reason. ``target`` is the account that would be mapped to."""

    month: date
    shown: ShownReason
    target: str
    offers: tuple[Offer, ...]
    rows: tuple[PlannedChange, ...]

    @property
    def remedy(self) -> Remedy:
        return self.shown.reason.remedy

    @property
    def changes(self) -> tuple[PlannedChange, ...]:
        return tuple(one for one in self.rows if one.obstacle is None)

    @property
    def left(self) -> tuple[PlannedChange, ...]:
        return tuple(one for one in self.rows if one.obstacle is not None)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A company of the group with its link of the month and the administration as it is known."""

    company: Company
    link: Link | None
    administration: Administration | None
    journals: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def plan(shown: ShownReason, month: date, *, target: str = "") -> Plan:
    """Return what would be done about a reason of ``month``.

    Without a ``target`` accounts are mapped to the likeliest one that all administrations have;
    where there is none, a person has to choose and the plan has no changes.
    """
    places = _places(shown.group, month)
    if shown.reason.remedy is not Remedy.MAP_ACCOUNT:
        rows = tuple(_planned(one, shown.reason.remedy) for one in places)
        return Plan(month=month, shown=shown, target="", offers=(), rows=rows)
    charts = [_chart(one) for one in places]
    offers = _offers(shown, charts)
    known = sum(bool(chart) for chart in charts)
    target = target.strip() or next((one.code for one in offers if one.count == known), "")
    account = shown.reason.fact
    return Plan(
        month=month,
        shown=shown,
        target=target,
        offers=offers[:MOST_OFFERED],
        rows=tuple(
            _mapped(one, chart, account, target) for one, chart in zip(places, charts, strict=True)
        ),
    )


def with_what_was_seen(
    rows: Iterable[PlannedChange], seen: Mapping[int, str]
) -> tuple[PlannedChange, ...]:
    """Return those of ``rows`` that somebody confirmed, with what their links had then.

    ``seen`` has the numbers of the companies; whatever a link has now does not count.
    """
    return tuple(
        replace(row, seen=seen[row.company.number]) for row in rows if row.company.number in seen
    )


def _places(group: ReasonGroup, month: date) -> tuple[_Place, ...]:
    ids = sorted(group.company_ids)
    companies = Company.objects.filter(pk__in=ids).select_related("debtor").order_by("number")
    links: dict[int, list[Link]] = {}
    for link in (
        Link.objects.filter(company__in=ids)
        .select_related("procountor_account", "company")
        .prefetch_related("account_mappings")
        .order_by("start_month", "pk")
    ):
        links.setdefault(link.company_id, []).append(link)
    references = {
        journal.pk: journal.reference
        for journal in Journal.objects.filter(
            pk__in=[one.journal_id for one, _problems in group.journals]
        )
        .select_related("company")
        .only("company__number", "run_year", "run_number", "revision")
    }
    period = BookingPeriod.containing(month)
    return tuple(
        _place(company, _booking(links.get(company.pk, ()), period), group, references)
        for company in companies
    )


def _place(
    company: Company, link: Link | None, group: ReasonGroup, references: Mapping[int, str]
) -> _Place:
    return _Place(
        company=company,
        link=link,
        administration=known_administration(link.procountor_account) if link is not None else None,
        journals=tuple(
            (one.journal_id, references[one.journal_id])
            for one, _problems in group.journals
            if one.company_id == company.pk
        ),
        problems=group.problems_of(company.pk),
    )


def _booking(links: Sequence[Link], period: BookingPeriod) -> Link | None:
    place = span_for(period, [link.span() for link in links])
    return None if place is None else links[place]


def _of(place: _Place, **more: object) -> PlannedChange:
    values = {"obstacle": _obstacle(place), **more}
    return PlannedChange(
        company=place.company,
        link=place.link,
        journals=place.journals,
        **values,  # type: ignore[arg-type]
    )


def _obstacle(place: _Place) -> Problem | None:
    """Return why the link cannot be changed, whatever the change."""
    company = place.company.name
    if place.link is None:
        return Problem(
            code=ProblemCode.NOT_LINKED, screen=Screen.LINK, facts=facts(company=company)
        )
    if not place.link.is_open:
        administration = place.link.procountor_account.company_name
        return Problem(
            code=ProblemCode.LINK_ENDED,
            screen=Screen.LINK,
            facts=facts(company=company, administration=administration),
        )
    return None


def _planned(place: _Place, remedy: Remedy) -> PlannedChange:
    ways = {
        Remedy.CREATE_ITEMS: _created,
        Remedy.FIRST_OPEN_DAY: _moved,
        Remedy.AUTHORISE: _authorised,
    }
    way = ways.get(remedy)
    return _of(place) if way is None else way(place)


def _mapped(
    place: _Place, chart: Mapping[str, LedgerAccount], account: str, target: str
) -> PlannedChange:
    link = place.link
    present = ""
    if link is not None:
        mappings = {one.journal_account: one for one in link.account_mappings.all()}
        present = mappings[account].procountor_account_code if account in mappings else ""
    found = chart.get(target)
    obstacle = _obstacle(place) or (_not_in_use(target, found) if target else None)
    after = f"{target} {found.name}" if found is not None else target
    return _of(place, before=present or account, after=after, obstacle=obstacle, seen=present)


def _not_in_use(code: str, account: LedgerAccount | None) -> Problem | None:
    if account is not None and account.is_active:
        return None
    unknown = account is None
    return Problem(
        code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN if unknown else ProblemCode.LEDGER_ACCOUNT_INACTIVE,
        screen=Screen.LINK,
        facts=facts(account=code, name="" if account is None else account.name),
    )


def _created(place: _Place) -> PlannedChange:
    problem = place.problems[0]
    kind = problem.fact("kind")
    obstacle = _obstacle(place)
    if obstacle is None and place.link is not None:
        if place.link.is_verify_only:
            company = facts(company=place.company.name)
            obstacle = Problem(code=ProblemCode.VERIFY_ONLY, facts=company)
        elif not can_be_made(problem):
            # It looks like another item, or Procountor could not keep its code.
            obstacle = problem
    dimension = place.link.dimension_name(DimensionKind(kind)) if place.link and kind else ""
    return _of(
        place,
        after=dimension,
        obstacle=obstacle,
        seen=dimension,
        kind=kind,
        item=problem.fact("item"),
    )


def _moved(place: _Place) -> PlannedChange:
    link = place.link
    years = place.administration.fiscal_years if place.administration is not None else ()
    closed = {one.fact("date"): one for one in place.problems if one.fact("date")}
    opened = {day: first_open_day_after(date.fromisoformat(day), years) for day in closed}
    # Where no open day follows, the receipt would stop under the other choice as well.
    for_good = next((closed[day] for day, moved_to in opened.items() if moved_to is None), None)
    return _of(
        place,
        before=", ".join(sorted(opened)),
        after=", ".join(sorted({str(day) for day in opened.values() if day is not None})),
        obstacle=_obstacle(place) or for_good,
        seen=link.closed_period_policy if link is not None else ClosedPeriodPolicy.STOP.value,
    )


def _authorised(place: _Place) -> PlannedChange:
    account = place.link.procountor_account if place.link is not None else None
    return _of(place, before=account.name if account is not None else "")


def _chart(place: _Place) -> Mapping[str, LedgerAccount]:
    if place.administration is None:
        return {}
    return {one.code.strip(): one for one in place.administration.ledger_accounts}


def _offers(shown: ShownReason, charts: Sequence[Mapping[str, LedgerAccount]]) -> tuple[Offer, ...]:
    account = shown.reason.fact
    near = [[one.code for one in near_accounts(account, chart.values())] for chart in charts]
    by_number = ranked_accounts(near, shown.mapped)
    # A name is a weaker sign than a number: rows are often called what many accounts are.
    by_name = ranked_accounts(_of_same_name(shown.group, charts), {})
    ranked = tuple(dict.fromkeys((*by_number, *by_name)))
    active = [{code for code, one in chart.items() if one.is_active} for chart in charts]
    counts = {code: sum(code in codes for codes in active) for code in ranked}
    return tuple(
        Offer(code=code, name=_name(code, charts), count=counts[code])
        for code in sorted(ranked, key=lambda code: -counts[code])
        if counts[code]
    )


def _of_same_name(
    group: ReasonGroup, charts: Iterable[Mapping[str, LedgerAccount]]
) -> list[list[str]]:
    """Return the active accounts that are called what the rows or the dead account are called."""
    lines = JournalLine.objects.filter(
        journal__in=[one.journal_id for one, _problems in group.journals],
        ledger_account=group.reason.fact,
    )
    texts = set(lines.order_by().values_list("description", flat=True).distinct()[:_MOST_TEXTS])
    texts |= {problem.fact("name") for _one, problems in group.journals for problem in problems}
    names = {text.strip().casefold() for text in texts} - {""}
    return [
        [
            code
            for code, one in chart.items()
            if one.is_active and one.name.strip().casefold() in names
        ]
        for chart in charts
    ]


def _name(code: str, charts: Iterable[Mapping[str, LedgerAccount]]) -> str:
    return next((chart[code].name for chart in charts if code in chart), "")
