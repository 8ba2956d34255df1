"""The operations of CompanyService that return journals."""

from collections.abc import Callable

from nmbrs_sandbox.soap.asking import run_asked_for
from nmbrs_sandbox.soap.journal_xml import UTF_16_DECLARATION, Split, journal_xml
from nmbrs_sandbox.soap.schema import YEAR, Field, Operation, Question

_RUN = (Field("CompanyId"), Field("RunId"))
# Nobody outside knows for sure what the year is called here; see the option for it.
_RUN_AND_YEAR = (*_RUN, Field("intYear", meaning=YEAR))


def journal_operations(*, declares_utf_16: bool) -> tuple[Operation, ...]:
    """Return the journal calls: three splits, each for the active year and for a given one.

    With ``declares_utf_16`` the text claims to be in that encoding, as .NET likes to say of
    texts, though it is sent in UTF-8.
    """
    declaration = UTF_16_DECLARATION if declares_utf_16 else ""
    names = (
        ("Journals_GetByRunCompany", "Journals_GetByRunCompany_v2", Split.COMPANY),
        ("Journals_GetByRunCostCenter", "Journals_GetByRunCostCenter_v2", Split.COST_CENTER),
        (
            "Journals_GetByRunCostCenterCostUnit",
            "Journals_GetByRunCostCenterCostUnitPerYear",
            Split.COST_UNIT,
        ),
    )
    return tuple(
        Operation(name=name, answer=_journal(split, declaration), parameters=parameters)
        for of_active_year, of_given_year, split in names
        for name, parameters in ((of_active_year, _RUN), (of_given_year, _RUN_AND_YEAR))
    )


def _journal(split: Split, declaration: str) -> Callable[[Question], str]:
    def answer(question: Question) -> str:
        run = run_asked_for(question)
        lines = run.journal.lines() if run.journal else ()
        return declaration + journal_xml(lines, own_date=run.booking_date, split=split)

    return answer
