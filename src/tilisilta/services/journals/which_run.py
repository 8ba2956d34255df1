"""Which run a journal is of: by its file, by a person, or as a question (R0).

Nothing replaces another run by itself. A number that neither file nor person named is only a guess,
and one that the content contradicts may be a mistake. In both cases a person decides.
"""

from dataclasses import dataclass

from tilisilta.domain import journals as domain
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.run_identity import RunDoubt, doubt_about, period_of_lines
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Journal, Run
from tilisilta.services.journals.here_already import (
    journals_of,
    lines_of,
    must_not_be_discarded,
    same_file,
    same_from_file,
    same_version,
)
from tilisilta.services.journals.keeping import (
    content_digest,
    free_run,
    journals_of_run,
)
from tilisilta.services.journals.run_numbers import can_give_way, give_number, give_way
from tilisilta.services.journals.run_refusals import (
    ImportedAsOtherRun,
    NotOfTheCompany,
    RunTaken,
    WhichRun,
)


@dataclass(frozen=True, kw_only=True)
class RunAnswer:
    """What a person answers about a file's run, beforehand or when asked.

    ``run`` is its number and year, and ``revision_of`` a journal it is a newer version of.
    ``another_run`` makes it a run of its own: under the number of ``run`` where that is given,
    else under a free one. ``again`` takes in what was discarded before.
    """

    run: domain.Run | None = None
    revision_of: Journal | None = None
    another_run: bool = False
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """The run a journal is stored under, or the journal that is there already.

    ``is_guessed`` says that neither file nor person named the run. ``moved`` are journals whose
    guessed number gave way: they are to be checked again.
    """

    run: domain.Run
    is_guessed: bool = False
    existing: Journal | None = None
    moved: tuple[Journal, ...] = ()


def place_file(read: SourceJournal, *, company: Company, answer: RunAnswer) -> Place:
    """Return the run of a file. Call it in the transaction that stores the file, company locked.

    The file's own number counts, and a person's where it has none. Where both name one and they
    differ, a question is raised, unless the file's number is still free. A file that is here
    already is recognised under whatever run. Raises ``WasDiscarded``, ``ImportedAsOtherRun``,
    ``WhichRun``, ``RunTaken`` or ``NotOfTheCompany``.
    """
    named = _named_run(read, answer.run)
    if not answer.again:
        must_not_be_discarded(read, company, named)
    if answer.revision_of is not None:
        return _place_revision(read, company, answer.revision_of, named)
    if answer.another_run:
        return _place_another(read, company, answer.run)
    if named is None:
        return _place_unnamed(read, company)
    known = same_version(read, journals_of_run(company, named))
    elsewhere = known or same_file(read, company)
    if known is None and elsewhere is not None and not read.run_number:
        # Under a second number its receipts would be booked twice.
        raise ImportedAsOtherRun(elsewhere)
    if elsewhere is not None:
        return Place(run=named, existing=elsewhere)
    given = _given_run(read, answer.run)
    if given is None or (given.year, given.number) == (named.year, named.number):
        return _place_named(read, company, named)
    latest = journals_of_run(company, named).first()
    if latest is None:
        return Place(run=named)
    # File and person name different numbers: neither replaces a journal by itself.
    free = free_run(company, given)
    raise WhichRun(latest, read=read, free=free, doubt=RunDoubt.NUMBER)


def place_fetched(read: SourceJournal, *, run: Run, named: domain.Run) -> Place:
    """Return the run under which the journal of ``run`` in Nmbrs is stored here.

    It stays under the number of its first journal, as its receipts are found by that. A journal
    from a file that books the very same is that journal. A guessed number gives way to Nmbrs'.
    """
    first = run.journals.exclude(state=JournalState.DISCARDED).order_by("pk").first()
    if first is not None:
        return Place(
            run=domain.Run(
                year=first.run_year, number=first.run_number, description=named.description
            )
        )
    adopted = same_from_file(read, run.company)
    if adopted is not None:
        moved = give_number(adopted, named) if adopted.is_run_guessed else ()
        return Place(run=named, existing=adopted, moved=moved)
    latest = journals_of_run(run.company, named).first()
    if latest is None:
        return Place(run=named)
    is_named = latest.run_id is not None or not latest.is_run_guessed
    doubt = doubt_about(read.lines, lines_of(latest), is_named=is_named)
    # Nmbrs gives a number twice in a year only when it has made the run anew.
    is_made_anew = latest.run_id is not None and doubt == RunDoubt.LINES
    if doubt is None or is_made_anew:
        return Place(run=named)
    moved = give_number(latest, free_run(run.company, named)) if latest.is_run_guessed else ()
    return Place(run=named if moved else free_run(run.company, named), moved=moved)


def _place_unnamed(read: SourceJournal, company: Company) -> Place:
    """Place a file that names no run: known already, the first of its month, or a question."""
    run = _guessed_run(read)
    known = same_version(read, journals_of(company))
    if known is not None:
        return Place(run=run, existing=known)
    same = same_file(read, company)
    if same is not None:
        # The very same file, read in another way: with other columns, or its signs turned round.
        return _place_revision(read, company, same, None)
    latest = journals_of_run(company, run).first()
    if latest is not None:
        free = _free_beside(read, company, latest)
        raise WhichRun(latest, read=read, free=free, doubt=RunDoubt.GUESSED)
    return Place(run=run, is_guessed=True)


def _place_another(read: SourceJournal, company: Company, given: domain.Run | None) -> Place:
    """Place a run of its own, as a person answered; the same lines again are the known journal."""
    chosen = _given_run(read, given)
    same = (one for one in journals_of(company) if one.content_sha256 == content_digest(read.lines))
    known = next(same, None)
    if chosen is None:
        return _place_beside(read, company, known)
    taken = journals_of_run(company, chosen).first()
    if taken is not None and taken == known:
        return Place(run=chosen, existing=known)
    of_same_file = same_file(read, company)
    if taken is None and of_same_file is not None:
        raise ImportedAsOtherRun(of_same_file)
    # A guessed number gives way only if the file itself names it, not if a person typed it.
    moved = give_way(taken) if read.run_number == chosen.number else ()
    if taken is not None and not moved:
        raise RunTaken(taken)
    return Place(run=chosen, moved=moved)


def _place_beside(read: SourceJournal, company: Company, known: Journal | None) -> Place:
    """Place a run of its own without a number from a person: the file's number, or a free one."""
    named = _named_run(read, None)
    wanted = named or _guessed_run(read)
    taken = journals_of_run(company, wanted).first()
    if known is not None or taken is None:
        run = free_run(company, wanted)
        return Place(run=run, existing=known, is_guessed=named is None)
    if named is None:
        return Place(run=free_run(company, wanted), is_guessed=True)
    moved = give_way(taken)
    if moved:
        return Place(run=named, moved=moved)
    return Place(run=_free_beside(read, company, taken), is_guessed=True)


def _free_beside(read: SourceJournal, company: Company, known: Journal | None) -> domain.Run:
    """Return the run of a file that is not that of ``known``: of its month, or beside it."""
    guessed = _guessed_run(read)
    if known is None or period_of_lines(read.lines).last_day.replace(day=1) != known.period:
        return free_run(company, guessed)
    own = domain.Run(year=known.run_year, number=known.run_number, description=guessed.description)
    return free_run(company, own)


def _place_named(read: SourceJournal, company: Company, run: domain.Run) -> Place:
    """Place a file whose run is named: a revision, unless its content contradicts that."""
    latest = journals_of_run(company, run).first()
    if latest is None or latest.file_sha256 == read.sha256:
        return Place(run=run)
    doubt = doubt_about(read.lines, lines_of(latest), is_named=True)
    if latest.is_run_guessed:
        # The number of the known journal is only a guess, so it may be another run.
        doubt = RunDoubt.KNOWN_GUESSED
    if doubt is None:
        return Place(run=run)
    free = run if read.run_number and can_give_way(latest) else _free_beside(read, company, latest)
    raise WhichRun(latest, read=read, free=free, doubt=doubt)


def _place_revision(
    read: SourceJournal, company: Company, of: Journal, named: domain.Run | None
) -> Place:
    """Place a newer version of ``of``, as a person answered; the newest stays the newest."""
    if of.company_id != company.pk:
        raise NotOfTheCompany(of)
    run = domain.Run(
        year=of.run_year,
        number=of.run_number,
        description=named.description if named else of.run_description,
    )
    latest = journals_of_run(company, run).first()
    if latest is not None and latest.content_sha256 == content_digest(read.lines):
        return Place(run=run, existing=latest)
    is_named = named is not None and (named.year, named.number) == (run.year, run.number)
    return Place(run=run, is_guessed=of.is_run_guessed and not is_named)


def _named_run(read: SourceJournal, given: domain.Run | None) -> domain.Run | None:
    """Return the run the file names, else the one a person named; the file goes first."""
    if given is None and not read.run_number:
        return None
    last = period_of_lines(read.lines)
    given = given or domain.Run(year=last.year, number="")
    return domain.Run(
        year=read.run_year or given.year,
        number=read.run_number or domain.plain_run_number(given.number),
        description=read.run_description or given.description,
    )


def _given_run(read: SourceJournal, given: domain.Run | None) -> domain.Run | None:
    """Return the run a person named, with the description in the file."""
    if given is None:
        return None
    return domain.Run(
        year=given.year,
        number=domain.plain_run_number(given.number),
        description=given.description or read.run_description,
    )


def _guessed_run(read: SourceJournal) -> domain.Run:
    last = period_of_lines(read.lines)
    return domain.Run(year=last.year, number=str(last.month), description=read.run_description)
