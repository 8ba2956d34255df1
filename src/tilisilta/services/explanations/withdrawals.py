"""Words for receipts that are taken back, and for what prevents it."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording, for_cases

WITHDRAW_AGAIN = _(
    "Withdraw the journal once more: Tilisilta looks at the receipt again and says what is "
    "possible now."
)
STILL_BOOKED = _("It is in the books still. These are Procountor's own words: %(answer)s.")
CANNOT = _("The journal %(journal)s cannot be withdrawn")

WITHDRAWAL_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.WITHDRAWAL_REFUSED: for_cases(
        (
            {"step": "unfinish"},
            _("Procountor did not make the receipt of %(date)s unfinished again"),
        ),
        ({"step": "invalidate"}, _("Procountor did not invalidate the receipt of %(date)s")),
        _("Procountor did not show the receipt of %(date)s"),
        cause=STILL_BOOKED,
        remedy=WITHDRAW_AGAIN,
    ),
    ProblemCode.NOT_AS_CONFIRMED: (
        Wording(
            message=_("The receipt of %(date)s was edited while it was withdrawn"),
            cause=_("A reversing receipt would take back other amounts than are booked by now."),
            remedy=WITHDRAW_AGAIN,
            when={"reason": "edited"},
        ),
        Wording(
            message=_("The receipt of %(date)s is gone from Procountor"),
            cause=_("Procountor does not give it any more, or no longer shows it to our user."),
            remedy=_(
                "Find out in Procountor what became of it, then withdraw the journal again. If it "
                "stays gone, settle the journal by hand with the reason."
            ),
            when={"reason": "gone"},
        ),
        Wording(
            message=_("The receipt of %(date)s has become final"),
            cause=_(
                "Its year was closed, and it got a serial number: it can only be reversed now."
            ),
            remedy=WITHDRAW_AGAIN,
            when={"reason": "final"},
        ),
    ),
    ProblemCode.JOURNAL_WITHDRAWN: (
        Wording(
            message=_("The journal is withdrawn"),
            cause=_("All that was booked of it was taken back, with a reason."),
            remedy=_("If it is to be booked after all, let it be sent again, with a reason."),
        ),
    ),
    ProblemCode.CANNOT_WITHDRAW: (
        Wording(
            message=CANNOT,
            cause=_("Nothing of it is booked."),
            remedy=_("Nothing has to be done."),
            when={"reason": "nothing"},
        ),
        Wording(
            message=CANNOT,
            cause=_("It is being sent, or it is uncertain whether a receipt is booked."),
            remedy=_("Wait until that is known, then withdraw it."),
            when={"reason": "under_way"},
        ),
        Wording(
            message=CANNOT,
            cause=_("Its link is verify only: nothing is written through it."),
            remedy=_("Take that tick from the link first, and see that its account may write."),
            when={"reason": "verify_only"},
        ),
        Wording(
            message=CANNOT,
            cause=_("Its Procountor account is not authorised."),
            remedy=_("Authorise the account again and choose the same company."),
            when={"reason": "account"},
        ),
        Wording(
            message=CANNOT,
            cause=_("Its Procountor account is authorised for another company than it was."),
            remedy=_("Authorise the account again and choose the company of the link."),
            when={"reason": "company"},
        ),
        Wording(
            message=CANNOT,
            cause=_("Nothing is written for a test company, or for a blocked debtor."),
            remedy=_("Remove that mark, if it is wrong, and withdraw the journal then."),
            when={"reason": "never_sent"},
        ),
        Wording(
            message=CANNOT,
            cause=_("Procountor does not give one of its receipts any more. Nothing was done."),
            remedy=_("Find out in Procountor what became of the receipt."),
            when={"reason": "gone"},
        ),
        Wording(
            message=CANNOT,
            cause=_(
                "The period of a receipt is closed, and no open day follows on which it could be "
                "reversed. Nothing was done."
            ),
            remedy=_("Open a period or the next fiscal year in Procountor."),
            when={"reason": "no_open_day"},
        ),
        Wording(
            message=CANNOT,
            cause=_(
                "The period of a receipt is closed, and somebody has edited it so that its rows "
                "do not balance without VAT. Nothing was done."
            ),
            remedy=_("Reverse that receipt by hand in Procountor."),
            when={"reason": "not_balanced"},
        ),
        Wording(
            message=CANNOT,
            cause=_(
                "The difference of a later revision is booked on top of it. Taken back alone, the "
                "books would hold a difference to nothing."
            ),
            remedy=_("Withdraw the later revision first, then this one."),
            when={"reason": "difference"},
        ),
        Wording(
            message=CANNOT,
            cause=_(
                "It, or a later revision of the run, is settled or marked as sent: somebody has "
                "said that the books are right as they are."
            ),
            remedy=_("Take that back first on the page of that revision, with a reason."),
            when={"reason": "settled"},
        ),
    ),
    ProblemCode.WITHDRAWAL_CHANGED: (
        Wording(
            message=_("What would become of the receipts is no longer what you looked at"),
            cause=_(
                "A receipt, or a period, of journal %(journal)s has changed in Procountor since. "
                "Nothing was done."
            ),
            remedy=_("Look at it again, and withdraw if it is right."),
        ),
    ),
    ProblemCode.NOT_WITHDRAWN: (
        Wording(
            message=_("The journal %(journal)s is not withdrawn"),
            cause=_("Only what was taken back as a whole may be sent again."),
            remedy=_("Withdraw it first, if what is booked is wrong."),
        ),
    ),
}
