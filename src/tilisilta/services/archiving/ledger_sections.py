"""What the report shows of payroll against the ledger: sums, differences and their causes."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tilisilta.domain.ledger_sums import ZERO
from tilisilta.services.archiving import written
from tilisilta.services.archiving.months import ArchivedMonth
from tilisilta.services.archiving.written import Block, Cell, Row
from tilisilta.services.verifying.words import FIELDS, FINDINGS, RECEIPT_TYPES

Document = Mapping[str, Any]
Section = dict[str, Any]
_FIGURES = ("payroll", "ours", "another_way", "ledger")
STATUSES: Mapping[str, Promise] = {
    "UNFINISHED": gettext_lazy("Unfinished"),
    "APPROVED": gettext_lazy("Approved"),
    "INVALIDATED": gettext_lazy("Invalidated"),
}


def ledger_sections(month: ArchivedMonth) -> Iterator[Section]:
    document = month.document
    if not document:
        return
    if document["accounts"]:
        yield _totals(month)
    yield _differences(month)
    if document["parts"]:
        yield _receipts(month)
    if document["others"]:
        yield _others(document)


def differing(document: Document) -> list[Document]:
    return [one for one in document.get("accounts", ()) if Decimal(one["difference"])]


def findings_of(part: Document) -> str:
    return ", ".join(str(FINDINGS.get(one, one)) for one in part["findings"])


def _totals(month: ArchivedMonth) -> Section:
    # Debits first, as people read a voucher; both in the order of their accounts.
    accounts = sorted(month.document["accounts"], key=lambda one: not _is_debit(one))
    columns = (
        (_("Ledger account"), "left", "auto"),
        (_("Name"), "left", "one"),
        (_("Payroll"), "right", "auto"),
        (pgettext("report", "Our receipts"), "right", "auto"),
        (_("Another way"), "right", "auto"),
        (_("Ledger"), "right", "auto"),
        (_("Difference"), "right", "auto"),
    )
    rows = [row for account in accounts for row in _account_rows(account)]
    rows.append(_total_row(_("Debit"), accounts, is_debit=True))
    rows.append(_total_row(_("Credit"), accounts, is_debit=False))
    note = _("%(currency)s, debit positive, credit negative") % {"currency": month.currency}
    return written.section(_("Totals by account"), [written.table(columns, rows)], note=note)


def _is_debit(account: Document) -> bool:
    return (Decimal(account["payroll"]) or Decimal(account["ledger"])) > 0


def _account_rows(account: Document) -> Iterator[Row]:
    differs = bool(Decimal(account["difference"]))
    yield written.row(
        account["account"],
        account["name"],
        *_figures(account),
        written.difference(Decimal(account["difference"])),
        style="flag" if differs else "plain",
    )
    # The items of dimensions only where one of them differs, which the account may hide.
    if any(Decimal(one["difference"]) for one in account["items"]):
        for one in account["items"]:
            yield written.row(
                "",
                written.toned(f"{one['dimension']}: {one['item']}", "item"),
                *_figures(one),
                written.difference(Decimal(one["difference"])),
            )


def _figures(line: Document) -> list[Cell]:
    return [written.amount(Decimal(line[name])) for name in _FIGURES]


def _total_row(title: str, accounts: Iterable[Document], *, is_debit: bool) -> Row:
    """Return the sum of the accounts that payroll debits, or of those that it credits."""
    some = [one for one in accounts if _is_debit(one) == is_debit]
    sums = {
        name: sum((Decimal(one[name]) for one in some), ZERO) for name in (*_FIGURES, "difference")
    }
    return written.total(
        title,
        "",
        *(written.amount(sums[name]) for name in _FIGURES),
        written.difference(sums["difference"]),
    )


def _differences(month: ArchivedMonth) -> Section:
    causes = [part for part in month.document["parts"] if not part["is_well"]]
    blocks: list[Block] = []
    if causes:
        columns = (
            (_("Receipt"), "left", "auto"),
            (_("What differs"), "left", "one"),
            (pgettext("report", "Expected"), "right", "auto"),
            (pgettext("report", "In the ledger"), "right", "auto"),
            (_("Difference"), "right", "auto"),
        )
        rows = [row for part in causes for row in _cause_rows(part)]
        blocks.append(written.table(columns, rows))
    else:
        blocks.append(written.text(_("All receipts are in the ledger as they were sent.")))
    signature = month.signature
    if signature is not None and signature.reason:
        reason = _("Reason given: %(reason)s") % {"reason": signature.reason}
        blocks.append(written.text(reason))
    return written.section(_("Differences and their causes"), blocks)


def _cause_rows(part: Document) -> Iterator[Row]:
    receipt = part["receipt"]
    number = str(receipt["number"]) if receipt else "\N{EN DASH}"
    told = {"journal": part["journal"], "findings": findings_of(part)}
    heading = written.toned(_("Journal %(journal)s: %(findings)s") % told, "strong")
    yield written.row(number, heading, *_sum_of_part(part))
    for other in part["again"]:
        words = _("also booked by receipt %(number)s of %(date)s")
        yield written.row(
            "", words % {"number": other["number"], "date": written.day(other["date"])}, "", "", ""
        )
    for change in part["heading"]:
        yield written.row(
            "", str(FIELDS.get(change["field"], change["field"])), change["was"], change["now"], ""
        )
    for change in part["rows"]:
        yield _changed_row(change)


def _sum_of_part(part: Document) -> tuple[Cell, Cell, Cell]:
    """Return what a part is to book, what is booked, and the difference, where no row tells it."""
    amounts = [abs(Decimal(one["amount"])) for one in part["difference"] if "item" not in one]
    if part["rows"] or not amounts:
        return "", "", ""
    sent, less = Decimal(part["debit"]), sum(amounts, ZERO) / 2
    difference = less if part["again"] else -less
    return written.amount(sent), written.amount(sent + difference), written.difference(difference)


def _changed_row(change: Document) -> Row:
    was, now = change["was"], change["now"]
    place = _("row %(row)s") % change
    if was is None or now is None:
        only = was or now
        what = _("removed: %(row)s") if was else _("added: %(row)s")
        before = Decimal(was["amount"]) if was else ZERO
        after = Decimal(now["amount"]) if now else ZERO
        words = f"{place}, {what % {'row': _named(only)}}"
        return _amounts(words, before, after)
    if "accounting_value" in change["fields"]:
        named = _named(was) if _named(was) == _named(now) else f"{_named(was)} → {_named(now)}"
        return _amounts(f"{place}, {named}", Decimal(was["amount"]), Decimal(now["amount"]))
    return written.row(
        "", f"{place}, {_named(was)}", _otherwise(was, now), _otherwise(now, was), ""
    )


def _amounts(words: str, before: Decimal, after: Decimal) -> Row:
    return written.row(
        "",
        words,
        written.amount(before),
        written.amount(after),
        written.difference(after - before),
    )


def _named(row: Document) -> str:
    items = [one["item"] for one in row["dimensions"]]
    return ", ".join(filter(None, (f"{row['account']} {row['name']}".strip(), *items)))


def _otherwise(row: Document, other: Document) -> str:
    """Return what ``row`` has otherwise than ``other``."""
    told = []
    if row["account"] != other["account"]:
        told.append(f"{row['account']} {row['name']}".strip())
    if row["description"] != other["description"]:
        told.append(row["description"])
    if row["dimensions"] != other["dimensions"]:
        told += [f"{one['item']} {one['amount']}" for one in row["dimensions"]]
    if row["vat_percent"] != other["vat_percent"]:
        told.append(_("VAT %(percent)s %%") % {"percent": row["vat_percent"]})
    return ", ".join(filter(None, told)) or "\N{EN DASH}"


def _receipts(month: ArchivedMonth) -> Section:
    columns = (
        (_("Date"), "left", "auto"),
        (_("Receipt no."), "left", "auto"),
        (_("Journal"), "left", "auto"),
        (_("In Procountor"), "left", "auto"),
        (_("Compared"), "left", "one"),
        (_("Debit"), "right", "auto"),
    )
    parts = month.document["parts"]
    debit = sum((Decimal(part["debit"]) for part in parts), ZERO)
    rows = [_receipt_row(part) for part in parts]
    rows.append(written.total(_("Sum"), "", "", "", "", written.amount(debit)))
    return written.section(
        _("Ledger receipts"), [written.table(columns, rows)], note=month.currency
    )


def _receipt_row(part: Document) -> Row:
    receipts = [*([part["receipt"]] if part["receipt"] else ()), *part["another_way"]]
    statuses = dict.fromkeys(str(STATUSES.get(one["status"], one["status"])) for one in receipts)
    return written.row(
        written.day(part["receipt_date"]),
        ", ".join(str(one["number"]) for one in receipts) or "\N{EN DASH}",
        part["journal"],
        ", ".join(statuses) or "\N{EN DASH}",
        findings_of(part),
        written.amount(Decimal(part["debit"])),
        style="flag" if part["changes_books"] else "plain",
    )


def _others(document: Document) -> Section:
    columns = (
        (_("Date"), "left", "auto"),
        (_("Receipt no."), "left", "auto"),
        (_("Kind"), "left", "auto"),
        (_("Name"), "left", "one"),
        (_("Ledger account"), "left", "auto"),
        (_("Amount"), "right", "auto"),
    )
    rows = [
        written.row(
            written.day(one["receipt"]["date"]),
            str(one["receipt"]["number"] or ""),
            str(RECEIPT_TYPES.get(one["type"], one["type"])),
            one["receipt"]["name"],
            one["account"],
            written.amount(Decimal(one["amount"])),
        )
        for one in document["others"]
    ]
    return written.section(
        _("Other entries on these accounts"),
        [written.table(columns, rows)],
        note=_("they belong to no run of the month"),
    )
