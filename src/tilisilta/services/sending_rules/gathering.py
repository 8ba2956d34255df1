"""Gathers what decides whether journals are sent by rule: for many at once, with few queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from tilisilta.domain.sending_rules import (
    Brakes,
    EarlierMonth,
    JournalFacts,
    LinkFacts,
    RuleFacts,
    RunFacts,
    SendingRule,
)
from tilisilta.domain.standing import BOOKED_EXPORTS, ExportState, JournalState
from tilisilta.models import (
    Difference,
    Export,
    Journal,
    Link,
    LinkSettings,
    MonthSignature,
    NmbrsCompany,
    NmbrsConnection,
    Proposal,
    RuledJournal,
    Sending,
    Settlement,
    User,
    Withdrawal,
    preview_digest,
)
from tilisilta.services.journals.earlier_months import EarlierMonths, earlier_months
from tilisilta.services.journals.keeping import KNOWN_OUTSIDE
from tilisilta.services.sending_rules.switching import brake

_AT_ONCE = 250
"""All that is known around so many journals is in memory at a time."""
_NO_OTHER_RUN = frozenset({JournalState.REPLACED, JournalState.DISCARDED})
BY_A_PERSON = Q(joint__isnull=True) | Q(joint__rule="")


def journals_with_rule(user: User | None = None) -> QuerySet[Journal]:
    """Return the ready journals of companies whose link sends by rule, as far as ``user`` sees."""
    ruled = Link.objects.open().filter(sends_by_rule=True)
    journals = Journal.objects.filter(state=JournalState.READY, company__in=ruled.values("company"))
    if user is not None:
        journals = journals.visible_to(user)
    return journals.select_related("company__debtor", "run", "ruled").order_by("pk")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A journal, its link, the digest of what would be sent, and what decides about its rule."""

    journal: Journal
    link: Link | None
    digest: str
    facts: RuleFacts


def gather(journals: Sequence[Journal], *, now: datetime) -> tuple[Candidate, ...]:
    """Return what decides about each of ``journals``, in their order."""
    return tuple(
        one
        for start in range(0, len(journals), _AT_ONCE)
        for one in _gathered(journals[start : start + _AT_ONCE], now=now)
    )


def _gathered(journals: Sequence[Journal], *, now: datetime) -> Iterator[Candidate]:
    around = _Around(journals, now=now)
    earlier = earlier_months([one.pk for one in journals])
    return (around.candidate(one, earlier.get(one.pk)) for one in journals)


@dataclass(kw_only=True)
class _Month:
    """What is known of a company's month: its runs, and whether a person did anything in it."""

    runs: dict[int, tuple[int, str]] = field(default_factory=dict)
    was_intervened: bool = False


class _Around:
    """All that is known around the journals, each table read once."""

    def __init__(self, journals: Sequence[Journal], *, now: datetime) -> None:
        self._now = now
        self._today = timezone.localtime(now).date()
        self._brakes = _brakes(now, self._today)
        self._companies = {one.company_id for one in journals}
        self._links = _links_of(self._companies)
        self._read_journals(journals)
        self._read_exports([one.pk for one in journals])
        signed = MonthSignature.objects.filter(company__in=self._companies)
        self._signed = set(signed.values_list("company_id", "month"))
        listed = NmbrsCompany.objects.filter(company__in=self._companies)
        self._in_nmbrs = {one.company_id: one for one in listed.select_related("connection")}

    def candidate(self, journal: Journal, earlier: EarlierMonths | None) -> Candidate:
        link = self._links.get(journal.company_id)
        exports = self._exports.get(journal.pk, [])
        digest = preview_digest(exports) if exports else ""
        facts = RuleFacts(
            rule=link.sending_rule() if link is not None else SendingRule(),
            brakes=self._brakes,
            link=self._link_facts(journal, link, exports),
            run=self._run_facts(journal),
            journal=self._journal_facts(journal, exports, earlier),
            earlier=_earlier(earlier),
            waits_since=_waits_since(journal, digest),
            now=self._now,
            today=self._today,
        )
        return Candidate(journal=journal, link=link, digest=digest, facts=facts)

    def _read_journals(self, journals: Sequence[Journal]) -> None:
        """Read what else there is of the companies' months, and of the journals' runs."""
        of_month = Q(period__in={one.period for one in journals})
        of_run = Q(
            run_year__in={one.run_year for one in journals},
            run_number__in={one.run_number for one in journals},
        )
        rows = Journal.objects.filter(of_month | of_run, company__in=self._companies).values(
            *("pk", "company_id", "period", "run_year", "run_number", "state"),
            *("withdrawn_at", "settled_as", "discarded_at", "is_deleted_at_source"),
        )
        self._months: dict[tuple[int, date], _Month] = defaultdict(_Month)
        self._of_run: dict[tuple[int, int, str], set[int]] = defaultdict(set)
        by_pk: dict[int, _Month] = {}
        for row in rows.order_by("pk"):
            month = by_pk[row["pk"]] = self._months[row["company_id"], row["period"]]
            run = row["run_year"], row["run_number"]
            self._of_run[row["company_id"], *run].add(row["pk"])
            if row["state"] not in _NO_OTHER_RUN:
                month.runs[row["pk"]] = run
            month.was_intervened |= bool(
                row["withdrawn_at"]
                or row["settled_as"]
                or row["discarded_at"]
                or row["is_deleted_at_source"]
            )
        for pk in _touched_by_persons(by_pk):
            by_pk[pk].was_intervened = True
        self._asked_for = _asked_for(by_pk)

    def _read_exports(self, ids: Collection[int]) -> None:
        self._exports: dict[int, list[Export]] = defaultdict(list)
        exports = Export.objects.filter(journal__in=ids).defer("payload").order_by("pk")
        for export in exports:
            self._exports[export.journal_id].append(export)

    def _link_facts(
        self, journal: Journal, link: Link | None, exports: Iterable[Export]
    ) -> LinkFacts | None:
        if link is None or any(one.link_id != link.pk for one in exports):
            return None
        checked = getattr(link, "checked", None)
        return LinkFacts(
            covers=link.covers(journal.booking_period),
            is_open=link.is_open,
            is_confirmed=link.is_confirmed,
            is_authorised=link.procountor_account.is_authorised,
            is_well=checked is not None and checked.is_well,
            checked_at=checked.checked_at if checked is not None else None,
            changed_at=link.books_otherwise_since,
            is_as_sent=_last(link, "last_settings") == LinkSettings.digest_of(link.rules()),
            sent_at=_last(link, "sent_at"),
        )

    def _run_facts(self, journal: Journal) -> RunFacts | None:
        run, listed = journal.run, self._in_nmbrs.get(journal.company_id)
        if run is None:
            return None
        is_working = (
            listed is not None
            and listed.gone_at is None
            and not listed.trouble
            and listed.connection.state == NmbrsConnection.State.WORKING
        )
        return RunFacts(
            is_locked=run.is_locked,
            locked_at=run.locked_at,
            read_at=run.journal_read_at,
            listed_at=listed.fetched_at if listed is not None else None,
            is_in_order=is_working
            and run.gone_at is None
            and not run.trouble
            and not journal.is_deleted_at_source,
        )

    def _journal_facts(
        self, journal: Journal, exports: Sequence[Export], earlier: EarlierMonths | None
    ) -> JournalFacts:
        company = journal.company
        link = self._links.get(company.pk)
        month = self._months[company.pk, journal.period]
        run = journal.run_year, journal.run_number
        ruled = _ruled(journal)
        problems = [
            *journal.problems,
            *journal.reader_notes,
            *(problem for one in exports for problem in one.problems),
        ]
        return JournalFacts(
            is_ready=journal.state == JournalState.READY
            and not journal.needs_look
            and all(one.state == ExportState.READY and not one.is_difference for one in exports),
            warnings=tuple(problem.code for problem in problems),
            is_checked=journal.checked_at is not None,
            came_at=journal.came_at,
            period=journal.period,
            first_period=journal.first_period,
            receipts=tuple((one.booking_date, one.receipt_date) for one in exports),
            makes_items=any(one.items_to_make for one in exports),
            needs_answers=journal.is_run_guessed or journal.is_surely_another,
            is_never_sent=company.is_test
            or company.block is not None
            or (link is not None and link.is_verify_only),
            is_left=ruled is not None and ruled.left_at is not None,
            was_asked_for=journal.pk in self._asked_for
            or (ruled is not None and ruled.asked_at is not None),
            was_run_asked_for=bool(
                (self._of_run[company.pk, *run] - {journal.pk}) & self._asked_for
            ),
            others_in_month=sum(other != run for other in month.runs.values()),
            was_intervened=month.was_intervened,
            is_signed=(company.pk, journal.period) in self._signed,
            total=journal.debit_total,
            accounts=earlier.this.sums.all_accounts if earlier is not None else frozenset(),
        )


def _brakes(now: datetime, today: date) -> Brakes:
    row = brake()
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    # What was refused did not leave: a person may have sent the journal then.
    by_rule = Sending.objects.filter(joint__rule__gt="", is_refused=False)
    sent = by_rule.filter(joint__requested_at__gte=midnight)
    # Whatever became of them. What a person releases is not asked for by the rule once more.
    proposed = Proposal.objects.filter(joint__rule__gt="", proposed_at__gte=midnight)
    troubled = Export.objects.filter(
        state__in=[ExportState.REJECTED, ExportState.UNCERTAIN],
        journal__in=by_rule.values("journal"),
    )
    return Brakes(
        is_stopped=row.is_stopped,
        resumed_at=None if row.is_stopped else row.changed_at,
        troubled=troubled.order_by().values("journal").distinct().count(),
        asked_today=sent.count() + proposed.count(),
        most_a_day=settings.MOST_BY_RULE_A_DAY,
    )


def _links_of(companies: Collection[int]) -> Mapping[int, Link]:
    """Return the open links by company, with what was sent through each last."""
    booked = Export.objects.filter(
        link=OuterRef("pk"), state__in=BOOKED_EXPORTS, is_difference=False
    ).order_by("-posted_at", "-pk")
    by_person = Sending.objects.filter(
        BY_A_PERSON,
        is_refused=False,
        journal__exports__link=OuterRef("pk"),
        journal__exports__state__in=BOOKED_EXPORTS,
        journal__exports__is_trail=False,
    ).order_by("-requested_at")
    links = (
        Link.objects.open()
        .filter(company__in=companies)
        .select_related("company", "procountor_account", "checked", "profile")
        .defer("procountor_account__administration")
        .prefetch_related(Prefetch("account_mappings"))
        .annotate(
            last_settings=Subquery(booked.values("link_settings")[:1]),
            sent_at=Subquery(by_person.values("requested_at")[:1]),
        )
    )
    return {link.company_id: link for link in links}


def _last(link: Link, name: str) -> Any:
    return getattr(link, name)


def _touched_by_persons(ids: Collection[int]) -> set[int]:
    tables = (Withdrawal, Settlement, Difference)
    touched: set[int] = set()
    for table in tables:
        touched |= set(table.objects.filter(journal__in=ids).values_list("journal_id", flat=True))
    return touched


def _asked_for(ids: Collection[int]) -> set[int]:
    """Return the journals ever asked for or proposed, or of which a receipt was ever tried."""
    asked = Sending.objects.filter(journal__in=ids).values_list("journal_id", flat=True)
    # Also what was taken back or sent back: a person has looked at it, and did not want it sent.
    proposed = Proposal.objects.filter(journal__in=ids).values_list("journal_id", flat=True)
    tried = Export.with_trail.filter(KNOWN_OUTSIDE, journal__in=ids)
    return {*asked, *proposed, *tried.values_list("journal_id", flat=True)}


def _earlier(earlier: EarlierMonths | None) -> tuple[EarlierMonth, ...]:
    """Return the comparable journals that are in the books; one that is not proves nothing."""
    if earlier is None:
        return ()
    return tuple(
        EarlierMonth(
            month=one.journal.ends_on.replace(day=1),
            total=one.journal.sums.debit,
            accounts=one.journal.sums.all_accounts,
        )
        for one in earlier.earlier
        if one.journal.is_booked
    )


def _ruled(journal: Journal) -> RuledJournal | None:
    return getattr(journal, "ruled", None)


def _waits_since(journal: Journal, digest: str) -> datetime | None:
    """Return since when it waits as it is now; ``None`` if it is another, or was never seen."""
    ruled, run = _ruled(journal), journal.run
    if ruled is None or run is None or not digest or ruled.seen != digest:
        return None
    return ruled.waits_since if ruled.locked_at == run.locked_at else None
