"""One ledger receipt on a page: head, rows with accounts and dimensions by name, sums."""

from procountor_sandbox.receipts import Receipt, Status, Transaction
from procountor_sandbox.world import Company, Dimension
from sandbox_parts.markup import Markup, Piece, join, shown_amount, tag

_SIGNS = {Status.UNFINISHED: "○", Status.APPROVED: "✓", Status.INVALIDATED: "✕"}


def receipt_card(
    receipt: Receipt, company: Company, *, files: int = 0, address: str = "", level: str = "h2"
) -> Markup:
    """Return a receipt with everything booked on it. With an ``address`` its name is a link."""
    used = {one.dimension_id for row in receipt.transactions for one in row.dimension_values}
    dimensions = [one for one in company.dimensions if one.dimension_id in used]
    name: Piece = tag("a", receipt.name, href=address) if address else receipt.name
    return tag(
        "article",
        tag("header", tag(level, name), status_badge(receipt)),
        _facts(receipt, files),
        _rows(receipt, company, dimensions),
        *_notes(receipt),
        class_=f"receipt {receipt.status.value.lower()}",
    )


def status_badge(receipt: Receipt) -> Markup:
    """Return the status as a sign, a word and a colour."""
    status = receipt.status
    word = f"{_SIGNS[status]} {status.value.capitalize()}"
    return tag("span", word, class_=f"badge {status.value.lower()}")


def shown_time(written: str) -> str:
    return written.replace("T", " ").partition(".")[0]


def _facts(receipt: Receipt, files: int) -> Markup:
    facts = [
        ("Dated", receipt.receipt_date.isoformat()),
        ("Receipt number", str(receipt.receipt_number)),
        ("Invoice number", str(receipt.invoice_number)),
        ("Id", str(receipt.receipt_id)),
        ("Booked", shown_time(receipt.created)),
    ]
    if receipt.version != receipt.created:
        facts.append(("Changed", shown_time(receipt.version)))
    if files:
        facts.append(("Attachments", str(files)))
    pairs = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts]
    return tag("dl", *pairs, class_="facts")


def _rows(receipt: Receipt, company: Company, dimensions: list[Dimension]) -> Markup:
    names = ["Ledger account", "Description", *(one.name for one in dimensions)]
    heads = [tag("th", name, scope="col") for name in names]
    amounts = [tag("th", name, scope="col", class_="amount") for name in ("Debit", "Credit")]
    body = [_row(one, company, dimensions) for one in receipt.transactions]
    sums = tag(
        "tr",
        tag("th", "Sum", scope="row", colspan=str(len(names))),
        tag("td", shown_amount(receipt.debit_total), class_="amount", data_label="Debit"),
        tag("td", shown_amount(receipt.credit_total), class_="amount", data_label="Credit"),
    )
    table = tag(
        "table",
        tag("thead", tag("tr", *heads, *amounts)),
        tag("tbody", *body),
        tag("tfoot", sums),
        class_="rows",
    )
    return tag("div", table, class_="scroll")


def _row(row: Transaction, company: Company, dimensions: list[Dimension]) -> Markup:
    account = company.account(row.account)
    value = row.accounting_value
    debit = shown_amount(value) if value >= 0 else ""
    credit = shown_amount(-value) if value < 0 else ""
    tags = [tag("td", _items(row, one), class_="item", data_label=one.name) for one in dimensions]
    return tag(
        "tr",
        tag("th", tag("b", row.account), f" {account.name if account else ''}", scope="row"),
        tag("td", row.description or "", class_="text"),
        *tags,
        tag("td", debit, class_="amount", data_label="Debit"),
        tag("td", credit, class_="amount", data_label="Credit"),
    )


def _items(row: Transaction, dimension: Dimension) -> Markup:
    values = [one for one in row.dimension_values if one.dimension_id == dimension.dimension_id]
    texts = []
    for one in values:
        item = dimension.item(one.item_id)
        name = f"{item.code_name} {item.description}".strip() if item else str(one.item_id)
        texts.append(name if len(values) == 1 else f"{name} {shown_amount(one.value)}")
    return join(tag("span", text) for text in texts)


def _notes(receipt: Receipt) -> list[Piece]:
    wanted = (
        ("Accountant's notes", "accountantsNotes"),
        ("Description", "transactionDescription"),
        ("Notes", "invoiceNotes"),
    )
    return [
        tag("p", tag("b", f"{label}: "), str(receipt.others[name]), class_="note")
        for label, name in wanted
        if receipt.others.get(name)
    ]
