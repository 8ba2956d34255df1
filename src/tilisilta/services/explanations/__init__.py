"""The words for problems and errors: what happened, why, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import TilisiltaError
from tilisilta.services.explanations.actions import ACTION_WORDS
from tilisilta.services.explanations.after_sending import AFTER_SENDING_WORDS
from tilisilta.services.explanations.api import API_WORDS
from tilisilta.services.explanations.choices import CHOICE_WORDS
from tilisilta.services.explanations.closing import CLOSING_WORDS
from tilisilta.services.explanations.companies import COMPANY_WORDS
from tilisilta.services.explanations.consents import CONSENT_WORDS
from tilisilta.services.explanations.errors import problem_of
from tilisilta.services.explanations.files import FILE_WORDS
from tilisilta.services.explanations.ledgers import LEDGER_WORDS
from tilisilta.services.explanations.moving import MOVING_WORDS
from tilisilta.services.explanations.payment_files import PAYMENT_FILE_WORDS
from tilisilta.services.explanations.payroll import PAYROLL_WORDS
from tilisilta.services.explanations.procountor import PROCOUNTOR_WORDS
from tilisilta.services.explanations.receipts import RECEIPT_WORDS
from tilisilta.services.explanations.sending import SENDING_WORDS
from tilisilta.services.explanations.shown_facts import first_alike, shown_facts, where, with_count
from tilisilta.services.explanations.suspicions import SUSPICION_WORDS
from tilisilta.services.explanations.two_persons import TWO_PERSON_WORDS
from tilisilta.services.explanations.webhooks import WEBHOOK_WORDS
from tilisilta.services.explanations.withdrawals import WITHDRAWAL_WORDS
from tilisilta.services.explanations.wording import Explanation, Wording, choose_wording

__all__ = [
    "SUBJECTS",
    "WORDS",
    "Explanation",
    "Subject",
    "all_texts",
    "catalogue",
    "explain",
    "explain_error",
    "problem_of",
]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A part of the catalogue, by what its problems are about."""

    title: Promise
    words: Mapping[ProblemCode, tuple[Wording, ...]]


SUBJECTS = (
    Subject(title=_("Company, account and link"), words=COMPANY_WORDS),
    Subject(title=_("Ledger accounts and dimensions"), words=LEDGER_WORDS),
    Subject(title=_("Periods, amounts and texts"), words=RECEIPT_WORDS),
    Subject(title=_("Fetching from Nmbrs"), words=PAYROLL_WORDS),
    Subject(
        title=_("Reading Nmbrs by REST, and the end of SOAP"), words=CONSENT_WORDS | MOVING_WORDS
    ),
    Subject(title=_("Files"), words=FILE_WORDS),
    Subject(title=_("Payment files"), words=PAYMENT_FILE_WORDS),
    Subject(title=_("What balances and may be wrong"), words=SUSPICION_WORDS),
    Subject(title=_("Sending"), words=SENDING_WORDS),
    Subject(title=_("Two persons, and stopping"), words=TWO_PERSON_WORDS),
    Subject(title=_("Withdrawing"), words=WITHDRAWAL_WORDS),
    Subject(title=_("Changed or deleted after sending"), words=AFTER_SENDING_WORDS),
    Subject(title=_("Signing a month"), words=CLOSING_WORDS),
    Subject(title=_("Whose books, and which run"), words=CHOICE_WORDS),
    Subject(title=_("What Procountor answers"), words=PROCOUNTOR_WORDS),
    Subject(title=_("The API"), words=API_WORDS),
    Subject(title=_("Webhooks"), words=WEBHOOK_WORDS),
    Subject(title=_("Actions that could not be done"), words=ACTION_WORDS),
)
WORDS = {code: wordings for subject in SUBJECTS for code, wordings in subject.words.items()}


def explain(problem: Problem) -> Explanation:
    """Return the words for ``problem`` in the active language, with the facts of the case."""
    facts = shown_facts(problem)
    explanation = choose_wording(WORDS[problem.code], facts).filled(facts)
    cause = " ".join(filter(None, (explanation.cause, where(problem), first_alike(problem))))
    message = with_count(explanation.message, problem)
    return replace(explanation, code=problem.code.value, message=message, cause=cause)


def explain_error(error: TilisiltaError) -> Explanation:
    """Return the words for a raised ``error`` in the active language.

    For a file that was refused for several problems they say only that; show the problems beside.
    """
    return explain(problem_of(error))


def catalogue() -> tuple[tuple[ProblemCode, Explanation], ...]:
    return tuple((code, explain(Problem(code=code, facts=code.example))) for code in ProblemCode)


def all_texts(code: ProblemCode) -> str:
    return " ".join(str(text) for wording in WORDS[code] for text in wording.texts)
