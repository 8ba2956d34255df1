"""What reasons are called: one text for many companies, so that it names none of them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.domain.reasons import Reason, ReasonGroup
from tilisilta.models import JOURNAL_STATES
from tilisilta.services.explanations import explain
from tilisilta.services.explanations.shown_facts import shown_facts

FOR_MANY: Mapping[str, Promise] = {
    ProblemCode.ACCOUNT_NOT_AUTHORISED: gettext_lazy("The Procountor account is not authorised"),
    ProblemCode.ACCOUNT_DIED: gettext_lazy("The authorisation of the Procountor account has ended"),
    ProblemCode.NOT_LINKED: gettext_lazy("No administration is linked"),
    ProblemCode.LINK_ENDED: gettext_lazy("The link has ended"),
    ProblemCode.NOT_BALANCED: gettext_lazy("The journal does not balance"),
    ProblemCode.PERIOD_NOT_BALANCED: gettext_lazy("A receipt does not balance"),
    ProblemCode.EARLIER_REVISION_SENT: gettext_lazy("Changed after sending"),
    ProblemCode.PERHAPS_BOOKED_ALREADY: gettext_lazy("May be the payroll of another journal again"),
    ProblemCode.PERHAPS_ANOTHER_COMPANYS: gettext_lazy("May be the payroll of another company"),
    ProblemCode.COMPANIES_DIFFER_NOW: gettext_lazy("Company and administration differ by now"),
    ProblemCode.REJECTED: gettext_lazy("Procountor rejected the receipt"),
    ProblemCode.PERHAPS_BOOKED: gettext_lazy("A receipt may be booked already"),
    ProblemCode.RUN_DELETED: gettext_lazy("Run deleted in Nmbrs"),
}


def words_of(group: ReasonGroup) -> str:
    """Return what the reason of ``group`` is called, in the active language."""
    return _of_reason(group.reason) or _of_problem(group.problem) or _of_state(group.reason)


def _of_reason(reason: Reason) -> str:
    if reason.code == ProblemCode.PERIOD_CLOSED and reason.fact:
        example = Problem(code=ProblemCode.PERIOD_CLOSED, facts=facts(period=reason.fact))
        return _("What belongs to %(period)s lies in a closed period") % shown_facts(example)
    return str(FOR_MANY.get(reason.code, ""))


def _of_problem(problem: Problem | None) -> str:
    if problem is None:
        return ""
    # Lines and what is alike differ from journal to journal.
    about = tuple((name, value) for name, value in problem.facts if name not in {"alike", "first"})
    return explain(Problem(code=problem.code, facts=about)).message


def _of_state(reason: Reason) -> str:
    return str(dict(JOURNAL_STATES).get(reason.code, reason.code))
