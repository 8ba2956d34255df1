"""All open questions about companies with a proposed answer each, and answering many at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.models import Company, Debtor, NmbrsConnection, User
from tilisilta.services.fetching.company_questions import (
    CompanyQuestion,
    QuestionAnswer,
    answer_questions,
    read_question,
)
from tilisilta.services.fetching.recognising import is_same_name

MOST_AT_ONCE = 500
"""More would let the browser wait too long: what is answered is checked again."""


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A question with what is known here now, and whether *the same company* is surely right."""

    connection: NmbrsConnection
    question: CompanyQuestion
    company: Company | None
    debtor: Debtor | None
    is_sure: bool

    @property
    def key(self) -> str:
        """Return the name of the question, by which an answer is given."""
        return f"{self.connection.pk}:{self.question.asked.id}:{self.question.here.number}"

    @property
    def is_blocked(self) -> bool:
        """Return whether the company is blocked if it is the same."""
        return self.debtor is not None and self.debtor.is_blocked


@dataclass(frozen=True, kw_only=True)
class ManyAnswered:
    """What became of many answers. ``already`` are those whose question was open no more."""

    same: int = 0
    another: int = 0
    asked_next: int = 0
    already: int = 0
    left: int = 0


def open_questions(
    user: User | None, connections: Iterable[NmbrsConnection] | None = None
) -> Sequence[OpenQuestion]:
    """Return the open questions that ``user`` may see, those of all debtors without a user.

    A limited user sees those in which each company is of a debtor of theirs.
    """
    chosen = NmbrsConnection.objects.defer("token") if connections is None else connections
    asked = [
        (connection, read_question(document))
        for connection in chosen
        for document in connection.open_questions
    ]
    ids = {one.company_id for _by, each in asked for one in (each.here, *each.others)}
    companies = Company.objects.select_related("debtor", "nmbrs").in_bulk(ids) if asked else {}
    # Of the older questions no key is known.
    unkeyed = {each.here.number for _by, each in asked if not each.here.company_id}
    numbered = {one.number: one for one in Company.objects.filter(number__in=unkeyed)}
    debtors = Debtor.objects.in_bulk({each.debtor_id for _by, each in asked}) if asked else {}
    named = Counter(one for _by, each in asked for one in _companies_in(each))
    found = []
    for connection, question in asked:
        here = question.here
        company = companies.get(here.company_id) or numbered.get(here.number)
        debtor = debtors.get(question.debtor_id)
        others = [companies.get(one.company_id) for one in question.others]
        if user is not None and not _is_visible(user, debtor, [company, *others]):
            continue
        found.append(
            OpenQuestion(
                connection=connection,
                question=question,
                company=company,
                debtor=debtor,
                is_sure=company is not None
                and debtor is not None
                and named[here.company_id] == 1
                and _is_equal(question, company),
            )
        )
    return found


def answer_many(
    wanted: Sequence[tuple[OpenQuestion, bool]], *, user: User | None, most: int | None = None
) -> ManyAnswered:
    """Give many answers, each true for *the same company*; ``most``, the rest stays open.

    An answer to a question that is open no more does nothing.
    """
    most = len(wanted) if most is None else most
    now, left = wanted[:most], wanted[most:]
    counts: Counter[str] = Counter()
    for connection in {one.connection.pk: one.connection for one, _is_same in now}.values():
        mine = [(one, same) for one, same in now if one.connection.pk == connection.pk]
        answers = [
            QuestionAnswer(asked=one.question.asked.id, is_same=same, here=one.question.here.number)
            for one, same in mine
        ]
        companies = answer_questions(connection, answers, user=user)
        connection.refresh_from_db(fields=["questions"])
        waiting = [read_question(each).asked.id for each in connection.open_questions]
        for company, one in zip(companies, answers, strict=True):
            counts[_outcome(company, one, waiting)] += 1
    return ManyAnswered(
        same=counts["same"],
        another=counts["another"],
        asked_next=counts["next"],
        already=counts["already"],
        left=len(left),
    )


def _outcome(company: Company | None, one: QuestionAnswer, waiting: Iterable[NmbrsId]) -> str:
    if company is not None:
        return "same" if one.is_same else "another"
    return "next" if one.asked in waiting and not one.is_same else "already"


def _companies_in(question: CompanyQuestion) -> set[int]:
    return {one.company_id for one in (question.here, *question.others)}


def _is_equal(question: CompanyQuestion, company: Company) -> bool:
    """Return whether name and number agree as they are here now, not when it was asked."""
    row = getattr(company, "nmbrs", None)
    numbers = {company.number} if row is None else {row.nmbrs_number}
    asked = question.asked
    return question.is_only and asked.number in numbers and is_same_name(company.name, asked.name)


def _is_visible(user: User, debtor: Debtor | None, companies: Iterable[Company | None]) -> bool:
    if not user.is_limited:
        return True
    mine = set(user.chosen_debtor_ids)
    of = [debtor.pk if debtor else None, *(one.debtor_id if one else None for one in companies)]
    return all(pk in mine for pk in of)
