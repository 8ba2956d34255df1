"""Stores debtors and companies as Nmbrs lists them: new, renamed, gone, and back."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from tilisilta.clients.nmbrs.errors import NmbrsAccessDenied
from tilisilta.domain.payroll import PayrollCompany, PayrollDebtor, PayrollSource
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.models import Debtor, NmbrsCompany, NmbrsConnection
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.fetching.recognising import (
    follow,
    free_number,
    is_same_name,
    known_companies,
    take_in,
)
from tilisilta.services.journals.importing import recheck_company

DEBTOR_AGE = timedelta(days=14)
"""Nmbrs gives the companies of one debtor at a time; each debtor is read once in so long."""
LEAST_DEBTORS_ASKED = 5
MOST_NAMED = 10


def keep_lists(connection: NmbrsConnection, source: PayrollSource, *, now: datetime) -> None:
    """Read both lists and bring our debtors and companies up to date with them.

    What Nmbrs no longer lists is marked and stays. A company that may be one of ours that was added
    by hand under another name becomes a question on the connection: a wrong guess would book in a
    foreign ledger.
    """
    # Both are read before anything is stored: a failure in between leaves all as it was.
    debtors = source.debtors()
    companies = source.companies()
    _keep_debtors(connection, debtors, now=now)
    whose = _whose(connection, source, companies, now=now)
    homeless = _keep_companies(connection, companies, whose, now=now)
    connection.debtor_count = len(debtors)
    connection.company_count = len(companies)
    connection.listed_at = now
    connection.trouble = _without_debtor(homeless)
    connection.save(
        update_fields=["debtor_count", "company_count", "questions", "listed_at", "trouble"]
    )


def _keep_debtors(
    connection: NmbrsConnection, listed: Sequence[PayrollDebtor], *, now: datetime
) -> None:
    # By environment, not by connection: a second user of it must not add its debtors again.
    known = {
        debtor.nmbrs_debtor_id: debtor
        for debtor in Debtor.objects.filter(connection__domain__iexact=connection.domain)
    }
    # A number that Nmbrs lists twice recognises nothing: see is_only.
    numbers = Counter(one.number for one in listed)
    for one in listed:
        debtor = known.get(one.nmbrs_debtor_id)
        if debtor is None:
            _add_debtor(connection, one, is_only=numbers[one.number] == 1)
        else:
            _renew_debtor(connection, debtor, one)
    ids = {one.nmbrs_debtor_id for one in listed}
    for debtor in known.values():
        if debtor.connection_id == connection.pk and debtor.nmbrs_debtor_id not in ids:
            _mark_gone(debtor, now)


def _add_debtor(connection: NmbrsConnection, one: PayrollDebtor, *, is_only: bool) -> None:
    """Add a debtor; one that was added by hand with this number and name is the same."""
    # Numbers in Nmbrs are texts; up to nine digits surely fit the column.
    number = int(one.number) if one.number.isdecimal() and len(one.number) < 10 else 0
    here = Debtor.objects.filter(number=number, connection__isnull=True).first()
    origin = {
        "connection": connection,
        "nmbrs_debtor_id": one.nmbrs_debtor_id,
        "nmbrs_number": one.number[:40],
    }
    with transaction.atomic():
        if here is not None and is_only and is_same_name(here.name, one.name):
            Debtor.objects.filter(pk=here.pk).update(**origin)
            return
        is_free = is_only and number > 0 and not Debtor.objects.filter(number=number).exists()
        debtor = Debtor.objects.create(
            number=number if is_free else free_number(Debtor.objects.all(), one.nmbrs_debtor_id),
            name=one.name,
            **origin,
        )
        audit.record(
            audit.Action.DEBTOR_ADDED,
            user=None,
            about=debtor,
            name=str(debtor),
            debtor=str(debtor.number),
        )


def _renew_debtor(connection: NmbrsConnection, debtor: Debtor, one: PayrollDebtor) -> None:
    changes: dict[str, Any] = {}
    if debtor.name != one.name:
        changes["name"] = one.name
    if debtor.nmbrs_number != one.number[:40]:
        changes["nmbrs_number"] = one.number[:40]
    if debtor.connection_id != connection.pk and _is_left(debtor.connection, debtor.gone_at):
        changes["connection"] = connection
    if debtor.gone_at is not None:
        changes["gone_at"] = None
        audit.record(audit.Action.DEBTOR_BACK, user=None, about=debtor, name=str(debtor))
    if not changes:
        return
    Debtor.objects.filter(pk=debtor.pk).update(**changes)
    if "name" in changes:
        audit.record(
            audit.Action.DEBTOR_CHANGED,
            user=None,
            about=debtor,
            changes=changes_of({"name": debtor.name}, {"name": one.name}),
            name=f"{debtor.number} {one.name}",
            fields="name",
        )


def _whose(
    connection: NmbrsConnection,
    source: PayrollSource,
    listed: Sequence[PayrollCompany],
    *,
    now: datetime,
) -> Mapping[int, Debtor]:
    """Return the debtor of each company that had to be read, by the company's id in Nmbrs.

    While a listed company is unknown here, debtors are read until it is found, new debtors first. A
    few more are read each time, those read longest ago, as companies do change hands.
    """
    asked_about = {one["nmbrs_company_id"] for one in connection.questions}
    known = known_companies(connection) | asked_about
    unknown = {one.nmbrs_company_id for one in listed} - known
    whose: dict[int, Debtor] = {}
    a_night = _debtors_a_night(connection)
    for place, debtor in enumerate(_debtors_to_ask(connection)):
        asked_at = debtor.companies_read_at
        is_old = asked_at is None or asked_at < now - DEBTOR_AGE
        is_turn = is_old and place < a_night
        # Blocked debtors are read every time: a company moved to one must not be sent meanwhile.
        if not unknown and not is_turn and not debtor.is_blocked:
            continue
        whose |= dict.fromkeys(_companies_of(source, debtor), debtor)
        unknown -= whose.keys()
        Debtor.objects.filter(pk=debtor.pk).update(companies_read_at=now)
    return whose


def _companies_of(source: PayrollSource, debtor: Debtor) -> Iterable[int]:
    """Return the ids of a debtor's companies; none if it has gone since it was listed."""
    try:
        companies = source.companies_of(debtor.nmbrs_debtor_id or 0)
    except NmbrsAccessDenied:
        return ()
    return [one.nmbrs_company_id for one in companies]


def _debtors_to_ask(connection: NmbrsConnection) -> Iterable[Debtor]:
    return Debtor.objects.filter(connection=connection, gone_at__isnull=True).order_by(
        F("companies_read_at").asc(nulls_first=True), "pk"
    )


def _debtors_a_night(connection: NmbrsConnection) -> int:
    return max(LEAST_DEBTORS_ASKED, -(-connection.debtors.count() // DEBTOR_AGE.days))


def _keep_companies(
    connection: NmbrsConnection,
    listed: Sequence[PayrollCompany],
    whose: Mapping[int, Debtor],
    *,
    now: datetime,
) -> Sequence[PayrollCompany]:
    """Store all listed companies, and return those whose debtor is unknown."""
    known = {
        nmbrs_company.nmbrs_company_id: nmbrs_company
        for nmbrs_company in NmbrsCompany.objects.filter(
            connection__domain__iexact=connection.domain
        ).select_related("company__debtor", "connection")
    }
    numbers = Counter(one.number for one in listed)
    asked_before = {asked["nmbrs_company_id"]: asked for asked in connection.questions}
    questions = []
    homeless = []
    for one in listed:
        nmbrs_company, debtor = known.get(one.nmbrs_company_id), whose.get(one.nmbrs_company_id)
        if nmbrs_company is not None:
            _renew_company(connection, nmbrs_company, one, debtor)
        elif one.nmbrs_company_id in asked_before:
            questions.append(asked_before[one.nmbrs_company_id])
        elif debtor is not None:
            question = take_in(connection, one, debtor, is_only=numbers[one.number] == 1)
            questions += [question] if question else []
        else:
            homeless.append(one)
    ids = {one.nmbrs_company_id for one in listed}
    for nmbrs_company in known.values():
        if (
            nmbrs_company.connection_id == connection.pk
            and nmbrs_company.nmbrs_company_id not in ids
        ):
            _mark_company_gone(nmbrs_company, now)
    connection.questions = questions
    return homeless


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
        field: value
        for field, value in (
            ("nmbrs_number", one.number),
            ("period_type", one.period_type[:20]),
        )
        if getattr(nmbrs_company, field) != value
    }
    if nmbrs_company.connection_id != connection.pk and _is_left(
        nmbrs_company.connection, nmbrs_company.gone_at
    ):
        changes["connection"] = connection
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
    if follow(nmbrs_company.company, one, debtor):
        # The new debtor may be blocked, or the former one was.
        recheck_company(nmbrs_company.company)


def _mark_gone(debtor: Debtor, now: datetime) -> None:
    if debtor.gone_at is None:
        Debtor.objects.filter(pk=debtor.pk).update(gone_at=now)
        audit.record(audit.Action.DEBTOR_GONE, user=None, about=debtor, name=str(debtor))


def _mark_company_gone(nmbrs_company: NmbrsCompany, now: datetime) -> None:
    if nmbrs_company.gone_at is None:
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(
            gone_at=now, wanted_at=None, due_at=None, wanted_by=None
        )
        audit.record(
            audit.Action.COMPANY_GONE,
            user=None,
            company=nmbrs_company.company,
            name=str(nmbrs_company.company),
        )


def _is_left(connection: NmbrsConnection | None, gone_at: datetime | None) -> bool:
    """Return whether no working connection reads it any more.

    Several users of one environment may see the same companies.
    """
    if connection is None or gone_at is not None:
        return True
    return connection.state != NmbrsConnection.State.WORKING
