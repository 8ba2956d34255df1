"""What pages and commands say of a question whether a company of Nmbrs is one that is here."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.services.fetching.company_questions import CompanyQuestion
from tilisilta.services.fetching.many_questions import ManyAnswered, OpenQuestion
from tilisilta.services.fetching.perhaps_here import HereBecause


def question_text(question: CompanyQuestion) -> str:
    return _("Is %(number)s %(name)s in Nmbrs the company %(number_here)s %(here)s here?") % {
        "number": question.asked.number,
        "name": question.asked.name,
        "number_here": question.here.number,
        "here": question.here.name,
    }


def why_in_question(question: CompanyQuestion) -> str:
    """Return why no id tells whether the two are the same."""
    if question.here.because is HereBecause.BY_HAND:
        return _("It was added here by hand, with another name.")
    if question.here.because is HereBecause.LISTED_ELSEWHERE:
        return _("The connection %(connection)s fetches it.") % {"connection": question.here.by}
    return _(
        "Nmbrs no longer lists it under the id that is known here: perhaps it has another debtor "
        "or number now, or was made anew."
    )


def outcome_text(one: OpenQuestion, *, is_same: bool) -> str:
    """Return what an answer will do."""
    if is_same and one.is_blocked:
        return _("It goes on as the company here. Its debtor is blocked: nothing of it is sent.")
    if is_same:
        return _("It goes on as the company here, and is fetched.")
    if one.question.others:
        return _("It is not that company. The next one that it may be is asked about.")
    return _("It is added as another company, and is fetched.")


def answered_texts(done: ManyAnswered, *, gone: int = 0) -> Iterator[str]:
    """Yield what became of many answers; ``gone`` are those whose question was open no more."""
    text = ngettext(
        "%(count)s answered: %(same)s the same, %(another)s another company.",
        "%(count)s answered: %(same)s the same, %(another)s another company.",
        done.same + done.another,
    )
    counts = {"count": done.same + done.another, "same": done.same, "another": done.another}
    yield text % counts
    if done.asked_next:
        text = ngettext(
            "Of %(count)s the next company is asked about.",
            "Of %(count)s the next company is asked about.",
            done.asked_next,
        )
        yield text % {"count": done.asked_next}
    if done.already + gone:
        text = ngettext(
            "%(count)s question was open no more.",
            "%(count)s questions were open no more.",
            done.already + gone,
        )
        yield text % {"count": done.already + gone}
    if done.left:
        text = ngettext(
            "%(count)s is still open: answer it next.",
            "%(count)s are still open: answer them next.",
            done.left,
        )
        yield text % {"count": done.left}
