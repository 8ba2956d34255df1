"""Words for how a company of a list stands, and why it stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.onboarding import Standing
from tilisilta.domain.problems import Problem
from tilisilta.services.explanations import explain

STANDING_WORDS: Mapping[Standing, Promise] = {
    Standing.MATCH: _("Match"),
    Standing.NAMES_DIFFER: _("Names differ"),
    Standing.IDS_DIFFER: _("Business IDs differ"),
    Standing.BOTH_DIFFER: _("Name and business ID differ"),
    Standing.LITTLE_KNOWN: _("Too little known"),
    Standing.ADMINISTRATION_TAKEN: _("Administration taken"),
    Standing.NAMES_MISSING: _("Not in Procountor"),
    Standing.ACCOUNT_TAKEN: _("Account serves another"),
    Standing.LINKED_ELSEWHERE: _("Linked elsewhere"),
    Standing.NOT_AUTHORISED: _("Not authorised"),
    Standing.KEY_REFUSED: _("Key refused"),
    Standing.NO_ANSWER: _("No answer"),
    Standing.REFUSED: _("Refused"),
    Standing.LINE_WRONG: _("Line is wrong"),
    Standing.LINKED: _("Linked"),
}
_REASONS: Mapping[Standing, tuple[Promise, Promise]] = {
    Standing.NAMES_DIFFER: (
        _("The administration has another name."),
        _("Confirm that they are one, or choose another administration."),
    ),
    Standing.IDS_DIFFER: (
        _("The administration has another business ID."),
        _("Confirm that they are one, or choose another administration."),
    ),
    Standing.BOTH_DIFFER: (
        _("The administration has another name and another business ID."),
        _("Probably the account acts in the wrong company: authorise it for the right one."),
    ),
    Standing.LITTLE_KNOWN: (
        _("Neither a name nor a business ID agrees."),
        _("Give the company its business ID, or confirm that they are one."),
    ),
    Standing.ADMINISTRATION_TAKEN: (
        _("Another company is linked to the same administration."),
        _("Confirm that both go there, or choose another administration."),
    ),
    Standing.ACCOUNT_TAKEN: (
        _("The Procountor account serves another company: one administration per account."),
        _("Name another account in the list."),
    ),
    Standing.LINKED_ELSEWHERE: (
        _("The company is linked through another Procountor account already."),
        _("End that link first, or take the company out of the list."),
    ),
    Standing.NOT_AUTHORISED: (
        _("There is no API key for it, and its Procountor account is not authorised."),
        _("Authorise the account by logging in to Procountor, or put the key into the list."),
    ),
}
_FAULTS: Mapping[str, tuple[Promise, Promise]] = {
    "company": (
        _("There is no company “%(text)s”."),
        _("Write its number, business ID or whole name as Tilisilta has it, or fetch it first."),
    ),
    "twice": (
        _("The company stands in line %(text)s already."),
        _("Leave one of the two lines."),
    ),
    "account": (
        _("The name of the Procountor account is longer than 80 characters."),
        _("Shorten it, or leave it empty: then it is the name of the company."),
    ),
    "start": (
        _("“%(text)s” is no month."),
        _("Write the first month as 2026-06, or leave it empty."),
    ),
    "profile": (
        _("There is no profile “%(text)s”."),
        _("Write the name of a profile, or make it first."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a company stays as it is, and what to do about it."""

    cause: str
    remedy: str


def reason_of(
    standing: Standing,
    problems: tuple[Problem, ...] = (),
    *,
    fault: str = "",
    fault_text: str = "",
    text: str = "",
) -> Reason | None:
    """Return why a company is not linked; ``None`` for one that is, or can be at once."""
    if standing == Standing.LINE_WRONG and fault in _FAULTS:
        cause, remedy = (str(one) % {"text": fault_text} for one in _FAULTS[fault])
        return Reason(cause=cause, remedy=remedy)
    if problems:
        told = [explain(problem) for problem in problems]
        remedies = dict.fromkeys(one.remedy for one in told)
        if standing == Standing.NAMES_MISSING:
            # There is no link yet in which it could be changed.
            remedies[str(_("Change it in the list, and give the list again."))] = None
        return Reason(
            cause=" ".join(f"{one.code} {one.message}. {one.cause}" for one in told),
            remedy=" ".join(remedies),
        )
    if text:
        return Reason(cause=text, remedy=str(_("Put it right, and look again.")))
    if standing in _REASONS:
        cause_words, remedy_words = _REASONS[standing]
        return Reason(cause=str(cause_words), remedy=str(remedy_words))
    if standing in {Standing.NO_ANSWER, Standing.REFUSED, Standing.LINE_WRONG}:
        return Reason(
            cause=str(_("It could not be looked into.")), remedy=str(_("Look again in a while."))
        )
    return None
