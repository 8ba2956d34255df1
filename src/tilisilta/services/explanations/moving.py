"""Words for comparing what SOAP and REST give, and for switching between them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

_NOT_COMPARED = _("SOAP and REST cannot be compared")
_NOT_SWITCHED = _("The connection cannot be switched yet")
_NOT_BACK = _("The connection cannot be switched")
_COMPARE_AGAIN = _("Compare again, on the page of the connection or with tilisilta nmbrs compare.")
_CONSENT = _("Give consent on the page of the connection, or with tilisilta nmbrs add --rest.")


def _for(message: Promise, reason: str, cause: Promise, remedy: Promise) -> Wording:
    return Wording(when={"reason": reason}, message=message, cause=cause, remedy=remedy)


MOVING_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.CANNOT_COMPARE: (
        _for(
            _NOT_COMPARED,
            "removed",
            _("The connection is removed."),
            _("Connect it again in the settings for Nmbrs."),
        ),
        _for(
            _NOT_COMPARED,
            "by_rest",
            _("The connection fetches by REST already."),
            _("There is nothing to compare any more."),
        ),
        _for(
            _NOT_COMPARED,
            "soap_ended",
            _("Nmbrs has ended SOAP, so that there is nothing to compare with."),
            _("Switch to REST. What was sent is recognised, and nothing is sent without a person."),
        ),
        _for(_NOT_COMPARED, "no_consent", _("There is no consent to read by REST yet."), _CONSENT),
        _for(
            _NOT_COMPARED,
            "consent",
            _("The consent to read by REST does not work."),
            _("See the page of the connection for what is wrong with it, then compare again."),
        ),
        _for(
            _NOT_COMPARED,
            "soap_refused",
            _("Nmbrs refuses the user and token by which this connection reads SOAP."),
            _("Give it another token in the settings for Nmbrs, then compare again."),
        ),
        _for(
            _NOT_COMPARED,
            "nothing",
            _("Nothing has been fetched by this connection yet."),
            _("Fetch from Nmbrs first, then compare."),
        ),
        Wording(
            message=_NOT_COMPARED,
            cause=_("One of the two cannot be read."),
            remedy=_("See the page of the connection."),
        ),
    ),
    ProblemCode.CANNOT_SWITCH: (
        _for(
            _NOT_BACK,
            "removed",
            _("The connection is removed."),
            _("Connect it again in the settings for Nmbrs."),
        ),
        _for(
            _NOT_BACK,
            "by_rest",
            _("The connection fetches by REST already."),
            _("There is nothing to switch."),
        ),
        _for(_NOT_SWITCHED, "no_consent", _("There is no consent to read by REST yet."), _CONSENT),
        _for(
            _NOT_SWITCHED,
            "consent",
            _("The consent to read by REST does not work."),
            _("See the page of the connection for what is wrong with it."),
        ),
        _for(
            _NOT_SWITCHED,
            "never",
            _("What both ways give has not been compared."),
            _("Compare first, on the page of the connection or with tilisilta nmbrs compare."),
        ),
        _for(
            _NOT_SWITCHED,
            "under_way",
            _("Both ways are being compared just now."),
            _("Wait until every company is compared."),
        ),
        _for(
            _NOT_SWITCHED,
            "open",
            _("Companies that are not equal by both ways: %(count)s."),
            _(
                "Look at each difference. Compare again once it is put right, or accept it with a "
                "reason."
            ),
        ),
        _for(
            _NOT_SWITCHED,
            "new",
            _("Companies that came after the comparison: %(count)s."),
            _COMPARE_AGAIN,
        ),
        _for(
            _NOT_SWITCHED,
            "consent_newer",
            _("Consent was given anew after the comparison, and may reach other debtors."),
            _COMPARE_AGAIN,
        ),
        _for(
            _NOT_SWITCHED,
            "old",
            _("The comparison is more than two weeks old."),
            _COMPARE_AGAIN,
        ),
        _for(
            _NOT_SWITCHED,
            "uncovered",
            _("Companies that were equal, and that the consent no longer reaches: %(count)s."),
            _(
                "Get their debtors into the consent again, as the page of the connection says, "
                "then compare again."
            ),
        ),
        _for(
            _NOT_BACK,
            "soap_ended",
            _("Nmbrs has ended SOAP."),
            _("Stay with REST. Journals can also be imported from files."),
        ),
        _for(
            _NOT_BACK,
            "no_token",
            _("The connection was made by REST, and has no token for SOAP."),
            _("Stay with REST: it is the way that remains."),
        ),
        _for(
            _("The difference was not accepted"),
            "no_reason",
            _("There is no reason, which the audit log keeps."),
            _("Give a reason in a few words."),
        ),
        Wording(
            message=_NOT_SWITCHED,
            cause=_("What both ways give was not found to be equal."),
            remedy=_COMPARE_AGAIN,
        ),
    ),
}
