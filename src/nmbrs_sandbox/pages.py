"""The pages that show debtors, companies and their payroll to people."""

import re
from collections.abc import Iterable, Sequence

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.run_changes import next_period
from nmbrs_sandbox.payroll.world import Company, CostItem, Debtor, month_name
from nmbrs_sandbox.run_card import button, run_card
from nmbrs_sandbox.site import SITE, page
from sandbox_parts.markup import Markup, Piece, counted, tag
from sandbox_parts.pages import page_links, page_number

OVERVIEW_PATHS = ("/", "/sandbox")
_COMPANY = re.compile(r"/sandbox/companies/([0-9]{1,9})")
_PER_PAGE = 100
_RUNS_SHOWN = 24


def show(request: Request, bureau: Bureau) -> Response:
    """Return the page of an address: the overview, or a company with its runs."""
    file = SITE.file(request.path)
    if file is not None:
        return file
    # A page reads several things, which must be of one moment.
    with bureau.lock:
        if request.path in OVERVIEW_PATHS:
            return _overview(bureau, page_number(request))
        match = _COMPANY.fullmatch(request.path)
        company = bureau.company(int(match[1])) if match else None
        if company is not None:
            return _company_page(bureau, company, request.args.get("run"))
    return SITE.nothing_here("See the payroll")


def show_service(name: str, operations: Iterable[str]) -> Response:
    """Return the page of a service, for a person who opens its address in a browser."""
    names = [tag("li", tag("code", one)) for one in operations]
    return page(
        name,
        _way_back(),
        tag("h1", name),
        tag("p", "This address is for programs. ", tag("a", "Its WSDL", href="?WSDL")),
        tag("ul", *names),
        is_narrow=True,
    )


def show_refusal(message: str, status: int) -> Response:
    """Return the page that gives the reason why a button did nothing."""
    return page(
        "Not done",
        tag("h1", "Not done"),
        tag("p", f"{message}.", class_="wrong"),
        _way_back(),
        status=status,
        is_narrow=True,
    )


def _overview(bureau: Bureau, number: int) -> Response:
    debtors = bureau.debtors()
    order = {one.debtor_id: place for place, one in enumerate(debtors)}
    companies = sorted(bureau.companies(), key=lambda one: order.get(one.debtor_id, len(order)))
    shown = companies[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    sections = [
        _debtor_section(debtor, [one for one in shown if one.debtor_id == debtor.debtor_id])
        for debtor in debtors
        if len(companies) <= _PER_PAGE or any(one.debtor_id == debtor.debtor_id for one in shown)
    ]
    return page(
        "Payroll",
        tag("h1", "Payroll"),
        tag(
            "p",
            f"{counted(len(debtors), 'debtor')}, ",
            f"{counted(len(companies), 'company', 'companies')}. ",
            "Open a company to recalculate a run, delete one or add one, as payroll would. ",
            tag("a", "The REST API", href="/sandbox/rest"),
            " has consents and traps on a page of its own.",
        ),
        *sections,
        page_links(
            "/sandbox",
            number,
            before="Back",
            after="More companies",
            has_next=len(companies) > number * _PER_PAGE,
        ),
    )


def _debtor_section(debtor: Debtor, companies: Sequence[Company]) -> Markup:
    title = tag("h2", debtor.name, tag("small", f"Debtor {debtor.number} · id {debtor.debtor_id}"))
    hidden = [tag("p", "✕ Hidden by the tag filter", class_="badge hidden")]
    if not companies:
        table = tag("p", "This debtor has no companies.", class_="empty")
    else:
        heads = ("Company", "Number", "Runs", "Latest run", "State")
        table = tag(
            "table",
            tag("thead", tag("tr", *(tag("th", name, scope="col") for name in heads))),
            tag("tbody", *(_company_row(one) for one in companies)),
            class_="companies",
        )
    return tag("section", title, *(hidden if debtor.is_hidden else []), table)


def _company_row(company: Company) -> Markup:
    there = [one for one in company.runs if not one.is_deleted]
    latest = max(there, key=lambda one: (one.year, one.number), default=None)
    link = tag("a", company.name, href=_address(company))
    return tag(
        "tr",
        tag("th", link, tag("small", f"id {company.company_id}"), scope="row"),
        _cell("Number", str(company.number)),
        _cell("Runs", str(len(there))),
        _cell("Latest run", latest.description if latest else ""),
        _cell("State", ", ".join(_states(company))),
    )


def _states(company: Company) -> Iterable[str]:
    yield from _limits(company)
    deleted = sum(one.is_deleted for one in company.runs)
    if deleted:
        yield f"{counted(deleted, 'run')} deleted"


def _limits(company: Company) -> Iterable[str]:
    if company.is_hidden:
        yield "✕ Hidden by the tag filter"
    if company.denied_with is not None:
        yield f"✕ Refused with {company.denied_with}"


def _cell(label: str, text: str) -> Markup:
    return tag("td", text, data_label=label)


def _company_page(bureau: Bureau, company: Company, open_run: str | None) -> Response:
    debtor = bureau.debtor(company.debtor_id)
    year, month = next_period(company)
    next_month = month_name(year, month, in_swedish=company.in_swedish)
    cards = _run_cards(company, open_run)
    facts = (
        f"Company {company.number} · id {company.company_id} · "
        f"{debtor.name if debtor else 'no debtor'} · {counted(len(company.runs), 'run')}, "
        "newest first"
    )
    return page(
        company.name,
        _way_back(),
        tag("h1", company.name),
        tag("p", facts),
        *(tag("p", one, class_="badge hidden") for one in _limits(company)),
        tag("p", "To recalculate makes a run's first cost and its largest debt 10.00 higher."),
        tag(
            "div", button(f"Add a run: {next_month}", f"{_address(company)}/runs"), class_="actions"
        ),
        *(cards or [tag("p", "This company has no runs yet.", class_="empty")]),
        _item_list("Cost centers", company.cost_centers),
        _item_list("Cost units", company.cost_units),
    )


def _run_cards(company: Company, open_run: str | None) -> list[Piece]:
    runs = sorted(company.runs, key=lambda one: (one.year, one.number), reverse=True)
    return [
        run_card(
            run,
            company,
            address=f"{_address(company)}/runs/{run.run_id}",
            is_open=str(run.run_id) == open_run,
        )
        for run in runs[:_RUNS_SHOWN]
    ]


def _item_list(title: str, items: Sequence[CostItem]) -> Markup:
    if not items:
        return Markup("")
    names = [tag("li", tag("b", one.code), f" {one.description}") for one in items]
    return tag("section", tag("h2", title), tag("ul", *names, class_="items"))


def _way_back() -> Markup:
    return tag("nav", tag("a", "Payroll", href="/sandbox"))


def _address(company: Company) -> str:
    return f"/sandbox/companies/{company.company_id}"
