"""The words for problems and errors: what happened, why, and what to do about it."""

from dataclasses import replace

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.services.explanations.companies import COMPANY_WORDS
from tilisilta.services.explanations.errors import explain_error
from tilisilta.services.explanations.files import FILE_WORDS
from tilisilta.services.explanations.ledgers import LEDGER_WORDS
from tilisilta.services.explanations.payroll import PAYROLL_WORDS
from tilisilta.services.explanations.receipts import RECEIPT_WORDS
from tilisilta.services.explanations.sending import SENDING_WORDS
from tilisilta.services.explanations.shown_facts import shown_facts, where
from tilisilta.services.explanations.suspicions import SUSPICION_WORDS
from tilisilta.services.explanations.wording import Explanation, choose_wording

__all__ = ["Explanation", "catalogue", "explain", "explain_error"]

WORDS = {
    **COMPANY_WORDS,
    **LEDGER_WORDS,
    **RECEIPT_WORDS,
    **FILE_WORDS,
    **PAYROLL_WORDS,
    **SENDING_WORDS,
    **SUSPICION_WORDS,
}


def explain(problem: Problem) -> Explanation:
    """The words for ``problem`` in the active language, with the facts of the case."""
    facts = shown_facts(problem)
    explanation = choose_wording(WORDS[problem.code], facts).filled(facts)
    lines = where(problem)
    if not lines:
        return explanation
    return replace(explanation, cause=f"{explanation.cause} {lines}")


def catalogue() -> tuple[tuple[ProblemCode, Explanation], ...]:
    """Every problem there can be, in general words and the active language, in order of codes."""
    return tuple((code, WORDS[code][-1].filled({})) for code in ProblemCode)
