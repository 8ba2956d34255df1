"""Words for what stands in the way of signing a month, or of its archive."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

CLOSING_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.CANNOT_SIGN: (
        Wording(
            when={"reason": "not_compared"},
            message=_("%(period)s of %(company)s was not compared with the ledger"),
            cause=_("What is signed is the comparison as it is now, and there is none."),
            remedy=_("Compare the month, and then sign it."),
        ),
        Wording(
            when={"reason": "not_seen"},
            message=_("%(period)s of %(company)s was compared again in the meantime"),
            cause=_("The comparison has another result than the one that was on the page."),
            remedy=_("Look at the month as it is now, and then sign it."),
        ),
        Wording(
            when={"reason": "different"},
            message=_("%(period)s of %(company)s differs from the ledger"),
            cause=_("A difference is signed only with the reason for it."),
            remedy=_("Put the books right and compare again, or give the reason."),
        ),
        Wording(
            when={"reason": "net_pay"},
            message=_("Of %(period)s of %(company)s something else is paid than payroll says"),
            cause=_("Net pay that differs is signed only with the reason for it."),
            remedy=_("Add the right payment files or tick it off anew, or give the reason."),
        ),
        Wording(
            when={"reason": "net_pay_open"},
            message=_("The net pay of %(period)s of %(company)s is not proven"),
            cause=_("There is no payment file, and nobody has ticked it off as paid."),
            remedy=_("Add the payment file or tick it off as paid, or give the reason."),
        ),
        Wording(
            when={"reason": "sender"},
            message=_("%(period)s of %(company)s must be signed by a second person"),
            cause=_(
                "You have sent a journal of it, and by your user template who sent cannot sign."
            ),
            remedy=_("Ask the person responsible or their stand-in to sign it."),
        ),
        Wording(
            when={"reason": "not_signed"},
            message=_("%(period)s of %(company)s is not signed"),
            cause=_("There is no signature that could be taken back."),
            remedy=_("Nothing has to be done."),
        ),
        Wording(
            when={"reason": "no_reason"},
            message=_("The signature below %(period)s of %(company)s stays"),
            cause=_("A signature is taken back only with a reason."),
            remedy=_("Give the reason."),
        ),
        Wording(
            message=_("%(period)s of %(company)s cannot be signed yet"),
            cause=_("There is no run, or one of its journals is not booked."),
            remedy=_("Send what is to be sent, compare the month, and then sign it."),
        ),
    ),
    ProblemCode.NOTHING_TO_ARCHIVE: (
        Wording(
            message=_("%(period)s of %(company)s has nothing to archive"),
            cause=_("No run, no signature and no payment file of that month is here."),
            remedy=_("Check the month; if a run is missing, fetch or import it first."),
        ),
    ),
}
