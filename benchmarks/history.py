"""The rows of two years behind a bureau: what was sent, tried, compared, signed and recorded.

For ``pages.py``, which makes the companies, links, journals and receipts before.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tilisilta.models import Company

AT_A_TIME = 2000
PARTS = 20
"""So many lines are in the document of each comparison."""


def make_history(companies: Sequence["Company"], months: Sequence[date]) -> None:
    """Make what two years leave behind; the last of ``months`` is the one people work on."""
    make_sendings()
    make_attempts()
    make_comparisons(companies, months)
    make_signatures(companies, months[:-1])
    make_audit_log()


def make_sendings() -> None:
    """Make the sending of each booked journal, one joint sending for each month."""
    from tilisilta.models import JointSending, Journal, Sending

    booked = Journal.objects.filter(state__in=["sent", "approved"])
    joint = {
        month: JointSending.objects.create(requested_at=_moment(month), period=month)
        for month in booked.order_by().values_list("period", flat=True).distinct()
    }
    Sending.objects.bulk_create(
        (
            Sending(
                journal_id=journal,
                joint=joint[month],
                requested_at=_moment(month),
                due_at=_moment(month),
                finished_at=_moment(month),
                run_count=1,
            )
            for journal, month in booked.values_list("pk", "period").iterator()
        ),
        batch_size=AT_A_TIME,
    )


def make_attempts() -> None:
    """Make the attempt that booked each receipt."""
    from tilisilta.models import Attempt, Export

    receipts = Export.objects.order_by("pk").values_list("pk", "booking_date")
    Attempt.objects.bulk_create(
        (
            Attempt(
                export_id=export,
                number=1,
                started_at=_moment(day),
                ended_at=_moment(day),
                outcome=Attempt.Outcome.POSTED,
            )
            for export, day in receipts.iterator()
        ),
        batch_size=AT_A_TIME,
    )


def make_comparisons(companies: Sequence["Company"], months: Sequence[date]) -> None:
    """Make a comparison with the ledger for each company and month; some differ."""
    from tilisilta.models import ReconciledMonth

    ReconciledMonth.objects.bulk_create(
        (
            ReconciledMonth(
                company=company,
                month=month,
                **_outcome(company),
                compared_at=_moment(month),
                document={"parts": [{"journal": str(line)} for line in range(PARTS)]},
            )
            for month in months
            for company in companies
        ),
        batch_size=AT_A_TIME,
    )


def make_signatures(companies: Sequence["Company"], months: Sequence[date]) -> None:
    """Make the signature of each company and month."""
    from tilisilta.models import MonthSignature

    MonthSignature.objects.bulk_create(
        (
            MonthSignature(
                company=company,
                month=month,
                **_outcome(company),
                signed_at=_moment(month),
                system_user="payroll",
                digest="0" * 64,
                reason="Booked by hand." if _differs(company) else "",
            )
            for month in months
            for company in companies
        ),
        batch_size=AT_A_TIME,
    )


def make_audit_log() -> None:
    """Make what the audit log has of each journal: it came, was sent, booked, compared, signed."""
    from tilisilta.models import AuditEntry

    AuditEntry.objects.bulk_create(_entries(), batch_size=AT_A_TIME)


def _entries() -> Iterator[Any]:
    from tilisilta.models import AuditEntry, Journal

    action = AuditEntry.Action
    steps = (
        action.JOURNAL_IMPORTED,
        action.JOURNAL_SENT,
        action.RECEIPT_POSTED,
        action.MONTH_SIGNED,
    )
    journals = Journal.objects.order_by("period", "pk").values_list("pk", "company", "period")
    for journal, company, month in journals.iterator():
        for hours, step in enumerate(steps):
            yield AuditEntry(
                at=_moment(month) + timedelta(hours=hours),
                action=step,
                company_id=company,
                about_kind="journal",
                about_id=str(journal),
                facts={"reference": str(journal), "file": "journal.csv", "month": str(month)},
            )


def _outcome(company: "Company") -> dict[str, Any]:
    return (
        {"outcome": "different", "difference": Decimal(36)}
        if _differs(company)
        else {"outcome": "equal", "difference": Decimal(0)}
    )


def _differs(company: "Company") -> bool:
    return company.number % 40 == 0


def _moment(day: date) -> datetime:
    """Return a moment at the end of the month of ``day``, when people work on it."""
    return datetime.combine(day.replace(day=28), time(hour=12), tzinfo=UTC)
