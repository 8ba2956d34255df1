"""Each code and text that Procountor is known to refuse with has its cause and remedy."""

import pytest
from django.utils import translation

from tilisilta.clients.procountor.errors import AccessDenied, ProcountorRejected
from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.domain.refusals import refusal_of
from tilisilta.services.explanations import Explanation, explain, explain_error

# Needs no database: a second one would show nothing new.
pytestmark = pytest.mark.once

ANSWERS = (
    "CLOSED_FISCAL_PERIOD",
    "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION",
    "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE",
    "ERROR_VATSTATUS_VATPERC",
    "DUE_DATE_BEFORE_BILL_DATE",
    "ERROR_BRN_CODE",
    "OVT_NOT_ALLOWED",
    "INVALID_OVT",
    "UNABLE_TO_GET_CONNECTION",
    "Unauthorized",
    "User rights check failed: Insufficient user rights",
    "Value of the 'codeType' field is invalid: 7",
    "Value of the 'items.codeNumber' cannot be blank.",
)
UNKNOWN = "SANDBOX_CODE_TAKEN"


def _of_receipt(answer: str) -> Explanation:
    told = facts(status="400", answer=answer, reason=refusal_of(answer) or "")
    return explain(Problem(code=ProblemCode.REJECTED, facts=told))


def _of_items(answer: str) -> Explanation:
    told = facts(items="425", name="Hanke", answer=answer, reason=refusal_of(answer) or "")
    return explain(Problem(code=ProblemCode.ITEM_REFUSED, facts=told))


def _of_other(answer: str) -> Explanation:
    return explain_error(ProcountorRejected("No", status=400, answers=(("", answer),)))


def _of_access(answer: str) -> Explanation:
    return explain_error(AccessDenied("No", status=403, answers=(("", answer),)))


KINDS = {"S01": _of_receipt, "S14": _of_items, "E07": _of_other, "E08": _of_access}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("code", KINDS)
class TestKnownAnswers:
    def test_have_a_cause_and_a_remedy_of_their_own(self, code: str, answer: str) -> None:
        explained, unknown = KINDS[code](answer), KINDS[code](UNKNOWN)

        assert explained.code == code
        assert answer in explained.message
        assert "own words" not in explained.cause
        if refusal_of(answer) != refusal_of("", status=403) or code != "E08":
            assert (explained.cause, explained.remedy) != (unknown.cause, unknown.remedy)

    @pytest.mark.parametrize("language", ["fi", "sv"])
    def test_have_them_in_the_language_of_the_reader(
        self, language: str, code: str, answer: str
    ) -> None:
        english = KINDS[code](answer)

        with translation.override(language):
            explained = KINDS[code](answer)

        assert explained.cause != english.cause
        assert explained.remedy != english.remedy


class TestRefusedRequest:
    def test_is_explained_by_the_first_answer_that_is_known(self) -> None:
        answers = (("", UNKNOWN), ("receiptDate", "CLOSED_FISCAL_PERIOD"))

        explained = explain_error(ProcountorRejected("No", status=400, answers=answers))

        assert explained.message == f"Procountor refused it: {UNKNOWN}; CLOSED_FISCAL_PERIOD"
        assert explained.remedy == "Open the period in Procountor, and try again."

    def test_keeps_the_words_of_procountor_alone_where_no_answer_is_known(self) -> None:
        explained = explain_error(ProcountorRejected("No", status=400, answers=(("", UNKNOWN),)))

        assert explained.cause == "These are Procountor's own words, with answer 400."

    def test_says_that_a_right_is_missing_where_it_was_denied_without_words(self) -> None:
        explained = explain_error(AccessDenied("No", status=403))

        assert explained.message == "Procountor gives no access"
        assert "lacks a right" in explained.cause

    def test_tells_a_closed_year_from_a_missing_right_though_both_are_denied(self) -> None:
        explained = _of_access("CLOSED_FISCAL_PERIOD")

        assert explained.remedy == "Open the period in Procountor, and try again."


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")
