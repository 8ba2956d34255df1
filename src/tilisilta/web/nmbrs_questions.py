"""All open questions about companies on one page: ticked, confirmed and answered at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tilisilta.models import Area, Right
from tilisilta.services.fetching.many_questions import (
    MOST_AT_ONCE,
    OpenQuestion,
    answer_many,
    open_questions,
)
from tilisilta.services.fetching.question_words import answered_texts, outcome_text, why_in_question
from tilisilta.web.only_posted import only_posted
from tilisilta.web.rights import UserRequest, needs

SAME, ANOTHER = "same", "another"


@dataclass(frozen=True, kw_only=True)
class TickedQuestion:
    """A question in the table, or with what its answer will do."""

    one: OpenQuestion
    why: str
    is_same: bool = False
    outcome: str = ""

    @property
    def answer(self) -> str:
        return f"{SAME if self.is_same else ANOTHER}|{self.one.key}"


@needs(Area.NMBRS, Right.READ)
def questions(request: UserRequest) -> HttpResponse:
    """Show all open questions that the reader may see; the sure ones are ticked."""
    rows = [
        TickedQuestion(one=one, why=why_in_question(one.question))
        for one in open_questions(request.user)
    ]
    context = {"rows": rows, "sure_count": sum(row.one.is_sure for row in rows)}
    return render(request, "nmbrs/all_questions.html", context)


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def answer_ticked(request: UserRequest) -> HttpResponse:
    """Show what the ticked answers will do, and store them once that is confirmed."""
    given = set(request.POST.getlist("answer"))
    ticked, twice = _ticked(given, open_questions(request.user))
    if "apply" in request.POST:
        wanted = [(row.one, row.is_same) for row in ticked]
        done = answer_many(wanted, user=request.user, most=MOST_AT_ONCE)
        for text in answered_texts(done, gone=len(given) - len(ticked)):
            messages.success(request, text)
        return redirect("nmbrs_questions")
    if not ticked and not twice:
        messages.info(request, _("Tick the questions that are to be answered."))
        return redirect("nmbrs_questions")
    context = {
        "rows": ticked[:MOST_AT_ONCE],
        "left": len(ticked[MOST_AT_ONCE:]),
        "twice": twice,
    }
    return render(request, "nmbrs/answers.html", context)


def _ticked(
    given: set[str], asked: Sequence[OpenQuestion]
) -> tuple[list[TickedQuestion], list[OpenQuestion]]:
    """Return the answers, and the questions that have two of them: these stay open."""
    ticked, twice = [], []
    for one in asked:
        answers = [way for way in (SAME, ANOTHER) if f"{way}|{one.key}" in given]
        if len(answers) > 1:
            twice.append(one)
        elif answers:
            is_same = answers[0] == SAME
            ticked.append(
                TickedQuestion(
                    one=one,
                    why=why_in_question(one.question),
                    is_same=is_same,
                    outcome=outcome_text(one, is_same=is_same),
                )
            )
    return ticked, twice
