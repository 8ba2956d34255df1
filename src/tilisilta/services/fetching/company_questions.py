"""Questions whether a company that Nmbrs lists is one that is here: asked, shown and answered.

They are stored with the connection. One that was answered for a company which another connection
goes on fetching stays there as settled, so that it is not asked each night.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollCompany
from tilisilta.models import Company, Debtor, NmbrsCompany, NmbrsConnection, User
from tilisilta.services import audit
from tilisilta.services.company_blocks import stay_blocked
from tilisilta.services.fetching.doubts import note_doubts, recheck_in_doubt, together
from tilisilta.services.fetching.perhaps_here import (
    HereBecause,
    Perhaps,
    PerhapsHere,
    by_hand,
    perhaps_by_hand,
)
from tilisilta.services.fetching.problems import is_asked_about
from tilisilta.services.fetching.recognising import is_left, is_same_name, rows_to_recognise
from tilisilta.services.fetching.taking_in import (
    add_company,
    adopt,
    complete_ids,
    move_to,
    number_for,
)
from tilisilta.services.journals.importing import recheck_company


@dataclass(frozen=True, kw_only=True)
class CompanyQuestion:
    """Whether ``asked`` is ``here``, its debtor being the one of that key.

    ``others`` may be it as well, and are asked about next. ``denied`` are the keys of those that it
    is not. ``is_only`` says that no other company in Nmbrs has its number.
    """

    asked: PayrollCompany
    debtor_id: int
    here: Perhaps
    others: tuple[Perhaps, ...] = ()
    denied: tuple[int, ...] = ()
    is_only: bool = False

    def to_document(self) -> dict[str, Any]:
        return {
            "nmbrs_company_id": self.asked.id.number,
            "nmbrs_guid": str(self.asked.id.guid) if self.asked.id.guid else None,
            "number": self.asked.number,
            "name": self.asked.name,
            "period_type": self.asked.period_type,
            "debtor": self.debtor_id,
            "here": self.here.name,
            "perhaps": [asdict(one) for one in (self.here, *self.others)],
            "denied": list(self.denied),
            "is_only": self.is_only,
        }


def id_of_question(question: Mapping[str, Any]) -> NmbrsId:
    """Return the id of the company that a stored question is about."""
    guid = question.get("nmbrs_guid")
    return NmbrsId(number=question["nmbrs_company_id"], guid=UUID(guid) if guid else None)


def read_question(document: Mapping[str, Any]) -> CompanyQuestion:
    """Return a stored question. Older ones are about companies that were added by hand alone."""
    number, name = document["number"], document["name"]
    of_old = Perhaps(
        company_id=0, number=number, name=document["here"], because=HereBecause.BY_HAND
    )
    here, *others = [Perhaps.stored(one) for one in document.get("perhaps", ())] or [of_old]
    return CompanyQuestion(
        asked=PayrollCompany(
            id=id_of_question(document),
            number=number,
            name=name,
            period_type=document.get("period_type", ""),
        ),
        debtor_id=document.get("debtor", 0),
        here=here,
        others=tuple(others),
        denied=tuple(document.get("denied", ())),
        is_only=document.get("is_only", False),
    )


def take_in(
    connection: NmbrsConnection,
    one: PayrollCompany,
    debtor: Debtor,
    *,
    perhaps: PerhapsHere,
    before: Mapping[str, Any] | None,
    is_only: bool,
) -> Mapping[str, Any] | None:
    """Add a company, or recognise one that was added by hand.

    ``before`` is the question about it that is stored. Returns a question if a person must decide,
    else ``None``.
    """
    settled = _settled_row(before)
    if settled is not None and not _is_free(connection, settled):
        return before
    if settled is not None:
        # The connection that went on fetching it does so no more.
        with transaction.atomic():
            company = move_to(connection, settled, one, debtor, user=None)
        recheck_company(company)
        return None
    here = by_hand(one) if is_only else None
    if here is not None and is_same_name(here.name, one.name):
        recheck_company(adopt(connection, here, one, debtor, user=None))
        return None
    denied = tuple(before.get("denied", ())) if before is not None else ()
    possible = [perhaps_by_hand(here)] if here is not None else []
    possible += perhaps.of(one, debtor, is_only=is_only)
    possible = [each for each in possible if each.company_id not in denied]
    if not possible:
        number = number_for(one.number if is_only else None, one)
        add_company(connection, one, debtor, number=number, user=None)
        return None
    first, *others = possible
    return CompanyQuestion(
        asked=one,
        debtor_id=debtor.pk,
        here=first,
        others=tuple(others),
        denied=denied,
        is_only=is_only,
    ).to_document()


@dataclass(frozen=True, kw_only=True)
class QuestionAnswer:
    """That the company ``asked`` in Nmbrs is the one here, or is another one.

    ``here`` is the number of the one that was shown: a second click must not answer for the next.
    """

    asked: NmbrsId
    is_same: bool
    here: int | None = None


def answer_question(
    connection: NmbrsConnection,
    asked: NmbrsId,
    *,
    is_same: bool,
    user: User | None,
    here: int | None = None,
) -> Company | None:
    """Note one answer, see ``answer_questions``."""
    one = QuestionAnswer(asked=asked, is_same=is_same, here=here)
    return answer_questions(connection, [one], user=user)[0]


def answer_questions(
    connection: NmbrsConnection, answers: Sequence[QuestionAnswer], *, user: User | None
) -> Sequence[Company | None]:
    """Note of companies of Nmbrs whether each is the one here that the question names, or another.

    Returns the company of each; ``None`` when it has been answered already, here or on another
    connection to the same environment, and where the next company is asked about now.
    """
    with transaction.atomic():
        # Locked, or two answers to one question could make two companies.
        connection = NmbrsConnection.objects.select_for_update().get(pk=connection.pk)
        open_ones = _by_here(connection.open_questions)
        companies: list[Company | None] = []
        in_doubt: set[int] = set()
        decided: set[int] = set()
        for one in answers:
            found = _taken(open_ones, one)
            company = None
            if found is not None:
                connection.questions.remove(found)
                question = read_question(found)
                perhaps = _perhaps(question).keys()
                in_doubt.update(perhaps)
                if not _is_tied(connection, question.asked.id):
                    decided.update(perhaps)
                    settle = _same if one.is_same else _another
                    company = settle(connection, question, user=user)
            companies.append(company)
        connection.save(update_fields=["questions"])
        changed = note_doubts(
            connection, debtors_asked_about(connection), among=in_doubt, decided=decided
        )
    # After the commit: a check may read Procountor, and no row should stay locked meanwhile.
    for company, one in zip(companies, answers, strict=True):
        if company is not None and one.is_same:
            recheck_company(company)
    recheck_in_doubt(changed)
    return companies


def _by_here(questions: Iterable[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for one in questions:
        found[read_question(one).here.number].append(one)
    return found


def _taken(
    open_ones: Mapping[int, list[Mapping[str, Any]]], one: QuestionAnswer
) -> Mapping[str, Any] | None:
    """Take the question that is answered out of the open ones; ``None`` where there is none."""
    named = open_ones.values() if one.here is None else [open_ones.get(one.here, [])]
    for questions in named:
        for at, question in enumerate(questions):
            if id_of_question(question).is_of(one.asked):
                return questions.pop(at)
    return None


def store_questions(
    connection: NmbrsConnection,
    questions: Sequence[Mapping[str, Any]],
    *,
    before: Sequence[Mapping[str, Any]],
) -> None:
    """Store the questions that a list has led to, ``before`` being those that it began with.

    What a person has answered meanwhile is not asked again. Call it in a transaction.
    """
    locked = NmbrsConnection.objects.select_for_update().only("questions").get(pk=connection.pk)
    answered = [id_of_question(one) for one in before if one not in locked.questions]
    since = [one for one in locked.questions if one not in before]
    kept = [
        one for one in questions if not any(id_of_question(one).is_of(each) for each in answered)
    ]
    connection.questions = [*kept, *since]
    connection.save(update_fields=["questions"])


def _same(
    connection: NmbrsConnection, question: CompanyQuestion, *, user: User | None
) -> Company | None:
    asked, debtor = question.asked, Debtor.objects.get(pk=question.debtor_id)
    here = _company_of(question.here)
    if here is None:
        return None
    rows = NmbrsCompany.objects.select_for_update(of=("self",)).select_related(
        "company__debtor", "connection"
    )
    row = rows.filter(company=here).first()
    if row is None:
        return adopt(connection, here, asked, debtor, user=user)
    if _is_free(connection, row):
        return move_to(connection, row, asked, debtor, user=user)
    if row.connection_id == connection.pk:
        # It was said to be another one that was asked about as well.
        return None
    complete_ids(connection, row, asked, user=user)
    # Its debtor is told by the connection that fetches it. That one may be late.
    if not here.debtor.is_blocked:
        stay_blocked(here, debtor.pk, user=user)
    if not _is_tied(connection, asked.id):
        connection.questions.append({**question.to_document(), "same_as": here.pk})
    return here


def _another(
    connection: NmbrsConnection, question: CompanyQuestion, *, user: User | None
) -> Company | None:
    """Ask about the next company that it may be; after the last one, it is a new one."""
    denied = _company_of(question.here)
    if denied is not None:
        audit.record(
            audit.Action.COMPANY_DENIED,
            user=user,
            company=denied,
            name=str(denied),
            nmbrs_number=str(question.asked.number),
        )
    if question.others:
        first, *others = question.others
        following = CompanyQuestion(
            asked=question.asked,
            debtor_id=question.debtor_id,
            here=first,
            others=tuple(others),
            denied=(*question.denied, question.here.company_id),
            is_only=question.is_only,
        )
        connection.questions.append(following.to_document())
        return None
    wanted = question.asked.number if question.is_only else None
    return add_company(
        connection,
        question.asked,
        Debtor.objects.get(pk=question.debtor_id),
        number=number_for(wanted, question.asked),
        user=user,
    )


def _company_of(here: Perhaps) -> Company | None:
    if here.company_id:
        return Company.objects.filter(pk=here.company_id).first()
    return Company.objects.filter(number=here.number, nmbrs__isnull=True).first()


def _settled_row(question: Mapping[str, Any] | None) -> NmbrsCompany | None:
    """Return what a person has said is the same, and another connection goes on fetching."""
    if question is None or "same_as" not in question:
        return None
    rows = NmbrsCompany.objects.select_related("company__debtor", "connection")
    return rows.filter(company=question["same_as"]).first()


def _is_free(connection: NmbrsConnection, row: NmbrsCompany) -> bool:
    """Return whether nothing lists a company here under the ids that it has now."""
    if row.connection_id == connection.pk:
        return row.gone_at is not None or is_asked_about(row.trouble)
    return is_left(row.connection, row.gone_at)


def _is_tied(connection: NmbrsConnection, asked: NmbrsId) -> bool:
    # Narrowed to the ids: an environment has thousands, and many are asked about at once.
    same_id = Q(nmbrs_guid=asked.guid, nmbrs_guid__isnull=False)
    same_id |= Q(nmbrs_company_id=asked.number, nmbrs_company_id__isnull=False)
    tied = NmbrsCompany.objects.filter(rows_to_recognise(connection, [asked]), same_id)
    return any(one.id_in_nmbrs.is_of(asked) for one in tied)


def debtors_asked_about(connection: NmbrsConnection) -> Mapping[int, Collection[int]]:
    """Return the companies here that a listed one may be, each with the debtors of these."""
    return together(*(_perhaps(read_question(one)) for one in connection.open_questions))


def _perhaps(question: CompanyQuestion) -> Mapping[int, Collection[int]]:
    here = (question.here, *question.others)
    return {one.company_id: [question.debtor_id] for one in here if one.company_id}
