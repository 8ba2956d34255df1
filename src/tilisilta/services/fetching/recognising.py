"""Recognises the companies of Nmbrs: which is one of ours, which is new, and which is in question.

A wrong guess would book in a foreign ledger; see ``docs/decisions``, number 9.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q

from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollCompany
from tilisilta.domain.standing import COMMITTED_EXPORTS
from tilisilta.models import Company, Debtor, Journal, NmbrsCompany, NmbrsConnection, User
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.journals.importing import recheck_company

# Below what a 32-bit column holds, with room for free_number() to count up.
LARGEST_NUMBER = 2_000_000_000


def take_in(
    connection: NmbrsConnection, one: PayrollCompany, debtor: Debtor, *, is_only: bool
) -> Mapping[str, Any] | None:
    """Add a company, or recognise one that was added by hand.

    Returns a question if a person must decide that, else ``None``.
    """
    here = Company.objects.filter(number=one.number, nmbrs__isnull=True).first()
    if here is None or not is_only:
        number = _number_for(one.number if is_only else None, one)
        _add_company(connection, one, debtor, number=number, user=None)
        return None
    if is_same_name(here.name, one.name):
        recheck_company(_adopt(connection, here, one, debtor, user=None))
        return None
    return {
        "nmbrs_company_id": one.id.number,
        "nmbrs_guid": str(one.id.guid) if one.id.guid else None,
        "number": one.number,
        "name": one.name,
        "period_type": one.period_type,
        "debtor": debtor.pk,
        "here": here.name,
    }


def answer_question(
    connection: NmbrsConnection, asked: NmbrsId, *, is_same: bool, user: User | None
) -> Company | None:
    """Note whether a company of Nmbrs is the one of its number here, or another one.

    Returns the company; ``None`` when it has been answered already, here or on another connection
    to the same environment.
    """
    with transaction.atomic():
        # Locked, or two answers to one question could make two companies.
        connection = NmbrsConnection.objects.select_for_update().get(pk=connection.pk)
        questions = [one for one in connection.questions if id_of_question(one).is_of(asked)]
        connection.questions = [one for one in connection.questions if one not in questions]
        connection.save(update_fields=["questions"])
        if not questions or _is_tied(connection, id_of_question(questions[0])):
            return None
        company = _answered(connection, questions[0], is_same=is_same, user=user)
    if company is not None and is_same:
        # After the commit: a check may read Procountor, and no row should stay locked meanwhile.
        recheck_company(company)
    return company


def follow(company: Company, one: PayrollCompany, debtor: Debtor | None) -> bool:
    """Take over name and debtor of a company from Nmbrs, and return whether anything changed."""
    changes: dict[str, Any] = {}
    if company.name != one.name:
        changes["name"] = one.name
    if debtor is not None and company.debtor_id != debtor.pk:
        changes["debtor"] = debtor
    if not changes:
        return False
    before = {field: getattr(company, field) for field in changes}
    with transaction.atomic():
        for field, value in changes.items():
            setattr(company, field, value)
        company.save(update_fields=list(changes))
        audit.record(
            audit.Action.COMPANY_CHANGED,
            user=None,
            company=company,
            changes=changes_of(before, changes),
            name=str(company),
            fields=", ".join(changes),
        )
    return True


def id_of_question(question: Mapping[str, Any]) -> NmbrsId:
    """Return the id of the company that a stored question is about."""
    guid = question.get("nmbrs_guid")
    return NmbrsId(number=question["nmbrs_company_id"], guid=UUID(guid) if guid else None)


def rows_to_recognise(connection: NmbrsConnection, listed: Iterable[NmbrsId]) -> Q:
    """Return the condition for rows that may be what a connection lists.

    By environment, not by connection: a second user of it lists the same debtors and companies. A
    GUID is the same in every environment.
    """
    guids = [one.guid for one in listed if one.guid is not None]
    return _of_environment(connection) | Q(nmbrs_guid__in=guids)


def is_of_environment(row: Debtor | NmbrsCompany, connection: NmbrsConnection) -> bool:
    """Return whether numbers of ``row`` count as those that ``connection`` lists."""
    other = row.connection
    if other is None or other.pk == connection.pk:
        return other is not None
    return bool(connection.domain) and other.domain.casefold() == connection.domain.casefold()


def missing_ids(row_id: NmbrsId | None, listed: NmbrsId, *, number: str) -> Mapping[str, Any]:
    """Return the columns that a row still lacks of the id that was listed.

    ``number`` is the name of the column of the integer.
    """
    has_number = row_id is not None and row_id.number is not None
    has_guid = row_id is not None and row_id.guid is not None
    missing: dict[str, Any] = {}
    if not has_number and listed.number is not None:
        missing[number] = listed.number
    if not has_guid and listed.guid is not None:
        missing["nmbrs_guid"] = listed.guid
    return missing


def _of_environment(connection: NmbrsConnection) -> Q:
    same = Q(connection=connection)
    return same | Q(connection__domain__iexact=connection.domain) if connection.domain else same


def _is_tied(connection: NmbrsConnection, asked: NmbrsId) -> bool:
    tied = NmbrsCompany.objects.filter(rows_to_recognise(connection, [asked]))
    return any(one.id_in_nmbrs.is_of(asked) for one in tied)


def is_same_name(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def free_number(rows: Any, number: int) -> int:
    """Return ``number``, or the next above it that no row has."""
    wanted = number if 0 < number <= LARGEST_NUMBER else 1
    while rows.filter(Q(number=wanted)).exists():
        wanted += 1
    return wanted


def _answered(
    connection: NmbrsConnection,
    question: Mapping[str, Any],
    *,
    is_same: bool,
    user: User | None,
) -> Company | None:
    asked = PayrollCompany(
        id=id_of_question(question),
        number=question["number"],
        name=question["name"],
        period_type=question["period_type"],
    )
    debtor = Debtor.objects.get(pk=question["debtor"])
    if not is_same:
        return _add_company(connection, asked, debtor, number=_number_for(None, asked), user=user)
    here = Company.objects.filter(number=asked.number, nmbrs__isnull=True).first()
    return _adopt(connection, here, asked, debtor, user=user) if here is not None else None


def _add_company(
    connection: NmbrsConnection,
    one: PayrollCompany,
    debtor: Debtor,
    *,
    number: int,
    user: User | None,
) -> Company:
    with transaction.atomic():
        company = Company.objects.create(number=number, name=one.name, debtor=debtor)
        _tie(connection, company, one)
        audit.record(audit.Action.COMPANY_ADDED, user=user, company=company, name=str(company))
    return company


def _adopt(
    connection: NmbrsConnection,
    here: Company,
    one: PayrollCompany,
    debtor: Debtor,
    *,
    user: User | None,
) -> Company:
    """Tie ``here`` to its company in Nmbrs, and take over name and debtor.

    In one transaction: tied but without its start, months that were sent from files would be ready
    to be sent a second time. The caller checks its journals again after the commit.
    """
    with transaction.atomic():
        _tie(connection, here, one)
        audit.record(
            audit.Action.COMPANY_ADOPTED,
            user=user,
            company=here,
            name=str(here),
            nmbrs_number=str(one.number),
        )
        _start_after_what_was_sent(here, user=user)
        follow(here, one, debtor)
    return here


def _start_after_what_was_sent(company: Company, *, user: User | None) -> None:
    """Set the start after the months that were sent from files.

    Their runs may have other numbers in Nmbrs than they were given here. As runs of their own they
    would be ready to be sent a second time.
    """
    sent = Journal.objects.filter(
        Q(exports__state__in=COMMITTED_EXPORTS) | Q(settled_as__gt=""),
        company=company,
        run__isnull=True,
    )
    last = sent.aggregate(last=Max("period"))["last"]
    if last is None or (company.start_date is not None and company.start_date > last):
        return
    before = company.start_date
    company.start_date = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    company.save(update_fields=["start_date"])
    audit.record(
        audit.Action.COMPANY_CHANGED,
        user=user,
        company=company,
        changes=changes_of({"start_date": before}, {"start_date": company.start_date}),
        name=str(company),
        fields="start_date",
    )


def _tie(connection: NmbrsConnection, company: Company, one: PayrollCompany) -> None:
    NmbrsCompany.objects.create(
        company=company,
        connection=connection,
        nmbrs_company_id=one.id.number,
        nmbrs_guid=one.id.guid,
        nmbrs_number=one.number,
        period_type=one.period_type[:20],
    )


def _number_for(wanted: int | None, one: PayrollCompany) -> int:
    """Return ``wanted`` if no company here has it, else a number made of the company's Nmbrs id.

    Numbers of companies may repeat from debtor to debtor, but here each is unique. The id is the
    same whenever a company is added anew, and so its receipts are found again (R8).
    """
    companies = Company.objects.all()
    is_number = wanted is not None and 0 < wanted <= LARGEST_NUMBER
    if wanted is not None and is_number and not companies.filter(number=wanted).exists():
        return wanted
    return free_number(companies, one.id.as_number())
