"""Words for actions that could not be done, whatever they were about; the general ones first."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

ACTION_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.TRY_AGAIN_LATER: (
        Wording(
            message=_("It did not work just now"),
            cause=_("A service gave no answer. Nothing was changed."),
            remedy=_("Try again in a few minutes."),
        ),
    ),
    ProblemCode.OUTCOME_UNKNOWN: (
        Wording(
            message=_("It is uncertain whether it was done"),
            cause=_("The request was sent, but no clear answer came back."),
            remedy=_("Look whether it was done before doing it again."),
        ),
    ),
    ProblemCode.NOT_POSSIBLE: (
        Wording(
            message=_("It cannot be done like this"),
            cause=_("Something in the way must be changed first."),
            remedy=_("Check what was entered, and try again."),
        ),
    ),
    ProblemCode.ACCOUNT_NAME_TAKEN: (
        Wording(
            message=_("There is already an account of this name"),
            cause=_("Each account has a name of its own, so that nobody mistakes one for another."),
            remedy=_("Choose another name."),
        ),
    ),
    ProblemCode.USER_NAME_TAKEN: (
        Wording(
            message=_("There is already a user of this name"),
            cause=_("A user name belongs to one person, so that the audit log can be trusted."),
            remedy=_("Choose another user name."),
        ),
    ),
    ProblemCode.TEMPLATE_NAME_TAKEN: (
        Wording(
            message=_("There is already a user template of this name"),
            cause=_("Each user template has a name of its own."),
            remedy=_("Choose another name."),
        ),
    ),
    ProblemCode.LAST_ADMINISTRATOR: (
        Wording(
            message=_("Somebody must stay administrator"),
            cause=_("After this nobody could change users and user templates any more."),
            remedy=_("Make another user an administrator first."),
        ),
    ),
    ProblemCode.ADMINISTRATOR_TEMPLATE_FIXED: (
        Wording(
            message=_("The administrators' user template stays as it is"),
            cause=_("It gives every right, so that nobody is ever locked out."),
            remedy=_("Make a user template with fewer rights, and give it to the user."),
        ),
    ),
    ProblemCode.DEBTOR_NUMBER_TAKEN: (
        Wording(
            message=_("There is already a debtor with this number"),
            cause=_("Each debtor has a number of its own, as in Nmbrs."),
            remedy=_("Check the number, or use the debtor that is there."),
        ),
    ),
    ProblemCode.COMPANY_NUMBER_TAKEN: (
        Wording(
            message=_("There is already a company with this number"),
            cause=_("Each company has a number of its own, as in Nmbrs."),
            remedy=_("Check the number, or use the company that is there."),
        ),
    ),
    ProblemCode.NOTHING_HERE: (
        Wording(
            message=_("There is nothing here"),
            cause=_(
                "The address is mistyped or old, or it leads to a company of a debtor that is "
                "not among yours."
            ),
            remedy=_("Go on from the overview, or ask an administrator which debtors you may see."),
        ),
    ),
    ProblemCode.FAULT_OF_OURS: (
        Wording(
            message=_("A fault in Tilisilta"),
            cause=_(
                "Something happened that the program did not expect. What was sent before stays "
                "sent, each receipt once."
            ),
            remedy=_(
                "Go back and try again. If it happens again, tell whoever runs Tilisilta the "
                "time of day; the cause stands in the log."
            ),
        ),
    ),
    ProblemCode.REQUEST_UNREADABLE: (
        Wording(
            message=_("The request cannot be understood"),
            cause=_(
                "The address or a form was not as the program expects it. Nothing was changed."
            ),
            remedy=_("Go back and try again."),
        ),
    ),
    ProblemCode.PAGE_TOO_OLD: (
        Wording(
            message=_("The page was too old"),
            cause=_(
                "You have logged in or out since it was opened, or the browser keeps no cookies "
                "of this site. Nothing was changed."
            ),
            remedy=_("Open the page again and repeat what you did."),
        ),
    ),
    ProblemCode.KEYS_DO_NOT_FIT: (
        Wording(
            message=_("The encryption key was lost"),
            cause=_(
                "What lets us into Procountor and Nmbrs, and second steps of log-ins, was "
                "encrypted with a key that Tilisilta does not have any more. Journals, receipts "
                "and the audit log are not encrypted."
            ),
            remedy=_(
                "Put the former key back behind the newest in TILISILTA_ENCRYPTION_KEYS or the "
                "file encryption-keys, and restart. If it is gone for good, authorise each "
                "Procountor account again, give each connection to Nmbrs its token again, and turn "
                "off second steps under Users. Waiting journals then continue by themselves."
            ),
        ),
    ),
    ProblemCode.COMMAND_REFUSED: (
        Wording(
            message=_("The command was refused"),
            cause=_(
                "A value is not possible, names something that is not there, or does not fit "
                "the others."
            ),
            remedy=_(
                "The command itself says which, and what to give instead. Nothing was changed."
            ),
        ),
    ),
}
