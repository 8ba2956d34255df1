"""What pages and commands say of a question whether a company of Nmbrs is one that is here."""

from django.utils.translation import gettext as _

from tilisilta.services.fetching.company_questions import CompanyQuestion
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
