"""Journals as rows of a table: where each stands, what was sent of it, and to which books."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.number_ranges import written_ranges
from tilisilta.domain.sending_rules import Hold
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    ExportState,
    JournalState,
)
from tilisilta.models import (
    Export,
    Journal,
    ProcountorAccount,
    Proposal,
    RuledJournal,
    Sending,
    preview_digest,
)
from tilisilta.services.counted_states import counted_state
from tilisilta.services.explanations import explain
from tilisilta.services.journals.variances import JournalVariance, variances_of
from tilisilta.services.sending_rules.words import name_of_asker


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
SUM_AT = [column.has_sum for column in COLUMNS].index(True)


@dataclass(frozen=True, kw_only=True, order=True)
class Books:
    """An administration that receipts go to, and whether its name differs from the company's."""

    name: str
    business_id: str
    is_different: bool

    @classmethod
    def of(cls, journal: Journal, account: ProcountorAccount) -> "Books":
        """The administration of ``account``, as it compares with the company of ``journal``."""
        return cls(
            name=account.company_name,
            business_id=account.business_id,
            is_different=not journal.company.match_with(account).is_equal,
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
    by_rule: str = ""
    books: tuple[Books, ...] = ()
    variance: JournalVariance | None = None
    proposal: Proposal | None = None
    needs_release: bool = False

    @property
    def counted_state(self) -> str:
        """Return the state that the journal counts in."""
        return counted_state(self.journal.state, has_open_proposal=self.proposal is not None)

    @property
    def receipt_number_text(self) -> str:
        return written_ranges(self.receipt_numbers)

    @property
    def corrects_earlier(self) -> bool:
        return self.journal.first_period < self.journal.period


def rows_of(journals: Iterable[Journal] | QuerySet[Journal], *, may_send: bool) -> tuple[Row, ...]:
    """Return the journals as rows of a table, with what was sent of them: four queries at most."""
    if isinstance(journals, QuerySet):
        journals = journals.select_related("ruled").prefetch_related(
            Prefetch("exports", queryset=_exports_with_books()),
            Prefetch("sendings", queryset=Sending.objects.select_related("requested_by")),
            Prefetch(
                "proposals",
                queryset=Proposal.objects.open().select_related("proposed_by"),
                to_attr="proposed",
            ),
        )
    return tuple(_row(journal, may_send=may_send) for journal in journals)


def with_variances(rows: Iterable[Row]) -> list[Row]:
    """Return ``rows``, each with how its journal differs from last month's."""
    rows = list(rows)
    variances = variances_of([row.journal for row in rows])
    return [replace(row, variance=variances.get(row.journal.pk)) for row in rows]


def _exports_with_books() -> QuerySet[Export]:
    """Exports with the administration each goes to, and without what may be large."""
    return (
        Export.objects.select_related("link__procountor_account")
        .defer("payload", "link__procountor_account__administration")
        .order_by("booking_date", "epoch")
    )


def _row(journal: Journal, *, may_send: bool) -> Row:
    receipts = [item for item in journal.exports.all() if item.state != ExportState.WITHDRAWN]
    numbers = (item.shown_number for item in receipts if item.state in BOOKED_EXPORTS)
    sent_at = max((item.posted_at for item in receipts if item.posted_at), default=None)
    sending = _sending_of(journal, sent_at)
    standing = journal.standing(one.standing() for one in receipts)
    obstacle = None if standing.is_sent else standing.obstacle
    reason = explain(obstacle).message if obstacle else ""
    proposal = next(iter(getattr(journal, "proposed", ())), None)
    if proposal is not None and not reason:
        reason = _("%(name)s has proposed it.") % {"name": name_of_asker(proposal.proposer)}
    return Row(
        journal=journal,
        receipt_count=len(receipts),
        receipt_numbers=tuple(sorted(number for number in numbers if number is not None)),
        sent_at=sent_at,
        sent_by=name_of_sender(sending) if sending else "",
        reason=reason if may_send or reason else _("Your user template does not let you send."),
        can_be_sent=may_send and standing.can_be_sent and proposal is None,
        is_sent=standing.is_sent,
        is_under_way=standing.is_under_way,
        seen=preview_digest(receipts),
        by_rule=by_rule(journal, receipts),
        books=books_of(journal, receipts),
        proposal=proposal,
        needs_release=any(
            item.link.needs_release for item in receipts if item.state == ExportState.READY
        ),
    )


def _sending_of(journal: Journal, sent_at: datetime | None) -> Sending | None:
    """Return the last sending before that moment: a later one may have taken receipts back."""
    # Asked for once more, and refused, it was not sent by that.
    sendings = [one for one in journal.sendings.all() if not one.is_refused]
    before = (one for one in sendings if sent_at is not None and one.requested_at <= sent_at)
    return next(before, sendings[0] if sendings else None)


def books_of(journal: Journal, exports: Iterable[Export]) -> tuple[Books, ...]:
    """Return the administrations of the receipts: more than one only after a company moved."""
    accounts = {item.link.procountor_account for item in exports}
    return tuple(sorted({Books.of(journal, account) for account in accounts}))


def by_rule(journal: Journal, receipts: Iterable[Export]) -> str:
    """Return what the last sweep found of a ready journal, as far as its link has a rule still.

    It "waits" for its rule, or "proposal" where the rule only proposes it, or is "held".
    """
    ruled: RuledJournal | None = getattr(journal, "ruled", None)
    if ruled is None or ruled.looked_at is None or journal.state != JournalState.READY:
        return ""
    links = [item.link for item in receipts if item.state == ExportState.READY]
    if not any(link.sends_by_rule and link.is_open for link in links):
        return ""
    # A rule asks once: what it asked for and did not send is left to a person.
    if ruled.left_at or ruled.asked_at or not set(ruled.holds) <= {Hold.WAITING}:
        return "held"
    return "proposal" if any(link.needs_release for link in links) else "waits"


def name_of_sender(sending: Sending) -> str:
    """Return who asked for the sending: a user, or the system user who ran a command."""
    user = sending.requested_by
    if user is None:
        return name_of_asker(sending.system_user) or _("by itself")
    return user.get_full_name() or user.get_username()
