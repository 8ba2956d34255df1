"""What forbids sending a journal, whatever its lines contain (R10)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tilisilta.domain.journals import BookingPeriod, Journal
from tilisilta.domain.links import LinkRules
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is known around a journal when it is checked.

    ``period`` is that of the run. ``ended_link`` names the administration of the last link when all
    links of the company ended before the period; ``is_linked`` is false then.
    ``is_earlier_revision_sent`` is true as soon as one receipt of an earlier revision is booked or
    on its way. ``split`` is how finely the journal was fetched, ``None`` for a file, and
    ``needed_split`` how finely its link needs it. ``twin`` names another journal of the company
    that may be the same payroll under another run number, until a person has denied it, and
    ``stranger`` one of another company that books exactly the same. ``booked_elsewhere`` lists
    receipts that were booked in another administration, through a link that has ended.
    ``differs_from`` names the administration if it now seems to be another company by its name
    and no person has confirmed it. ``block`` says why debtors forbid it: the company's own is
    blocked (``debtor``), or one that it has ``left`` or has ``perhaps``. ``is_verify_only`` says
    that the link never sends. The names are for the texts.
    """

    period: BookingPeriod
    is_test_company: bool
    is_deleted_at_source: bool
    block: str = ""
    is_linked: bool = False
    is_account_authorised: bool = False
    has_newer_revision: bool = False
    is_earlier_revision_sent: bool = False
    split: JournalSplit | None = None
    needed_split: JournalSplit = JournalSplit.COMPANY
    twin: str = ""
    stranger: str = ""
    ended_link: str = ""
    booked_elsewhere: tuple[tuple[str, str], ...] = ()
    differs_from: str = ""
    is_verify_only: bool = False
    company_name: str = ""
    debtor_name: str = ""
    account_name: str = ""


def check_guards(
    around: Surroundings, journal: Journal, rules: LinkRules | None
) -> tuple[Problem, ...]:
    """Return every reason not to send this journal as a whole, all at once.

    ``rules`` is ``None`` as long as no link exists. For a journal that lies before the start of its
    link only that is reported, as there is nothing to put right about it (R10).
    """
    before_start = tuple(_start_guard(around, rules))
    if before_start:
        return (*_company_guards(around), *before_start)
    return (
        *_company_guards(around),
        *_connection_guards(around, rules),
        *_history_guards(around, journal),
        *_split_guard(around),
        *_trail_warnings(around),
    )


def run_deleted(journal: Journal) -> Problem:
    """Return the warning about a journal whose run was deleted in Nmbrs, also after sending."""
    return Problem(
        code=ProblemCode.RUN_DELETED,
        severity=Severity.WARNING,
        screen=Screen.JOURNAL,
        facts=facts(run=f"{journal.run.number}/{journal.run.year}", revision=journal.revision),
    )


def _company_guards(around: Surroundings) -> Iterator[Problem]:
    if around.is_test_company:
        yield Problem(
            code=ProblemCode.TEST_COMPANY,
            screen=Screen.COMPANY,
            facts=facts(company=around.company_name),
        )
    if around.is_verify_only:
        yield Problem(
            code=ProblemCode.VERIFY_ONLY,
            screen=Screen.LINK,
            facts=facts(company=around.company_name),
        )
    if around.block:
        yield _blocked(around)


def _blocked(around: Surroundings) -> Problem:
    # Another debtor is not named: who reads this may be limited to the company's own.
    named = facts(company=around.company_name, debtor=around.debtor_name)
    is_own = around.block == "debtor"
    return Problem(
        code=ProblemCode.DEBTOR_BLOCKED,
        screen=Screen.DEBTOR if is_own else Screen.COMPANY,
        facts=named if is_own else (*named, *facts(reason=around.block)),
    )


def _connection_guards(around: Surroundings, rules: LinkRules | None) -> Iterator[Problem]:
    # One reason at a time: each of them can only be judged once those before it are gone.
    if around.ended_link:
        yield Problem(
            code=ProblemCode.LINK_ENDED,
            screen=Screen.LINK,
            facts=facts(company=around.company_name, administration=around.ended_link),
        )
    elif not around.is_linked or rules is None:
        # Without a link there is no account yet that could be authorised.
        yield Problem(
            code=ProblemCode.NOT_LINKED,
            screen=Screen.LINK,
            facts=facts(company=around.company_name),
        )
    elif not around.is_account_authorised:
        yield Problem(
            code=ProblemCode.ACCOUNT_NOT_AUTHORISED,
            screen=Screen.PROCOUNTOR_ACCOUNT,
            facts=facts(account_name=around.account_name),
        )
    elif around.differs_from:
        yield Problem(
            code=ProblemCode.COMPANIES_DIFFER_NOW,
            screen=Screen.LINK,
            facts=facts(company=around.company_name, administration=around.differs_from),
        )


def _history_guards(around: Surroundings, journal: Journal) -> Iterator[Problem]:
    this_revision = facts(run=f"{journal.run.number}/{journal.run.year}", revision=journal.revision)
    if around.is_deleted_at_source:
        yield run_deleted(journal)
    if around.has_newer_revision:
        yield Problem(code=ProblemCode.NEWER_REVISION, screen=Screen.JOURNAL, facts=this_revision)
    if around.twin:
        yield Problem(
            code=ProblemCode.PERHAPS_BOOKED_ALREADY,
            screen=Screen.JOURNAL,
            facts=facts(journal=around.twin),
        )
    if around.stranger:
        yield Problem(
            code=ProblemCode.PERHAPS_ANOTHER_COMPANYS,
            screen=Screen.JOURNAL,
            facts=facts(journal=around.stranger, company=around.company_name),
        )
    if around.is_earlier_revision_sent:
        yield Problem(
            code=ProblemCode.EARLIER_REVISION_SENT, screen=Screen.JOURNAL, facts=this_revision
        )


def _start_guard(around: Surroundings, rules: LinkRules | None) -> Iterator[Problem]:
    """Warn of a run before the start of the link.

    The run's own period decides: its corrections may well lie before the start.
    """
    if rules is None or rules.start_date is None:
        return
    if around.period.last_day < rules.start_date:
        yield Problem(
            code=ProblemCode.BEFORE_START,
            severity=Severity.WARNING,
            screen=Screen.LINK,
            facts=facts(period=str(around.period), start=rules.start_date),
        )


def _split_guard(around: Surroundings) -> Iterator[Problem]:
    """Report a journal fetched too coarsely: its lines would lack a dimension of the link.

    A journal without cost centers may really have none, so only the call that fetched it counts.
    A file contains all it can.
    """
    if around.split is not None and not around.split.serves(around.needed_split):
        yield Problem(
            code=ProblemCode.JOURNAL_TOO_COARSE,
            screen=Screen.COMPANY,
            facts=facts(split=around.needed_split, company=around.company_name),
        )


def _trail_warnings(around: Surroundings) -> Iterator[Problem]:
    """Warn of what was booked in the wrong books, as a person has to remove it there."""
    for administration, numbers in around.booked_elsewhere:
        yield Problem(
            code=ProblemCode.BOOKED_ELSEWHERE,
            severity=Severity.WARNING,
            screen=Screen.PROCOUNTOR,
            facts=facts(administration=administration, numbers=numbers),
        )
