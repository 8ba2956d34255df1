"""One payroll run on a page: what it is, its journal, and the buttons that change it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from nmbrs_sandbox.payroll.world import Company, CostItem, JournalLine, Run
from sandbox_parts.markup import Markup, Piece, counted, join, shown_amount, tag

_ZERO = Decimal("0.00")


def run_card(run: Run, company: Company, *, address: str, is_open: bool = False) -> Markup:
    """Return a run as an article. ``address`` is where its buttons lead, plus what they do."""
    lines = run.journal.lines() if run.journal else ()
    return tag(
        "article",
        tag("header", tag("h2", run.description), *_badges(run)),
        _facts(run, lines),
        _journal(run, lines, company, is_open=is_open),
        tag("div", *_buttons(run, address, has_lines=bool(lines)), class_="actions"),
        class_="run deleted" if run.is_deleted else "run",
        id=f"run-{run.run_id}",
    )


def button(words: str, address: str, *, is_plain: bool = False) -> Markup:
    """Return a form that is nothing but a button."""
    look = {"class": "plain"} if is_plain else {}
    return tag("form", tag("button", words, **look), method="post", action=address)


def _badges(run: Run) -> Iterable[Markup]:
    if run.is_deleted:
        yield tag("span", "✕ Deleted", class_="badge deleted")
    else:
        yield tag("span", "✓ Locked" if run.is_locked else "○ Not locked", class_="badge")


def _facts(run: Run, lines: Sequence[JournalLine]) -> Markup:
    periods = f"{run.period_start} to {run.period_end}"
    facts = (
        ("Run", f"{run.number}/{run.year}"),
        ("Period", periods if run.period_start != run.period_end else str(run.period_end)),
        ("Run at", f"{run.run_at:%Y-%m-%d %H:%M}"),
        ("Id", str(run.run_id)),
        ("Debits", shown_amount(_debits(lines))),
    )
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts),
        class_="facts",
    )


def _journal(run: Run, lines: Sequence[JournalLine], company: Company, *, is_open: bool) -> Markup:
    if run.journal is None:
        return tag("p", "Nobody has made a journal of this run yet.", class_="note")
    ordered = sorted(
        lines, key=lambda one: (one.booking_date != run.booking_date, one.booking_date)
    )
    parts = [
        _part(day, list(rows), company, is_correction=day != run.booking_date)
        for day, rows in groupby(ordered, attrgetter("booking_date"))
    ]
    summary = tag("summary", f"Journal, {counted(len(lines), 'line')}")
    opened = {"open": "open"} if is_open else {}
    return tag("details", summary, *parts, **opened)


def _part(
    day: date, rows: Sequence[JournalLine], company: Company, *, is_correction: bool
) -> Markup:
    titles = ("Ledger account", "Description", "Cost center", "Cost unit")
    heads = [tag("th", name, scope="col") for name in titles]
    amounts = [tag("th", name, scope="col", class_="amount") for name in ("Debit", "Credit")]
    sums = tag(
        "tr",
        tag("th", "Sum", scope="row", colspan=str(len(titles))),
        tag("td", shown_amount(_debits(rows)), class_="amount", data_label="Debit"),
        tag("td", shown_amount(_credits(rows)), class_="amount", data_label="Credit"),
    )
    table = tag(
        "table",
        tag("thead", tag("tr", *heads, *amounts)),
        tag("tbody", *(_row(one, company) for one in rows)),
        tag("tfoot", sums),
        class_="rows",
    )
    title = f"Correction booked on {day}" if is_correction else f"Booked on {day}"
    return join((tag("h3", title), tag("div", table, class_="scroll")))


def _row(line: JournalLine, company: Company) -> Markup:
    debit = shown_amount(line.amount) if line.amount >= 0 else ""
    credit = shown_amount(-line.amount) if line.amount < 0 else ""
    center = _named(line.cost_center, company.cost_centers)
    unit = _named(line.cost_unit, company.cost_units)
    return tag(
        "tr",
        tag("th", tag("b", line.ledger_account), scope="row"),
        tag("td", line.description, class_="text"),
        tag("td", center, class_="item", data_label="Cost center"),
        tag("td", unit, class_="item", data_label="Cost unit"),
        tag("td", debit, class_="amount", data_label="Debit"),
        tag("td", credit, class_="amount", data_label="Credit"),
    )


def _named(code: str, items: Sequence[CostItem]) -> str:
    description = next((one.description for one in items if one.code == code), "")
    return f"{code} {description}".strip()


def _buttons(run: Run, address: str, *, has_lines: bool) -> Iterable[Piece]:
    if run.is_deleted:
        yield button("Put back", f"{address}/put_back")
        return
    if has_lines:
        yield button("Recalculate", f"{address}/recalculate")
    elif run.journal is None:
        yield button("Make the journal", f"{address}/make_journal")
    yield button("Delete the run", f"{address}/delete", is_plain=True)


def _debits(lines: Sequence[JournalLine]) -> Decimal:
    return sum((one.amount for one in lines if one.amount > 0), _ZERO)


def _credits(lines: Sequence[JournalLine]) -> Decimal:
    return -sum((one.amount for one in lines if one.amount < 0), _ZERO)
