"""Everything that an archive of a company's month is made of, read once from the tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tilisilta.domain.audit_chain import Head
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.month_end import month_after
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import JournalState
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    Attempt,
    AuditEntry,
    AuditSeal,
    Company,
    Export,
    Journal,
    MonthSignature,
    PaymentFile,
    ReconciledMonth,
    Sending,
)
from tilisilta.services.audit_chain import seal_entries
from tilisilta.services.closing.months import CompanyMonth, month_end
from tilisilta.services.verifying.net_pay import NetPayMonth, net_pay_of

Document = Mapping[str, Any]
_OF_MONTH = (
    AuditEntry.Action.MONTH_SIGNED,
    AuditEntry.Action.MONTH_SIGNED_DIFFERENT,
    AuditEntry.Action.MONTH_UNSIGNED,
    AuditEntry.Action.PAYMENT_FILE_ADDED,
    AuditEntry.Action.PAYMENT_FILE_REMOVED,
    AuditEntry.Action.NET_PAY_TICKED,
    AuditEntry.Action.NET_PAY_UNTICKED,
)


class NothingToArchive(NeedsAttention):
    """The company has no run in that month, and nothing else that could be archived."""

    code = ProblemCode.NOTHING_TO_ARCHIVE

    def __init__(self, company: Company, month: date) -> None:
        super().__init__(f"{month:%Y-%m} of {company} has nothing to archive.")
        self.facts = {"company": str(company), "period": f"{month:%Y-%m}"}


Marks = tuple[int | None, int, datetime | None]
"""What changes with anything that happens to a month: see ``_marks_of``."""


@dataclass(frozen=True, kw_only=True)
class ArchivedMonth:
    """A month of a company as the tables have it.

    ``exports`` are the receipts that were ever tried, also those withdrawn and those that reverse
    another. ``head`` is the seal of the last of its audit ``entries``: whatever is recorded about
    other months, or about archives, leaves it as it is.
    """

    company: Company
    month: date
    standing: CompanyMonth
    journals: tuple[Journal, ...]
    exports: tuple[Export, ...]
    sendings: tuple[Sending, ...]
    compared: ReconciledMonth | None
    signatures: tuple[MonthSignature, ...]
    net_pay: NetPayMonth
    entries: "QuerySet[AuditEntry]"
    head: Head
    as_of: datetime
    marks: Marks

    @property
    def document(self) -> Document:
        """The last comparison with the ledger; empty if there was none."""
        return self.compared.document if self.compared is not None else {}

    @property
    def currency(self) -> str:
        return str(self.document.get("currency") or self.net_pay.comparison.currency)

    @property
    def signature(self) -> MonthSignature | None:
        return next((one for one in self.signatures if one.withdrawn_at is None), None)

    @cached_property
    def booked(self) -> Mapping[int, Document]:
        """The receipts as the last comparison has read them, by their ids."""
        receipts = self.compared.receipts if self.compared is not None else ()
        return {one["id"]: one for one in receipts}

    def is_still_so(self) -> bool:
        """Return whether nothing has happened to the month since it was read."""
        return self.marks == _marks_of(self.company, self.month, self.entries)

    @property
    def exports_read(self) -> Mapping[int, Export]:
        """The exports of today's books, by the ids of their receipts."""
        return {
            one.ledger_receipt_id: one
            for one in self.exports
            if one.ledger_receipt_id is not None and not one.is_trail
        }


def months_with_anything(month: date) -> "QuerySet[Company]":
    """Return the companies that have something to archive of ``month``, by number."""
    rows = (
        Journal.objects.not_discarded().filter(company=OuterRef("pk"), period=month),
        MonthSignature.objects.filter(company=OuterRef("pk"), month=month),
        PaymentFile.objects.filter(company=OuterRef("pk"), month=month),
    )
    has_any = Q()
    for some in rows:
        has_any |= Q(Exists(some))
    return Company.objects.filter(has_any).select_related("debtor").order_by("number")


def read_month(company: Company, month: date, *, now: datetime) -> ArchivedMonth:
    """Return the month of ``company`` that begins with ``month``.

    Its audit entries are sealed if they were not yet. Raises ``NothingToArchive``.
    """
    if not months_with_anything(month).filter(pk=company.pk).exists():
        raise NothingToArchive(company, month)
    journals = tuple(
        Journal.objects.filter(company=company, period=month)
        .select_related("company", "came_by")
        .order_by("run_year", "run_number", "revision", "pk")
    )
    entries = _entries(company, month, journals)
    # Before the rest: what happens from here on is noticed by them.
    marks = _marks_of(company, month, entries)
    compared = ReconciledMonth.objects.filter(company=company, month=month).first()
    signatures = tuple(
        MonthSignature.objects.filter(company=company, month=month)
        .select_related("signed_by", "withdrawn_by", "company")
        .order_by("-signed_at", "-pk")
    )
    net_pay = net_pay_of(company, BookingPeriod.containing(month))
    # What decides is never the day: the month has a run, or something else.
    (standing,) = month_end(month, today=month_after(month), company=company.pk).companies
    return ArchivedMonth(
        company=company,
        month=month,
        standing=standing,
        journals=tuple(one for one in journals if one.state != JournalState.DISCARDED),
        exports=_exports(journals),
        sendings=tuple(
            Sending.objects.filter(journal__in=journals)
            .select_related("requested_by", "journal__company", "joint", "proposal__proposed_by")
            .order_by("requested_at", "pk")
        ),
        compared=compared,
        signatures=signatures,
        net_pay=net_pay,
        entries=entries,
        head=_sealed_head(entries, now),
        as_of=_latest(entries, compared, journals, net_pay),
        marks=marks,
    )


def _entries(
    company: Company, month: date, journals: tuple[Journal, ...]
) -> "QuerySet[AuditEntry]":
    of_journals = Q(about_kind=AuditEntry.About.JOURNAL, about_id__in=[one.pk for one in journals])
    of_month = Q(action__in=_OF_MONTH, facts__period=f"{month:%Y-%m}")
    return AuditEntry.objects.filter(of_journals | of_month, company=company).order_by("pk")


def _marks_of(company: Company, month: date, entries: "QuerySet[AuditEntry]") -> Marks:
    """Return the last entry, the number of journals, and when the month was compared.

    Whatever else is stored of a month is stored together with an entry.
    """
    compared = ReconciledMonth.objects.filter(company=company, month=month)
    return (
        entries.order_by("-pk").values_list("pk", flat=True).first(),
        Journal.objects.filter(company=company, period=month).count(),
        compared.values_list("compared_at", flat=True).first(),
    )


def _exports(journals: tuple[Journal, ...]) -> tuple[Export, ...]:
    tried = Exists(Attempt.objects.filter(export=OuterRef("pk")))
    return tuple(
        Export.with_trail.filter(
            Q(tried) | Q(ledger_receipt_id__isnull=False), journal__in=journals
        )
        .select_related("journal__company", "link__procountor_account", "link_settings", "reverses")
        .order_by("receipt_date", "booking_date", "epoch", "pk")
    )


def _sealed_head(entries: "QuerySet[AuditEntry]", now: datetime) -> Head:
    """Return the seal of the last entry in the chain, once all of them are sealed."""
    if entries.filter(seal__isnull=True).exists():
        seal_entries(now, looks_at_all=True)
    last = AuditSeal.objects.filter(entry__in=entries).order_by("-position").first()
    return Head(position=last.position, digest=last.digest) if last is not None else Head()


def _latest(
    entries: "QuerySet[AuditEntry]",
    compared: ReconciledMonth | None,
    journals: tuple[Journal, ...],
    net_pay: NetPayMonth,
) -> datetime:
    """Return the moment of the last thing that happened to the month."""
    moments: list[datetime] = [
        *entries.values_list("at", flat=True),
        *(one.came_at for one in journals),
        *(one.added_at for one in net_pay.files),
        *([compared.compared_at] if compared is not None else ()),
    ]
    return max(moments)
