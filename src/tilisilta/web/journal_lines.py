"""The journal's own lines, shown while it is not known which receipts will be sent."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce

from tilisilta.models import Journal, JournalLine

LINES_ON_A_PAGE = 100


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A line as it came in. Debit is positive or ``None``, credit negative or ``None``."""

    line: JournalLine
    line_id: str
    debit: Decimal | None
    credit: Decimal | None


@dataclass(frozen=True, kw_only=True)
class JournalLines:
    """One page of the lines, and the sums of all of them."""

    shown: tuple[ShownLine, ...]
    page: Page[JournalLine]
    debit: Decimal
    credit: Decimal

    @property
    def difference(self) -> Decimal:
        """Debit plus credit: 0.00 in a journal that balances."""
        return self.debit + self.credit


def journal_lines(journal: Journal, *, page_number: str | int) -> JournalLines:
    """Return one page of the lines of ``journal``; the sums are of the whole journal."""
    page = Paginator(journal.lines.order_by("position"), LINES_ON_A_PAGE).get_page(page_number)
    nothing = Value(Decimal("0.00"), output_field=DecimalField(max_digits=16, decimal_places=2))
    sums = journal.lines.aggregate(
        debit=Coalesce(Sum("amount", filter=Q(amount__gt=0)), nothing),
        credit=Coalesce(Sum("amount", filter=Q(amount__lt=0)), nothing),
    )
    return JournalLines(
        shown=tuple(_shown(line) for line in page.object_list),
        page=page,
        debit=sums["debit"],
        credit=sums["credit"],
    )


def _shown(line: JournalLine) -> ShownLine:
    return ShownLine(
        line=line,
        line_id=f"line-{line.position}",
        debit=line.amount if line.amount >= 0 else None,
        credit=line.amount if line.amount < 0 else None,
    )
