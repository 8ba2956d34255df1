"""Questions whether a company that Nmbrs lists is one that is here: asked, and answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollCompany
from tilisilta.models import Company, Debtor, NmbrsCompany, NmbrsConnection, User
from tilisilta.services.fetching.recognising import is_same_name, rows_to_recognise
from tilisilta.services.fetching.taking_in import add_company, adopt, number_for
from tilisilta.services.journals.importing import recheck_company


def take_in(
    connection: NmbrsConnection, one: PayrollCompany, debtor: Debtor, *, is_only: bool
) -> Mapping[str, Any] | None:
    """Add a company, or recognise one that was added by hand.

    Returns a question if a person must decide that, else ``None``.
    """
    here = Company.objects.filter(number=one.number, nmbrs__isnull=True).first()
    if here is None or not is_only:
        number = number_for(one.number if is_only else None, one)
        add_company(connection, one, debtor, number=number, user=None)
        return None
    if is_same_name(here.name, one.name):
        recheck_company(adopt(connection, here, one, debtor, user=None))
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


def id_of_question(question: Mapping[str, Any]) -> NmbrsId:
    """Return the id of the company that a stored question is about."""
    guid = question.get("nmbrs_guid")
    return NmbrsId(number=question["nmbrs_company_id"], guid=UUID(guid) if guid else None)


def _is_tied(connection: NmbrsConnection, asked: NmbrsId) -> bool:
    tied = NmbrsCompany.objects.filter(rows_to_recognise(connection, [asked]))
    return any(one.id_in_nmbrs.is_of(asked) for one in tied)


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
        return add_company(connection, asked, debtor, number=number_for(None, asked), user=user)
    here = Company.objects.filter(number=asked.number, nmbrs__isnull=True).first()
    return adopt(connection, here, asked, debtor, user=user) if here is not None else None
