"""What the page of a company's month shows of payroll and ledger, made ready for its template."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.problems import Screen
from tilisilta.domain.reconciliation import Finding
from tilisilta.models import Company, Journal, ReconciledMonth, VerifiedCompany
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.verifying.companies import recent_months
from tilisilta.services.verifying.night import Waiting, waiting_for
from tilisilta.services.verifying.words import FIELDS

Document = Mapping[str, Any]
MOST_MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Payroll against the ledger in one line. Debit positive, credit negative."""

    payroll: Decimal
    ours: Decimal
    another_way: Decimal
    ledger: Decimal
    difference: Decimal

    @classmethod
    def of(cls, document: Document) -> "Figures":
        return cls(**{name: Decimal(document[name]) for name in cls.__dataclass_fields__})


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """A ledger account, with its ``items`` where one differs, and the numbers of its causes."""

    account: str
    name: str
    figures: Figures
    items: tuple[tuple[str, Figures], ...]
    causes: tuple[int, ...]

    @property
    def differs(self) -> bool:
        return bool(self.figures.difference)


@dataclass(frozen=True, kw_only=True)
class ShownChange:
    """A field or a row with its old and its new value. An amount has a difference."""

    place: str
    what: str
    was: str | Decimal | date
    now: str | Decimal | date
    difference: Decimal | None = None

    @property
    def is_amount(self) -> bool:
        return isinstance(self.was, Decimal)

    @property
    def is_date(self) -> bool:
        return isinstance(self.was, date)


@dataclass(frozen=True, kw_only=True)
class PartRow:
    """A part of a run: what became of it, and the receipts that book it."""

    journal_id: int | None
    journal: str
    booking_date: date
    receipt_date: date
    debit: Decimal
    findings: tuple[str, ...]
    receipts: tuple[Document, ...]
    again: tuple[Document, ...]
    status: str
    is_well: bool
    changes_books: bool
    token: str = ""
    number: int | None = None
    changes: tuple[ShownChange, ...] = ()
    difference: Decimal = ZERO

    @property
    def is_another_way(self) -> bool:
        return Finding.ANOTHER_WAY in self.findings


@dataclass(frozen=True, kw_only=True)
class OtherRow:
    """An entry on an account of payroll that belongs to no run of the month."""

    receipt: Document
    day: date
    account: str
    amount: Decimal
    run: str
    receipt_type: str


@dataclass(frozen=True, kw_only=True)
class MonthPage:
    """Everything on the page. Without a ``result`` the month was not compared yet.

    ``trouble`` is what hindered its last comparison, ``not_fetched`` why Nmbrs gave no payment
    file, and ``waiting`` says how far a worker is that is to fetch or compare it.
    """

    company: Company
    month: date
    result: ReconciledMonth | None
    trouble: tuple[Explanation, ...] = ()
    not_fetched: tuple[Explanation, ...] = ()
    waiting: Waiting | None = None
    accounts: tuple[AccountRow, ...] = ()
    debit: Figures | None = None
    credit: Figures | None = None
    parts: tuple[PartRow, ...] = ()
    others: tuple[OtherRow, ...] = ()

    @property
    def causes(self) -> tuple[PartRow, ...]:
        return tuple(part for part in self.parts if part.number is not None)

    @property
    def differing(self) -> str:
        return ", ".join(row.account for row in self.accounts if row.differs)

    @property
    def parts_debit(self) -> Decimal:
        return sum((part.debit for part in self.parts), ZERO)

    @property
    def address(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def previous(self) -> str:
        return f"{self._moved(-1):%Y-%m}"

    @property
    def next(self) -> str:
        return f"{self._moved(1):%Y-%m}"

    def _moved(self, months: int) -> date:
        count = self.month.year * 12 + self.month.month - 1 + months
        return date(count // 12, count % 12 + 1, 1)


@dataclass(frozen=True, kw_only=True)
class RecentMonth:
    """A month in the list of a company, compared or not."""

    month: date
    result: ReconciledMonth | None
    waiting: Waiting | None = None

    @property
    def address(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def outcome(self) -> str:
        return self.result.outcome if self.result is not None else ""

    @property
    def difference(self) -> Decimal:
        return self.result.difference if self.result is not None else ZERO

    @property
    def compared_at(self) -> datetime | None:
        return self.result.compared_at if self.result is not None else None


def recent_months_of(company: Company, today: date) -> tuple[RecentMonth, ...]:
    """Return the months that every night compares and those compared before, the latest first."""
    results = ReconciledMonth.objects.filter(company=company).defer("document", "receipts")
    found = {one.month: one for one in results.order_by("-month")[:MOST_MONTHS]}
    firsts = {date(one.year, one.month, 1) for one in recent_months(today)}
    current = today.replace(day=1)
    waiting = waiting_for(company, current, now=timezone.now())
    return tuple(
        RecentMonth(
            month=first, result=found.get(first), waiting=waiting if first == current else None
        )
        for first in sorted(firsts | found.keys(), reverse=True)
    )


def month_page(company: Company, month: date) -> MonthPage:
    """Return what the last comparison of that month has shown."""
    result = ReconciledMonth.objects.filter(company=company, month=month).first()
    verified = VerifiedCompany.objects.filter(company=company).first()
    troubles = verified.trouble if verified is not None else ()
    # What Nmbrs was asked for stands with its screen; comparing asks Procountor alone.
    trouble = tuple(explain(one) for one in troubles if one.screen is not Screen.NMBRS)
    not_fetched = tuple(explain(one) for one in troubles if one.screen is Screen.NMBRS)
    waiting = waiting_for(company, month, now=timezone.now())
    if result is None:
        return MonthPage(
            company=company,
            month=month,
            result=None,
            trouble=trouble,
            not_fetched=not_fetched,
            waiting=waiting,
        )
    document = result.document
    journals = Journal.objects.filter(company=company, period=month).select_related("company")
    ids = {journal.reference: journal.pk for journal in journals}
    parts = tuple(_numbered(document["parts"], ids))
    accounts = tuple(_account_row(one, document["parts"], parts) for one in document["accounts"])
    return MonthPage(
        company=company,
        month=month,
        result=result,
        trouble=trouble,
        not_fetched=not_fetched,
        waiting=waiting,
        accounts=accounts,
        debit=_total(accounts, is_debit=True),
        credit=_total(accounts, is_debit=False),
        parts=parts,
        others=tuple(_other_row(one) for one in document["others"]),
    )


def _numbered(parts: Iterable[Document], ids: Mapping[str, int]) -> Iterator[PartRow]:
    """Yield the parts; those that explain something are numbered from 1."""
    number = 0
    for part in parts:
        is_cause = not part["is_well"] or Finding.ANOTHER_WAY in part["findings"]
        number += is_cause
        yield _part_row(part, ids.get(part["journal"]), number if is_cause else None)


def _part_row(part: Document, journal_id: int | None, number: int | None) -> PartRow:
    own = (part["receipt"],) if part["receipt"] else ()
    return PartRow(
        journal_id=journal_id,
        journal=part["journal"],
        booking_date=date.fromisoformat(part["booking_date"]),
        receipt_date=date.fromisoformat(part["receipt_date"]),
        debit=Decimal(part["debit"]),
        findings=tuple(part["findings"]),
        receipts=(*own, *part["another_way"]),
        again=tuple(part["again"]),
        status=own[0]["status"] if own else "",
        is_well=part["is_well"],
        changes_books=part["changes_books"],
        token=part["token"] or "",
        number=number,
        changes=(*map(_heading_change, part["heading"]), *map(_row_change, part["rows"])),
        difference=sum(
            (
                Decimal(one["amount"])
                for one in part["difference"]
                if "item" not in one and Decimal(one["amount"]) > 0
            ),
            ZERO,
        ),
    )


def _heading_change(change: Document) -> ShownChange:
    is_date = change["field"] == "receipt_date"
    was, now = change["was"], change["now"]
    return ShownChange(
        place="",
        what=str(FIELDS[change["field"]]),
        was=date.fromisoformat(was) if is_date else was,
        now=date.fromisoformat(now) if is_date else now,
    )


def _row_change(change: Document) -> ShownChange:
    """Return a row with the one value that differs; with its amount where several do."""
    was, now = change["was"], change["now"]
    place = str(change["row"])
    if was is None or now is None:
        row = was or now
        before = Decimal(was["amount"]) if was else ZERO
        after = Decimal(now["amount"]) if now else ZERO
        what = _("removed: %(row)s") if was else _("added: %(row)s")
        return ShownChange(
            place=place,
            what=what % {"row": _named(row)},
            was=before,
            now=after,
            difference=after - before,
        )
    if "accounting_value" in change["fields"]:
        before, after = Decimal(was["amount"]), Decimal(now["amount"])
        return ShownChange(
            place=place, what=_both(was, now), was=before, now=after, difference=after - before
        )
    return ShownChange(place=place, what=_named(was), was=_told(was, now), now=_told(now, was))


def _named(row: Document) -> str:
    items = [one["item"] for one in row["dimensions"]]
    return ", ".join(filter(None, (f"{row['account']} {row['name']}".strip(), *items)))


def _both(was: Document, now: Document) -> str:
    return _named(was) if _named(was) == _named(now) else f"{_named(was)} → {_named(now)}"


def _told(row: Document, other: Document) -> str:
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
    return ", ".join(filter(None, told)) or "-"


def _account_row(
    document: Document, documents: Iterable[Document], parts: Iterable[PartRow]
) -> AccountRow:
    account = document["account"]
    items = [(f"{one['item']}", Figures.of(one)) for one in document["items"]]
    causes = tuple(
        row.number
        for row, part in zip(parts, documents, strict=True)
        if row.number is not None and any(one["account"] == account for one in part["difference"])
    )
    return AccountRow(
        account=account,
        name=document["name"],
        figures=Figures.of(document),
        items=tuple(items) if any(one.difference for _name, one in items) else (),
        causes=causes,
    )


def _total(rows: Iterable[AccountRow], *, is_debit: bool) -> Figures:
    """Return the sum of the accounts that payroll debits, or of those that it credits."""

    def summed(name: str) -> Decimal:
        amounts = [
            getattr(row.figures, name)
            for row in rows
            if ((row.figures.payroll or row.figures.ledger) > 0) == is_debit
        ]
        return sum(amounts, ZERO)

    return Figures(**{name: summed(name) for name in Figures.__dataclass_fields__})


def _other_row(document: Document) -> OtherRow:
    return OtherRow(
        receipt=document["receipt"],
        day=date.fromisoformat(document["receipt"]["date"]),
        account=document["account"],
        amount=Decimal(document["amount"]),
        run=document["run"] or "",
        receipt_type=document["type"],
    )
