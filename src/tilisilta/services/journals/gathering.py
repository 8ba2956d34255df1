"""Gathers what is known about a journal before the rules judge it: once, reading only.

The first of the three moves of a check (``checks``). Nothing here writes to the journal.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from tilisilta.domain.administrations import Administration
from tilisilta.domain.checks import ExportFacts, JournalFacts, leaves_exports
from tilisilta.domain.company_match import name_with_id
from tilisilta.domain.guards import Surroundings
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.domain.standing import BOOKED_EXPORTS, COMMITTED_EXPORTS, ExportState
from tilisilta.errors import TilisiltaError
from tilisilta.models import Attempt, Export, Journal, Link
from tilisilta.services.journals.twins import same_payroll
from tilisilta.services.procountor.administrations import known_administration, read_administration

EXPORT_COLUMNS = (
    "journal",
    "booking_date",
    "receipt_date",
    "epoch",
    "token",
    "link_settings",
    "state",
    "ledger_receipt_id",
    "receipt_number",
    "invoice_number",
    "problems",
    "is_trail",
    "withdrawn_at",
    "link__procountor_account__procountor_company_id",
    "link__procountor_account__company_name",
)


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a journal goes: its link, the administration as known, and trouble in reading it."""

    link: Link | None
    administration: Administration | None
    trouble: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """A journal with its exports, and the facts about it as a value of the domain.

    ``exports`` are those that count; ``trail`` is what stands in other books than its link's.
    """

    journal: Journal
    link: Link | None
    exports: tuple[Export, ...]
    trail: tuple[Export, ...]
    facts: JournalFacts


def known_destination(journal: Journal) -> Destination:
    """Return where ``journal`` goes as far as it is known; Procountor is not asked."""
    link = Link.objects.booking(journal.booking_period, company_id=journal.company_id)
    if link is None or not link.covers(journal.booking_period):
        return Destination(link=link, administration=None)
    return Destination(link=link, administration=known_administration(link.procountor_account))


def read_destination(journal: Journal, *, now: datetime, age_limit: timedelta) -> Destination:
    """Return where ``journal`` goes; an administration older than ``age_limit`` is read again.

    A journal before the start of its link needs no administration. Never call it in a transaction:
    Procountor may take a minute to answer.
    """
    known = known_destination(journal)
    link = known.link
    if link is None or not link.covers(journal.booking_period):
        return known
    account = link.procountor_account
    if not account.is_authorised:
        return known
    try:
        read = read_administration(
            account, now=now, age_limit=age_limit, known=known.administration
        )
    except TilisiltaError:
        # Reading may have ended the account. Then the guards stop the journal for that reason, and
        # Procountor was not unreachable.
        account.refresh_from_db()
        unreachable = Problem(
            code=ProblemCode.PROCOUNTOR_UNREACHABLE, screen=Screen.PROCOUNTOR_ACCOUNT
        )
        trouble = (unreachable,) if account.is_authorised else ()
        return Destination(link=link, administration=known_administration(account), trouble=trouble)
    return Destination(link=link, administration=read)


def gather(
    journal: Journal,
    destination: Destination,
    *,
    locked: bool = False,
    queued_as_ready: bool = False,
    exports: Iterable[Export] | None = None,
) -> Gathered:
    """Return all facts about ``journal``. With ``locked`` its exports stay locked until the commit.

    With ``queued_as_ready`` the facts are those from before it was asked to be sent. ``exports``
    are those of ``exports_with_trail``, if they were read just now.
    For a journal whose exports are left alone only the facts needed then are queried. Lines are
    read only where there is an administration to plan receipts for: there may be many of them.
    """
    link, administration = destination.link, destination.administration
    known = tuple(_known_exports(journal, locked=locked) if exports is None else exports)
    trail = _in_other_books(known, journal, link)
    counted = tuple(export for export in known if export not in trail)
    tried = _tried_of(journal) if counted else frozenset()
    states = tuple(_facts_of(one, tried, queued_as_ready=queued_as_ready) for one in counted)
    # Checks of journals at rest are many, and must not read their lines or compare payrolls.
    is_left_alone = leaves_exports(states)
    needs_lines = administration is not None and not is_left_alone
    around = _bare_surroundings(journal) if is_left_alone else _surroundings(journal, link, trail)
    facts = JournalFacts(
        journal=journal.content() if needs_lines else journal.content_without_lines(),
        is_currency_assumed=journal.is_currency_assumed,
        surroundings=around,
        rules=link.rules() if link is not None and not is_left_alone else None,
        administration=administration,
        trouble=destination.trouble,
        exports=states,
        epochs=_epochs_of(counted),
        reader_notes=journal.reader_notes,
        last_problems=journal.problems,
    )
    return Gathered(journal=journal, link=link, exports=counted, trail=trail, facts=facts)


def gather_new(journal: Journal) -> Gathered:
    """Return the facts of the first journal of a run of a company without a link.

    The same payroll in another journal is found when there is a link, before it can be sent.
    """
    facts = JournalFacts(
        journal=journal.content_without_lines(),
        is_currency_assumed=journal.is_currency_assumed,
        surroundings=_bare_surroundings(journal),
        rules=None,
        administration=None,
        reader_notes=journal.reader_notes,
    )
    return Gathered(journal=journal, link=None, exports=(), trail=(), facts=facts)


def split_of(link: Link | None) -> JournalSplit:
    """Return how finely journals are fetched for ``link``; as finely as possible without one.

    So whatever the link will use is there already, and most journals need not be fetched again.
    """
    if link is None or link.uses_cost_units:
        return JournalSplit.COST_UNIT
    return JournalSplit.COST_CENTER if link.uses_cost_centers else JournalSplit.COMPANY


def exports_with_trail(journal: Journal) -> QuerySet[Export]:
    """Return all exports of ``journal`` as ``gather`` needs them, of ``EXPORT_COLUMNS`` at least.

    The rows are wide, and a month of checks reads very many of them: whoever calls this narrows it.
    """
    # Each has this very journal, which need not be read for each of them.
    own = journal.exports(manager="with_trail").filter(reverses__isnull=True)
    return own.select_related("link__procountor_account")


def _tried_of(journal: Journal) -> frozenset[int]:
    """Return which exports of ``journal`` were ever tried, by key."""
    attempts = Attempt.objects.filter(export__journal=journal.pk).order_by()
    return frozenset(attempts.values_list("export", flat=True))


def _known_exports(journal: Journal, *, locked: bool) -> QuerySet[Export]:
    known = exports_with_trail(journal).only(*EXPORT_COLUMNS)
    return known.select_for_update(of=("self",)) if locked else known


def _in_other_books(
    exports: Iterable[Export], journal: Journal, link: Link | None
) -> tuple[Export, ...]:
    """Return the exports in books that ``link`` does not lead to: a trail that counts for nothing.

    A wrong link has ended and has a successor: what was booked through it stays known, and does not
    reduce what the successor has to book. A successor that leads to the same administration goes on
    where the former one stopped.
    """
    if link is None or not link.covers(journal.booking_period):
        return tuple(export for export in exports if export.is_trail)
    books = link.procountor_account.procountor_company_id
    return tuple(
        export
        for export in exports
        if export.link.procountor_account.procountor_company_id != books
    )


def _facts_of(
    export: Export, tried: Collection[int], *, queued_as_ready: bool = False
) -> ExportFacts:
    state = ExportState(export.state)
    return ExportFacts(
        state=ExportState.READY if queued_as_ready and state == ExportState.QUEUED else state,
        problems=export.problems,
        token=export.token,
        was_tried=export.pk in tried,
    )


def _epochs_of(exports: Iterable[Export]) -> dict[date, int]:
    """Return the epoch by booking date: that of its exports, and the next after a withdrawal."""
    epochs: dict[date, int] = {}
    for export in exports:
        epoch = export.epoch + 1 if export.was_taken_back else export.epoch
        epochs[export.booking_date] = max(epoch, epochs.get(export.booking_date, 0))
    return epochs


def _surroundings(journal: Journal, link: Link | None, trail: Sequence[Export]) -> Surroundings:
    """Return what decides whether the journal may be sent at all (R0, R10)."""
    others = Journal.objects.not_discarded().filter(
        company=journal.company, run_year=journal.run_year, run_number=journal.run_number
    )
    earlier_sent = Export.objects.filter(
        journal__in=others.filter(revision__lt=journal.revision), state__in=COMMITTED_EXPORTS
    )
    # What a person has booked by hand is in the books as well as what we have sent.
    earlier_settled = others.filter(revision__lt=journal.revision, settled_as__gt="")
    is_sent = earlier_sent.exists() or earlier_settled.exists() if journal.revision > 1 else False
    account = link.procountor_account if link is not None else None
    same = same_payroll(journal, link)
    return replace(
        _bare_surroundings(journal),
        is_linked=link is not None,
        is_account_authorised=account is not None and account.is_authorised,
        has_newer_revision=others.filter(revision__gt=journal.revision).exists(),
        is_earlier_revision_sent=is_sent,
        split=JournalSplit(journal.split) if journal.split else None,
        needed_split=split_of(link) if link is not None else JournalSplit.COMPANY,
        twin=same.twin,
        stranger=same.stranger,
        ended_link=_ended_link(journal) if link is None else "",
        booked_elsewhere=_numbers_in(trail),
        differs_from="" if link is None or link.is_confirmed else _administration_of(link),
        account_name=account.name if account is not None else "",
        is_verify_only=link is not None and link.is_verify_only,
    )


def _bare_surroundings(journal: Journal) -> Surroundings:
    """Return what the rows of the journal, its company and its debtor say by themselves."""
    company = journal.company
    return Surroundings(
        period=journal.booking_period,
        is_test_company=company.is_test,
        block=company.block or "",
        is_deleted_at_source=journal.is_deleted_at_source,
        company_name=company.name,
        debtor_name=company.debtor.name,
    )


def _ended_link(journal: Journal) -> str:
    last = (
        Link.objects.filter(company=journal.company)
        .select_related("procountor_account")
        .order_by("-ends_on", "-pk")
        .first()
    )
    return last.procountor_account.company_name if last is not None else ""


def _administration_of(link: Link) -> str:
    account = link.procountor_account
    return name_with_id(account.company_name, account.business_id)


def _numbers_in(trail: Iterable[Export]) -> tuple[tuple[str, str], ...]:
    """Return the administrations with receipts that are only a trail, and their numbers."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for export in trail:
        if export.state in BOOKED_EXPORTS:
            name = export.link.procountor_account.company_name
            numbers[name].append(str(export.shown_number or export.ledger_receipt_id))
    return tuple((name, ", ".join(of_name)) for name, of_name in numbers.items())
