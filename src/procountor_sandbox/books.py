"""The pages that show a person what has been booked."""

import re
from collections.abc import Sequence
from decimal import Decimal

from werkzeug.wrappers import Request, Response

from procountor_sandbox.by_hand import forms_by_hand
from procountor_sandbox.html import SITE, page
from procountor_sandbox.office import Office
from procountor_sandbox.receipt_card import receipt_card, shown_time, status_badge
from procountor_sandbox.receipts import Receipt, Status
from procountor_sandbox.world import Company, PeriodStatus
from sandbox_parts.markup import Markup, Piece, counted, shown_amount, tag
from sandbox_parts.pages import page_links, page_number

OVERVIEW_PATHS = ("/", "/sandbox")
_COMPANY = re.compile(r"/sandbox/companies/([0-9]{1,9})")
_RECEIPT = re.compile(r"/sandbox/companies/([0-9]{1,9})/receipts/([0-9]{1,9})")
_MOST_LATEST = 8
_PER_PAGE = 20


def show_books(request: Request, office: Office) -> Response:
    """Return the page of an address: the overview, a company's receipts, or one receipt."""
    if request.path in OVERVIEW_PATHS:
        return _overview(office)
    if match := _RECEIPT.fullmatch(request.path):
        return _one_receipt(office, int(match[1]), int(match[2]))
    if match := _COMPANY.fullmatch(request.path):
        company = office.companies.find(int(match[1]))
        if company is not None:
            return _company_page(office, company, page_number(request))
    return SITE.nothing_here("See what is booked")


def _overview(office: Office) -> Response:
    receipts = office.ledger.receipts()
    latest = sorted(receipts, key=lambda one: (one.version, one.receipt_id), reverse=True)[
        :_MOST_LATEST
    ]
    companies = {one.company_id: one for one in office.companies.all()}
    return page(
        "What is booked",
        tag("h1", "What is booked"),
        tag("p", f"{counted(len(receipts), 'ledger receipt')} in all."),
        _latest_list(latest, companies),
        tag("h2", "Companies"),
        tag("p", "The debits leave out invalidated receipts.", class_="who"),
        _company_table(office, tuple(companies.values())),
    )


def _latest_list(latest: Sequence[Receipt], companies: dict[int, Company]) -> Markup:
    if not latest:
        return tag("p", "Nothing has been booked yet. What you send appears here.", class_="empty")
    entries = [
        tag(
            "li",
            tag("a", one.name, href=_address(one)),
            tag("span", companies[one.company_id].name, class_="who"),
            tag("span", one.receipt_date.isoformat(), class_="when"),
            status_badge(one),
            tag("span", _in_currency(one.debit_total, companies[one.company_id]), class_="amount"),
            class_=one.status.value.lower(),
        )
        for one in latest
        if one.company_id in companies
    ]
    return tag("section", tag("h2", "Latest"), tag("ul", *entries, class_="latest"))


def _company_table(office: Office, companies: Sequence[Company]) -> Markup:
    heads = ("Company", "Business id", "Closed months", "Receipts", "Debits", "Last change")
    numeric = {"Receipts", "Debits"}
    head = [
        tag("th", name, scope="col", class_="amount" if name in numeric else "text")
        for name in heads
    ]
    rows = [_company_row(one, office.ledger.receipts(one.company_id)) for one in companies]
    return tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows), class_="companies")


def _company_row(company: Company, receipts: Sequence[Receipt]) -> Markup:
    counting = [one for one in receipts if one.status is not Status.INVALIDATED]
    debits = sum((one.debit_total for one in counting), Decimal("0.00"))
    newest = max((one.version for one in receipts), default="")
    link = tag("a", company.name, href=f"/sandbox/companies/{company.company_id}")
    return tag(
        "tr",
        tag("th", link, tag("small", str(company.company_id)), scope="row"),
        _cell("Business id", company.business_id),
        _cell("Closed months", _closed_months(company)),
        _cell("Receipts", str(len(receipts) or ""), is_amount=True),
        _cell(
            "Debits",
            _in_currency(debits, company) if receipts else "",
            is_amount=True,
        ),
        _cell("Last change", shown_time(newest)),
    )


def _in_currency(amount: Decimal, company: Company) -> str:
    return f"{shown_amount(amount)} {company.currency}"


def _cell(label: str, text: str, *, is_amount: bool = False) -> Markup:
    return tag("td", text, class_="amount" if is_amount else "text", data_label=label)


def _closed_months(company: Company) -> str:
    closed = [
        f"{period.start_date:%Y-%m}"
        for year in company.fiscal_years
        if year.is_open
        for period in year.tracking_periods
        if period.status is PeriodStatus.CLOSED
    ]
    return f"{closed[0]} … {closed[-1]}" if len(closed) > 1 else "".join(closed)


def _company_page(office: Office, company: Company, number: int) -> Response:
    receipts = sorted(
        office.ledger.receipts(company.company_id),
        key=lambda one: one.receipt_id,
        reverse=True,
    )
    shown = receipts[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    cards: list[Piece] = [
        receipt_card(one, company, files=len(_files(office, one)), address=_address(one))
        for one in shown
    ]
    empty = tag("p", "Nothing has been booked here yet.", class_="empty")
    return page(
        company.name,
        _way_back(),
        tag("h1", company.name),
        tag(
            "p",
            f"{company.business_id} · {company.company_id} · {company.currency} · "
            f"{counted(len(receipts), 'ledger receipt')}, newest first",
        ),
        *(cards or [empty]),
        page_links(
            f"/sandbox/companies/{company.company_id}",
            number,
            before="Newer",
            after="Older",
            has_next=len(receipts) > number * _PER_PAGE,
        ),
    )


def _one_receipt(office: Office, company_id: int, receipt_id: int) -> Response:
    company = office.companies.find(company_id)
    receipt = office.ledger.find(company_id, receipt_id)
    if company is None or receipt is None:
        return SITE.nothing_here("See what is booked")
    back = tag("a", company.name, href=f"/sandbox/companies/{company_id}")
    return page(
        receipt.name,
        tag("nav", tag("a", "What is booked", href="/sandbox"), " / ", back),
        receipt_card(receipt, company, files=len(_files(office, receipt)), level="h1"),
        forms_by_hand(receipt, company),
    )


def _files(office: Office, receipt: Receipt) -> Sequence[object]:
    return office.attachments.of_invoice(receipt.company_id, receipt.invoice_id)


def _way_back() -> Markup:
    return tag("nav", tag("a", "What is booked", href="/sandbox"))


def _address(receipt: Receipt) -> str:
    return f"/sandbox/companies/{receipt.company_id}/receipts/{receipt.receipt_id}"
