"""The operations of DebtorService."""

from typing import Any

from nmbrs_sandbox.payroll.world import Debtor
from nmbrs_sandbox.soap.refusals import NOT_VISIBLE, refusal
from nmbrs_sandbox.soap.schema import Field, Header, Operation, Question, Simple, Structure, list_of

NAME = "DebtorService"
# The service's own site, of which every bureau's domain is a part.
_SITE = "nmbrs.example"

# With two elements, since programs take a single one out of its structure.
_ENVIRONMENT = Structure(
    name="Environment", fields=(Field("Domain", Simple.TEXT), Field("SubDomain", Simple.TEXT))
)
_DEBTOR = Structure(
    name="Debtor",
    fields=(Field("Id"), Field("Number", Simple.TEXT), Field("Name", Simple.TEXT)),
)


def _environment(question: Question) -> Any:
    return {"Domain": _SITE, "SubDomain": question.bureau.access.domain}


def _all_debtors(question: Question) -> Any:
    return [_written(one) for one in question.bureau.visible_debtors()]


def _debtors_by_number(question: Question) -> Any:
    number = question.values["Number"]
    return [_written(one) for one in question.bureau.visible_debtors() if one.number == number]


def _one_debtor(question: Question) -> Any:
    debtor = question.bureau.debtor(question.values["DebtorId"])
    if debtor is None or debtor.is_hidden:
        raise refusal(NOT_VISIBLE)
    return _written(debtor)


def _written(debtor: Debtor) -> dict[str, Any]:
    return {"Id": debtor.debtor_id, "Number": debtor.number, "Name": debtor.name}


OPERATIONS = (
    Operation(
        name="Environment_Get", answer=_environment, result=_ENVIRONMENT, header=Header.PLAIN
    ),
    Operation(name="List_GetAll", answer=_all_debtors, result=list_of(_DEBTOR)),
    Operation(
        name="List_GetByNumber",
        answer=_debtors_by_number,
        parameters=(Field("Number", Simple.TEXT),),
        result=list_of(_DEBTOR),
    ),
    Operation(
        name="Debtor_Get", answer=_one_debtor, parameters=(Field("DebtorId"),), result=_DEBTOR
    ),
)
