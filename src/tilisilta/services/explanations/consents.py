"""Words for the consent to read Nmbrs by REST, and for the end of SOAP."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

_CONSENT_AGAIN = _(
    "Give consent again, on the page of the connection or with tilisilta nmbrs add --rest. Nothing "
    "that was fetched or sent is touched by that."
)
_BEGIN_AGAIN = _("Begin again on the page of Nmbrs, or with tilisilta nmbrs add --rest.")

CONSENT_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.CONSENT_ENDED: (
        Wording(
            message=_("Nmbrs no longer accepts the consent to read by REST"),
            cause=_(
                "It was withdrawn in Nmbrs, was not used for 30 days, or an older backup of "
                "Tilisilta was restored: the key in it had been used up since."
            ),
            remedy=_CONSENT_AGAIN,
        ),
    ),
    ProblemCode.CONSENT_LOST: (
        Wording(
            message=_("Nmbrs gave no answer when the consent was renewed"),
            cause=_(
                "The key to renew it serves once, and nobody can say whether Nmbrs took it. It is "
                "not sent again, as Nmbrs ends a consent whose key comes twice."
            ),
            remedy=_CONSENT_AGAIN,
        ),
    ),
    ProblemCode.SCOPES_MISSING: (
        Wording(
            message=_("The consent does not allow all that is needed: %(scopes)s"),
            cause=_(
                "Nmbrs granted fewer scopes than were asked for. Either the registration of this "
                "installation does not have them, or the log-in that consented may not give them."
            ),
            remedy=_(
                "Have the scopes added to the registration at Nmbrs, then give consent again. The "
                "page of the connection says what does not work without each."
            ),
        ),
        Wording(
            message=_("The consent does not allow all that is needed"),
            cause=_("Nmbrs granted fewer scopes than were asked for."),
            remedy=_(
                "Have the scopes added to the registration at Nmbrs, then give consent again."
            ),
        ),
    ),
    ProblemCode.DEBTORS_NOT_COVERED: (
        Wording(
            message=_("Debtors that the consent does not cover: %(count)s"),
            cause=_(
                "The companies of the debtors %(numbers)s are not fetched by REST. A consent "
                "covers the debtors at which its log-in is a client login."
            ),
            remedy=_(
                "Make a client login for the same e-mail address at each of these debtors in "
                "Nmbrs, then give consent again and choose all of them."
            ),
        ),
        Wording(
            message=_("There are debtors that the consent does not cover"),
            cause=_("A consent covers the debtors at which its log-in is a client login."),
            remedy=_(
                "Make a client login for the same e-mail address at each of these debtors in "
                "Nmbrs, then give consent again and choose all of them."
            ),
        ),
    ),
    ProblemCode.SOAP_ENDS: (
        Wording(
            message=_("Nmbrs ends SOAP on %(date)s, days left: %(count)s"),
            cause=_(
                "Nmbrs switches its SOAP API off on that day. A connection that fetches by it "
                "brings no more journals then."
            ),
            remedy=_(
                "Connect it by REST as well, in the settings for Nmbrs. Fetching goes on by SOAP "
                "meanwhile. Begin in time: each client may have to make a client login."
            ),
        ),
        Wording(
            message=_("Nmbrs ends its SOAP API soon"),
            cause=_("A connection that fetches by it brings no more journals then."),
            remedy=_("Connect it by REST as well, in the settings for Nmbrs."),
        ),
    ),
    ProblemCode.SOAP_HAS_ENDED: (
        Wording(
            message=_("Nmbrs has ended SOAP, by which this connection fetches"),
            cause=_(
                "Nmbrs announced %(date)s as the day from which on its SOAP API answers "
                "nothing. What was fetched before stays, and can be sent."
            ),
            remedy=_(
                "Connect by REST in the settings for Nmbrs. Until then import the journals from "
                "files."
            ),
        ),
        Wording(
            message=_("Nmbrs has ended SOAP, by which this connection fetches"),
            cause=_("What was fetched before stays, and can be sent."),
            remedy=_(
                "Connect by REST in the settings for Nmbrs. Until then import the journals from "
                "files."
            ),
        ),
    ),
    ProblemCode.NMBRS_NOT_REGISTERED: (
        Wording(
            message=_("This installation is not registered for Nmbrs' REST API"),
            cause=_(
                "Nmbrs admits each installation by itself, and gives it a client id, a secret and "
                "a subscription key. They are not set."
            ),
            remedy=_(
                "Register it at developer.nmbrs.com with the redirect address that tilisilta "
                "doctor prints. Then set TILISILTA_NMBRS_CLIENT_ID, TILISILTA_NMBRS_CLIENT_SECRET "
                "and TILISILTA_NMBRS_SUBSCRIPTION_KEY, and restart."
            ),
        ),
    ),
    ProblemCode.NMBRS_REGISTRATION_REFUSED: (
        Wording(
            message=_("Nmbrs does not accept the registration of this installation"),
            cause=_(
                "Client id, secret and redirect address do not go together there. Nmbrs says "
                "%(reason)s."
            ),
            remedy=_(
                "Compare them with the registration at Nmbrs, letter by letter: tilisilta doctor "
                "prints the redirect address. What was fetched stays, and no consent is lost."
            ),
        ),
        Wording(
            message=_("Nmbrs does not accept the registration of this installation"),
            cause=_("Client id, secret and redirect address do not go together there."),
            remedy=_(
                "Compare them with the registration at Nmbrs, letter by letter: tilisilta doctor "
                "prints the redirect address."
            ),
        ),
    ),
    ProblemCode.SUBSCRIPTION_KEY_REFUSED: (
        Wording(
            message=_("Nmbrs does not accept the subscription key"),
            cause=_(
                "Each call by REST carries the key of this installation beside the consent, and "
                "the one that is set is wrong or has ended."
            ),
            remedy=_(
                "Look the key up in Nmbrs' developer portal, set "
                "TILISILTA_NMBRS_SUBSCRIPTION_KEY, and restart. No new consent is needed."
            ),
        ),
    ),
    ProblemCode.CONSENT_DENIED: (
        Wording(
            message=_("No consent was given at Nmbrs"),
            cause=_("It was declined or cancelled there, so nothing was changed here."),
            remedy=_(
                "Begin again, and agree at Nmbrs with a client login or company login: the log-in "
                "of an accountant does not appear among the choices."
            ),
        ),
    ),
    ProblemCode.CONSENT_NOT_OURS: (
        Wording(
            when={"reason": "command"},
            message=_("This consent was asked for at the command line"),
            cause=_("The command that asked for it waits for the answer of Nmbrs."),
            remedy=_(
                "Copy the address of this page out of the browser, and paste it where tilisilta "
                "nmbrs add --rest asks for it. It serves once, for five minutes."
            ),
        ),
        Wording(
            message=_("This answer of Nmbrs belongs to no consent asked for here"),
            cause=_(
                "It was asked for by another user, in another browser, or before the log-in had "
                "to be repeated; or somebody sent you the address. It was not used."
            ),
            remedy=_BEGIN_AGAIN,
        ),
    ),
    ProblemCode.CONSENT_ANSWERED: (
        Wording(
            message=_("This answer of Nmbrs was taken already"),
            cause=_("The page was loaded again, or the button at Nmbrs was clicked twice."),
            remedy=_("See the settings for Nmbrs: whether the connection is there says its row."),
        ),
    ),
    ProblemCode.CONSENT_TOO_LATE: (
        Wording(
            message=_("The answer of Nmbrs came too late"),
            cause=_(
                "More than half an hour passed since the consent was asked for, or you were "
                "logged out meanwhile. It was not used."
            ),
            remedy=_BEGIN_AGAIN,
        ),
    ),
    ProblemCode.CONSENT_CODE_REFUSED: (
        Wording(
            message=_("Nmbrs does not accept the code of the consent"),
            cause=_("It serves once, within five minutes, for the one who asked for it."),
            remedy=_BEGIN_AGAIN,
        ),
    ),
    ProblemCode.CONSENT_ANSWER_LOST: (
        Wording(
            message=_("Nmbrs gave no answer when the consent was to be taken"),
            cause=_("The code that came with it serves once, and may be used up by that."),
            remedy=_BEGIN_AGAIN,
        ),
    ),
    ProblemCode.CONSENT_FAILED: (
        Wording(
            when={"reason": "invalid_scope"},
            message=_("Nmbrs does not know a scope that was asked for"),
            cause=_("The registration of this installation does not have all scopes it needs."),
            remedy=_("Have the scopes added to the registration at Nmbrs, then begin again."),
        ),
        Wording(
            message=_("Nmbrs gave an error in place of a consent"),
            cause=_("It says %(reason)s. Nothing was changed here."),
            remedy=_(
                "Begin again. If it stays so, compare the registration at Nmbrs with what "
                "tilisilta doctor prints."
            ),
        ),
        Wording(
            message=_("Nmbrs sent neither a code nor an error"),
            cause=_("The address was cut off, or was not made by Nmbrs. Nothing was changed here."),
            remedy=_BEGIN_AGAIN,
        ),
    ),
    ProblemCode.CONSENT_OTHER_DEBTORS: (
        Wording(
            message=_("The consent is for other debtors, such as %(chosen)s"),
            cause=_(
                "This connection has others, such as %(expected)s. They would be mixed, so the "
                "consent was given back and nothing was changed."
            ),
            remedy=_(
                "Give consent with the log-in that reaches the debtors of this connection, or "
                "make a connection of its own."
            ),
        ),
        Wording(
            message=_("The consent is for other debtors"),
            cause=_("It covers none of those of this connection, so nothing was changed."),
            remedy=_("Give consent with the log-in that reaches its debtors."),
        ),
    ),
}
