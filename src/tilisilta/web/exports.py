"""Journal entries Export: all journals with where they stand, and the click that sends one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    JOURNALS_NOT_DUE,
    JOURNALS_NOT_SUMMED,
    ExportState,
    JournalState,
)
from tilisilta.models import (
    JOURNAL_STATES,
    Area,
    Export,
    Journal,
    ProcountorAccount,
    Right,
    Sending,
    User,
)
from tilisilta.models.journals import JournalQuerySet
from tilisilta.services.checks import journal_standing, preview_digest
from tilisilta.services.explanations import explain
from tilisilta.services.exports import newest_month
from tilisilta.services.link_proposals import match_of
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.templatetags.ledger import month

ON_A_PAGE = 50
MOST_PERIODS = 36


@dataclass(frozen=True, kw_only=True)
class Column:
    """The heading of a column of the list; its cell stands in ``exports/row.html``."""

    title: object
    style: str = ""
    has_sum: bool = False


# In the order of the cells. A cell of the class "full" has a line of its own on a phone.
COLUMNS = (
    Column(title=gettext_lazy("Company")),
    Column(title=gettext_lazy("Run")),
    Column(title=gettext_lazy("Period")),
    Column(title=gettext_lazy("Journal")),
    Column(title=gettext_lazy("Receipts"), style="n"),
    Column(title=gettext_lazy("Debit"), style="n", has_sum=True),
    Column(title=gettext_lazy("State")),
    Column(title=gettext_lazy("Send"), style="c"),
    Column(title=gettext_lazy("Receipt numbers")),
    Column(title=gettext_lazy("Sent")),
)
_SUM_AT = [column.has_sum for column in COLUMNS].index(True)


class FilterForm(forms.Form):
    """What narrows the list: words of a company, a state, a month."""

    company = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("Company or debtor")
    )
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))
    period = forms.ChoiceField(required=False, label=gettext_lazy("Period"))

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        state, period = self.fields["state"], self.fields["period"]
        assert isinstance(state, forms.ChoiceField)  # noqa: S101  # said for the type check
        assert isinstance(period, forms.ChoiceField)  # noqa: S101  # said for the type check
        state.choices = [("", _("all")), *JOURNAL_STATES]
        period.choices = [("", _("all")), *_period_choices(user)]
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "in in-s", "id": f"f-{name}"}

    @property
    def first_day(self) -> date | None:
        """The first day of the month that is asked for, if one is."""
        asked = self.cleaned_data.get("period") if self.is_valid() else None
        return date.fromisoformat(f"{asked}-01") if asked else None

    def narrow(self, journals: JournalQuerySet, *, with_period: bool = True) -> JournalQuerySet:
        """The journals asked for; what cannot be understood narrows nothing.

        Those that were discarded are only among them when their state is asked for.
        """
        asked = self.cleaned_data if self.is_valid() else {}
        for word in str(asked.get("company", "")).split():
            by_name = Q(company__name__icontains=word) | Q(company__debtor__name__icontains=word)
            is_number = word.isdecimal() and len(word) < 10
            journals = journals.filter(
                Q(company__number=int(word)) | by_name if is_number else by_name
            )
        state = asked.get("state")
        journals = journals.filter(state=state) if state else journals.kept()
        if with_period and asked.get("period"):
            journals = journals.filter(period=f"{asked['period']}-01")
        return journals


@dataclass(frozen=True, kw_only=True, order=True)
class Books:
    """An administration that receipts go to, and whether it is called as the company is."""

    name: str
    business_id: str
    is_different: bool

    @classmethod
    def of(cls, journal: Journal, account: ProcountorAccount) -> "Books":
        """The administration of ``account``, as it compares with the company of ``journal``."""
        return cls(
            name=account.company_name,
            business_id=account.business_id,
            is_different=not match_of(journal.company, account).is_equal,
        )


@dataclass(frozen=True, kw_only=True)
class Row:
    """A journal in the list: where it stands, what was sent, and whether the button is on."""

    journal: Journal
    receipt_count: int
    receipt_numbers: tuple[int, ...]
    sent_at: datetime | None
    sent_by: str
    reason: str
    can_be_sent: bool
    is_sent: bool
    is_under_way: bool
    seen: str
    books: tuple[Books, ...] = ()

    @property
    def receipt_number_text(self) -> str:
        """The receipt numbers; a series of them by its first and last."""
        return ", ".join(_ranges(self.receipt_numbers))

    @property
    def corrects_earlier(self) -> bool:
        """Tell whether the journal also books on periods before its own."""
        return self.journal.first_period < self.journal.period


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts per state and sums per currency over everything the filter lets through.

    ``ready_count`` is how many would be sent in one go, all of ``ready_period``, and
    ``ready_elsewhere`` how many of other months are ready as well.
    """

    count: int
    ready_period: date | None
    ready_count: int
    ready_elsewhere: int
    states: tuple[tuple[str, int], ...]
    sums: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Wave:
    """The sendings under way and those finished since the first of them was asked for."""

    done: int
    total: int
    current: tuple[Sending, ...]

    @property
    def left(self) -> int:
        """How many are still to be finished."""
        return self.total - self.done


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def exports(request: UserRequest) -> HttpResponse:
    """The list; while something is under way the page asks for its moving part again."""
    form = FilterForm(request.GET or None, user=request.user)
    of_all_months = form.narrow(Journal.objects.visible_to(request.user), with_period=False)
    totals = totals_of(of_all_months, period=form.first_day)
    asked = of_all_months.filter(period=form.first_day) if form.first_day else of_all_months
    # The page is found by ids alone: whole rows of many thousand journals would be slow to sort.
    paginator = Paginator(in_list_order(asked).values_list("pk", flat=True), ON_A_PAGE)
    # Counted already, together with the sums.
    paginator.count = totals.count
    page = paginator.get_page(request.GET.get("page"))
    shown = in_list_order(Journal.objects.filter(pk__in=list(page.object_list)))
    rows = rows_of(shown, may_send=request.user.can(Right.WRITE, Area.JOURNAL_EXPORTS))
    wave = wave_of(request.user)
    context = {
        "form": form,
        "page": page,
        "columns": COLUMNS,
        "columns_before_sum": _SUM_AT,
        "columns_after_sum": len(COLUMNS) - _SUM_AT - 1,
        "rows": rows,
        "totals": totals,
        "state_links": [
            (state, count, with_query(request, state=state)) for state, count in totals.states
        ],
        "wave": wave,
        "is_moving": wave is not None or any(row.is_under_way for row in rows),
        "address": request.get_full_path(),
        "query": request.GET.urlencode(),
    }
    part = "exports/moving.html" if is_part(request) else "exports/exports.html"
    return render(request, part, context)


def is_part(request: UserRequest) -> bool:
    """Tell whether htmx asks for a part of a page, and not for its whole after going back."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def with_query(request: UserRequest, **values: str) -> str:
    """The query of the page's address with other values, on the first page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in values.items():
        query[name] = value
    return "?" + query.urlencode()


def in_list_order(journals: QuerySet[Journal]) -> QuerySet[Journal]:
    """The newest month first, and in it by company; what came last goes before."""
    return journals.select_related("company__debtor").order_by("-period", "company__number", "-pk")


def rows_of(journals: Iterable[Journal] | QuerySet[Journal], *, may_send: bool) -> tuple[Row, ...]:
    """The journals as rows of a table, with what was sent of them, in three queries at most."""
    if isinstance(journals, QuerySet):
        journals = journals.prefetch_related(
            Prefetch("exports", queryset=_exports_with_books()),
            Prefetch("sendings", queryset=Sending.objects.select_related("requested_by")),
        )
    return tuple(_row(journal, may_send=may_send) for journal in journals)


def _exports_with_books() -> QuerySet[Export]:
    """Exports with the administration each goes to, and without what may be large."""
    return (
        Export.objects.select_related("link__procountor_account")
        .defer("payload", "link__procountor_account__administration")
        .order_by("booking_date", "epoch")
    )


def totals_of(journals: QuerySet[Journal], *, period: date | None = None) -> Totals:
    """Count and sum what the filter lets through, in one query; of ``period`` if it names one.

    What is ready in one go is that of ``period``, or else of the newest month that has runs, as
    ``services.exports.ready_journals`` chooses it; the rest is counted as well.
    """
    groups = list(
        journals.order_by()
        .values("period", "state", "currency")
        .annotate(
            n=Count("pk"),
            s=Sum("debit_total"),
            warned_of=Count("pk", filter=Q(is_deleted_at_source=True) | Q(needs_look=True)),
        )
    )
    due = (group["period"] for group in groups if group["state"] not in JOURNALS_NOT_DUE)
    ready_period = period or newest_month(due)
    ready: dict[date, int] = {}
    states: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    for group in groups:
        if group["state"] == JournalState.READY:
            sendable = group["n"] - group["warned_of"]
            ready[group["period"]] = ready.get(group["period"], 0) + sendable
        if period is not None and group["period"] != period:
            continue
        states[group["state"]] = states.get(group["state"], 0) + group["n"]
        if group["state"] not in JOURNALS_NOT_SUMMED:
            sums[group["currency"]] = sums.get(group["currency"], Decimal("0.00")) + group["s"]
    ready_count = ready.get(ready_period, 0) if ready_period else 0
    return Totals(
        count=sum(states.values()),
        ready_period=ready_period,
        ready_count=ready_count,
        ready_elsewhere=sum(ready.values()) - ready_count,
        states=tuple((state, states[state]) for state in JournalState if state in states),
        sums=tuple(sorted(sums.items())),
    )


def wave_of(user: User) -> Wave | None:
    """How far the sendings under way have come; ``None`` when nothing is."""
    visible = Sending.objects.filter(journal__in=Journal.objects.visible_to(user))
    unfinished = visible.filter(finished_at__isnull=True)
    first = unfinished.aggregate(at=Min("requested_at"))["at"]
    if first is None:
        return None
    total = visible.filter(requested_at__gte=first).aggregate(
        total=Count("pk"), done=Count("pk", filter=Q(finished_at__isnull=False))
    )
    current = unfinished.filter(enqueued_at__isnull=False).select_related("journal__company")
    return Wave(
        done=total["done"],
        total=total["total"],
        current=tuple(current.order_by("enqueued_at")[:2]),
    )


def _row(journal: Journal, *, may_send: bool) -> Row:
    receipts = [item for item in journal.exports.all() if item.state != ExportState.WITHDRAWN]
    numbers = (item.receipt_number for item in receipts if item.state in BOOKED_EXPORTS)
    sendings = list(journal.sendings.all())
    standing = journal_standing(journal, receipts)
    obstacle = None if standing.is_sent else standing.obstacle
    reason = explain(obstacle).message if obstacle else ""
    return Row(
        journal=journal,
        receipt_count=len(receipts),
        receipt_numbers=tuple(sorted(number for number in numbers if number is not None)),
        sent_at=max((item.posted_at for item in receipts if item.posted_at), default=None),
        sent_by=_name_of(sendings[0].requested_by) if sendings else "",
        reason=reason if may_send or reason else _("Your user template does not let you send."),
        can_be_sent=may_send and standing.can_be_sent,
        is_sent=standing.is_sent,
        is_under_way=standing.is_under_way,
        seen=preview_digest(receipts),
        books=books_of(journal, receipts),
    )


def books_of(journal: Journal, exports: Iterable[Export]) -> tuple[Books, ...]:
    """The administrations that the receipts of ``journal`` go to: one, but for a moved company."""
    accounts = {item.link.procountor_account for item in exports}
    return tuple(sorted({Books.of(journal, account) for account in accounts}))


def _ranges(numbers: Sequence[int]) -> Iterator[str]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        if len(run) < 3:
            yield from map(str, run)
        else:
            yield f"{run[0]}\N{EN DASH}{run[-1]}"


def _name_of(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else _("by itself")


def _period_choices(user: User) -> Iterator[tuple[str, str]]:
    """The months from the latest that has a journal back to the earliest, three years at most."""
    ends = Journal.objects.visible_to(user).aggregate(latest=Max("period"), earliest=Min("period"))
    latest, earliest = ends["latest"], ends["earliest"]
    if latest is None:
        return
    first: date = latest
    for _step in range(MOST_PERIODS):
        yield f"{first:%Y-%m}", month(first)
        if first <= earliest:
            return
        first = date(first.year - (first.month == 1), first.month - 1 or 12, 1)
