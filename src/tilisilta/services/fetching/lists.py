"""Stores debtors and companies as Nmbrs lists them: new, renamed, gone, and back."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from tilisilta.clients.nmbrs.errors import NmbrsAccessDenied
from tilisilta.domain.nmbrs_ids import ByNmbrsId, Known, Listed, NmbrsId, recognise
from tilisilta.domain.payroll import PayrollCompany, PayrollSource
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.models import Debtor, NmbrsCompany, NmbrsConnection
from tilisilta.services import audit
from tilisilta.services.fetching.both_ids import keep_ids_of_debtors
from tilisilta.services.fetching.company_questions import (
    debtors_asked_about,
    id_of_question,
    store_questions,
    take_in,
)
from tilisilta.services.fetching.debtor_lists import keep_debtors
from tilisilta.services.fetching.doubts import note_doubts, recheck_in_doubt, together
from tilisilta.services.fetching.perhaps_here import PerhapsHere
from tilisilta.services.fetching.problems import is_asked_about, perhaps_another
from tilisilta.services.fetching.recognising import is_left, missing_ids, once, rows_to_recognise
from tilisilta.services.fetching.taking_in import follow
from tilisilta.services.journals.importing import recheck_company

DEBTOR_AGE = timedelta(days=14)
"""Nmbrs gives the companies of one debtor at a time; each debtor is read once in so long."""
LEAST_DEBTORS_ASKED = 5
MOST_NAMED = 10


def keep_lists(connection: NmbrsConnection, source: PayrollSource, *, now: datetime) -> None:
    """Read both lists and bring our debtors and companies up to date with them.

    What Nmbrs no longer lists is marked and stays. A company that may be one of ours that was added
    by hand under another name becomes a question on the connection: a wrong guess would book in a
    foreign ledger. Where it is not certain which of several known ones a listed one is, nothing is
    stored of it, and that is trouble.
    """
    # Both are read before anything is stored: a failure in between leaves all as it was.
    debtors = source.debtors()
    companies = source.companies()
    doubtful_debtors = keep_debtors(connection, debtors, now=now)
    keep_ids_of_debtors(connection, source)
    whose = _whose(connection, source, companies, now=now)
    kept = _keep_companies(connection, companies, whose, now=now)
    connection.debtor_count = len(debtors)
    connection.company_count = len(companies)
    connection.listed_at = now
    with transaction.atomic():
        store_questions(connection, kept.questions, before=kept.asked_before)
        in_doubt = together(debtors_asked_about(connection), kept.in_doubt)
        changed = note_doubts(connection, in_doubt, decided=kept.recognised)
    recheck_in_doubt(changed)
    connection.trouble = (
        *_several_alike("debtor", [one.number for one in doubtful_debtors]),
        *_several_alike("company", [str(one.number) for one in kept.doubtful]),
        *_without_debtor(kept.homeless),
    )
    connection.save(update_fields=["debtor_count", "company_count", "listed_at", "trouble"])


def _whose(
    connection: NmbrsConnection,
    source: PayrollSource,
    listed: Sequence[PayrollCompany],
    *,
    now: datetime,
) -> ByNmbrsId[Debtor]:
    """Return the debtor of each company where it is known: by the list, or by asking.

    While a listed company is unknown here, debtors are read until it is found, new debtors first. A
    few more are read each time, those read longest ago, as companies do change hands.
    """
    debtors = list(_debtors_to_ask(connection))
    named = {one.debtor_id.guid for one in listed if one.debtor_id is not None}
    # Also those of another connection, which has listed the debtor first.
    others = Debtor.objects.filter(nmbrs_guid__in=named - {None}).exclude(connection=connection)
    by_id = ByNmbrsId((debtor.id_in_nmbrs, debtor) for debtor in (*others, *debtors))
    said = ((one.id, by_id.get(one.debtor_id)) for one in listed if one.debtor_id is not None)
    whose = ByNmbrsId((one, debtor) for one, debtor in said if debtor is not None)
    if listed and all(one.debtor_id is not None for one in listed):
        return whose
    known = ByNmbrsId((one.id_in_nmbrs, one) for one in _companies_here(connection, listed, ()))
    asked_about = ByNmbrsId((id_of_question(asked), asked) for asked in connection.questions)
    unknown = [one.id for one in listed if one.id not in known and one.id not in asked_about]
    a_night = _debtors_a_night(connection)
    for place, debtor in enumerate(debtors):
        asked_at = debtor.companies_read_at
        is_old = asked_at is None or asked_at < now - DEBTOR_AGE
        is_turn = is_old and place < a_night
        # Blocked debtors are read every time: a company moved to one must not be sent meanwhile.
        if not unknown and not is_turn and not debtor.is_blocked:
            continue
        for one in _companies_of(source, debtor):
            whose.put(one, debtor)
        unknown = [one for one in unknown if one not in whose]
        Debtor.objects.filter(pk=debtor.pk).update(companies_read_at=now)
    return whose


def _companies_here(
    connection: NmbrsConnection, listed: Sequence[PayrollCompany], debtors: Iterable[Debtor]
) -> Iterable[NmbrsCompany]:
    """Return what the listed companies may be: a debtor that is certain has its companies here."""
    rows = rows_to_recognise(connection, (one.id for one in listed))
    return NmbrsCompany.objects.filter(
        rows | Q(company__debtor__in=[debtor.pk for debtor in debtors])
    ).select_related("company__debtor", "connection")


def _companies_of(source: PayrollSource, debtor: Debtor) -> Iterable[NmbrsId]:
    """Return the ids of a debtor's companies; none if it has gone since it was listed."""
    if debtor.id_in_nmbrs is None:
        return ()
    try:
        companies = source.companies_of(debtor.id_in_nmbrs)
    except NmbrsAccessDenied:
        return ()
    return [one.id for one in companies]


def _debtors_to_ask(connection: NmbrsConnection) -> Iterable[Debtor]:
    return Debtor.objects.filter(connection=connection, gone_at__isnull=True).order_by(
        F("companies_read_at").asc(nulls_first=True), "pk"
    )


def _debtors_a_night(connection: NmbrsConnection) -> int:
    return max(LEAST_DEBTORS_ASKED, -(-connection.debtors.count() // DEBTOR_AGE.days))


@dataclass(frozen=True, kw_only=True)
class _KeptCompanies:
    """The listed companies of which nothing could be stored, and what is asked about others.

    ``asked_before`` are the questions that there were. ``recognised`` are the companies here that
    are listed, and ``in_doubt`` those that a doubtful one may be, with its debtor.
    """

    homeless: Sequence[PayrollCompany]
    doubtful: Sequence[PayrollCompany]
    questions: Sequence[Mapping[str, Any]]
    asked_before: Sequence[Mapping[str, Any]]
    recognised: Collection[int]
    in_doubt: Mapping[int, Collection[int]]


def _keep_companies(
    connection: NmbrsConnection,
    listed: Sequence[PayrollCompany],
    whose: ByNmbrsId[Debtor],
    *,
    now: datetime,
) -> _KeptCompanies:
    """Store all listed companies but those whose debtor is unknown, and those in doubt."""
    listed = once(listed)
    debtors = {debtor.pk: debtor for one in listed if (debtor := whose.get(one.id)) is not None}
    known = {one.pk: one for one in _companies_here(connection, listed, debtors.values())}
    found = recognise(
        [Listed(id=one.id, marks=_marks_of_company(whose.get(one.id), one)) for one in listed],
        [_known_company(one) for one in known.values()],
    )
    for at, key in found.same.items():
        _renew_company(connection, known[key], listed[at], whose.get(listed[at].id))
    # Read anew: a person may have answered while Nmbrs told the lists.
    connection.refresh_from_db(fields=["questions"])
    asked_before = ByNmbrsId((id_of_question(asked), asked) for asked in connection.questions)
    numbers = Counter(one.number for one in listed)
    recognised = {*found.same.values(), *found.doubted}
    perhaps = PerhapsHere(connection, recognised=recognised) if found.new else None
    questions, homeless = [], []
    in_doubt: list[Mapping[int, Collection[int]]] = []
    for one in (listed[at] for at in found.new):
        before = asked_before.get(one.id)
        debtor = whose.get(one.id) or _debtor_of(before)
        if debtor is None or perhaps is None:
            homeless.append(one)
            if perhaps is not None:
                alike = perhaps.of(one, None, is_only=numbers[one.number] == 1)
                any_debtor = _possible_debtors(connection, None)
                in_doubt.append({each.company_id: any_debtor for each in alike})
            continue
        question = take_in(
            connection,
            one,
            debtor,
            perhaps=perhaps,
            before=before,
            is_only=numbers[one.number] == 1,
        )
        questions += [question] if question else []
    asked_before_now = connection.questions
    connection.questions = questions
    asked_about = debtors_asked_about(connection)
    for key in known.keys() - recognised:
        row = known[key]
        if row.connection_id == connection.pk and row.gone_at is None:
            if row.company_id in asked_about:
                _note_asked_about(row)
            else:
                _mark_company_gone(row, now)
    doubtful = [listed[at] for at in found.doubts]
    in_doubt += [
        dict.fromkeys(found.doubted, _possible_debtors(connection, whose.get(one.id)))
        for one in doubtful
    ]
    return _KeptCompanies(
        homeless=homeless,
        doubtful=doubtful,
        questions=questions,
        asked_before=asked_before_now,
        recognised=frozenset(found.same.values()),
        in_doubt=together(*in_doubt),
    )


def _possible_debtors(connection: NmbrsConnection, debtor: Debtor | None) -> Collection[int]:
    """Return the debtor that a listed company has; any of the connection where it is unknown."""
    if debtor is not None:
        return [debtor.pk]
    return list(connection.debtors.order_by("pk").values_list("pk", flat=True))


def _debtor_of(question: Mapping[str, Any] | None) -> Debtor | None:
    """Return the debtor of a company that is asked about: it is not looked for each time."""
    return Debtor.objects.filter(pk=question["debtor"]).first() if question else None


def _marks_of_company(
    debtor: Debtor | None, one: PayrollCompany
) -> tuple[tuple[int, int] | None, ...]:
    return ((debtor.pk, one.number) if debtor is not None and one.number > 0 else None,)


def _known_company(one: NmbrsCompany) -> Known[int]:
    # In whatever environment: the debtor is certain, and has each number once.
    mark = (one.company.debtor_id, one.nmbrs_number) if one.nmbrs_number > 0 else None
    return Known(
        key=one.pk,
        id=one.id_in_nmbrs,
        marks=(mark,),
        is_gone=one.gone_at is not None,
    )


def _several_alike(what: str, numbers: Sequence[str]) -> Sequence[Problem]:
    """Return the problem that listed ones may each be one of several that are here."""
    if not numbers:
        return ()
    named = ", ".join(numbers[:MOST_NAMED])
    return (
        Problem(
            code=ProblemCode.NMBRS_SEVERAL_ALIKE,
            screen=Screen.NMBRS,
            facts=facts(reason=what, count=len(numbers), numbers=named),
        ),
    )


def _without_debtor(companies: Sequence[PayrollCompany]) -> Sequence[Problem]:
    """Return the problem that companies cannot be added, as their debtor is unknown."""
    if not companies:
        return ()
    numbers = ", ".join(str(one.number) for one in companies[:MOST_NAMED])
    return (
        Problem(
            code=ProblemCode.COMPANY_WITHOUT_DEBTOR,
            screen=Screen.NMBRS,
            facts=facts(count=len(companies), numbers=numbers),
        ),
    )


def _renew_company(
    connection: NmbrsConnection,
    nmbrs_company: NmbrsCompany,
    one: PayrollCompany,
    debtor: Debtor | None,
) -> None:
    changes: dict[str, Any] = {
        **missing_ids(nmbrs_company.id_in_nmbrs, one.id, number="nmbrs_company_id"),
    }
    if nmbrs_company.nmbrs_number != one.number:
        changes["nmbrs_number"] = one.number
    if one.period_type and nmbrs_company.period_type != one.period_type[:20]:
        changes["period_type"] = one.period_type[:20]
    if nmbrs_company.connection_id != connection.pk and is_left(
        nmbrs_company.connection, nmbrs_company.gone_at
    ):
        changes["connection"] = connection
    if is_asked_about(nmbrs_company.trouble):
        changes["trouble"] = ()
    is_ours = nmbrs_company.connection_id == connection.pk or "connection" in changes
    if nmbrs_company.gone_at is not None:
        changes["gone_at"] = None
        audit.record(
            audit.Action.COMPANY_BACK,
            user=None,
            company=nmbrs_company.company,
            name=str(nmbrs_company.company),
        )
    if changes:
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(**changes)
    # Its debtor is told by one connection alone, or two would move it to and fro each night.
    if follow(nmbrs_company.company, one, debtor if is_ours else None):
        # The new debtor may be blocked, or the former one was.
        recheck_company(nmbrs_company.company)


def _note_asked_about(nmbrs_company: NmbrsCompany) -> None:
    """Note that a company may go on under another id: as if gone, its month would be complete."""
    trouble = (perhaps_another(nmbrs_company.company.number),)
    NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(trouble=trouble)


def _mark_company_gone(nmbrs_company: NmbrsCompany, now: datetime) -> None:
    NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(
        gone_at=now, wanted_at=None, due_at=None, wanted_by=None
    )
    audit.record(
        audit.Action.COMPANY_GONE,
        user=None,
        company=nmbrs_company.company,
        name=str(nmbrs_company.company),
    )
