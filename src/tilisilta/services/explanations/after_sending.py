"""Words for a run that changed after sending: its difference, and what a person says of it."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

CANNOT_BOOK = _("The difference of journal %(journal)s cannot be booked")
CANNOT_SETTLE = _("Journal %(journal)s cannot be settled")
SETTLE_INSTEAD = _(
    "Put the books right in Procountor if that is needed, and settle the journal by hand with the "
    "reason."
)

AFTER_SENDING_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.JOURNAL_SETTLED: (
        Wording(
            message=_("Nothing of this journal is left to be sent"),
            cause=_("Somebody has settled it or marked it as sent, with a reason."),
            remedy=_("If that is wrong, take it back with a reason. Then it is checked again."),
        ),
    ),
    ProblemCode.DIFFERENCE_OUTDATED: (
        Wording(
            message=_("The difference of %(date)s was not booked"),
            cause=_(
                "A receipt that it builds on was edited, invalidated or removed in Procountor "
                "since somebody looked at it. Both together would not be the payroll of the run."
            ),
            remedy=_("Look at the difference again, and book it if it is right."),
        ),
    ),
    ProblemCode.NO_DIFFERENCE: (
        Wording(
            message=CANNOT_BOOK,
            cause=_("Its run was not changed after sending, or it is not the newest revision."),
            remedy=_("Open the newest revision of the run: its page says what can be done."),
            when={"reason": "not_changed"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_("The run was deleted in Nmbrs, so that there is nothing that it should book."),
            remedy=_("Withdraw what was sent, or settle the journal by hand with the reason."),
            when={"reason": "deleted"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_("A receipt of the run is being sent, or it is uncertain whether it is booked."),
            remedy=_("Wait until that is known, then book the difference."),
            when={"reason": "under_way"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_("An earlier revision of the run is being withdrawn, or that was stopped."),
            remedy=_("Finish that withdrawal. Then this journal is sent as a whole."),
            when={"reason": "going_back"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_(
                "An earlier revision was settled by hand or marked as sent. What was booked for it "
                "is not known here, so a difference could book it twice."
            ),
            remedy=_(
                "Settle this journal by hand as well. Or, if nothing was booked by hand, take the "
                "earlier settlement back first."
            ),
            when={"reason": "settled"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_("Procountor does not give receipt %(numbers)s of the run any more."),
            remedy=SETTLE_INSTEAD,
            when={"reason": "gone"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_(
                "Somebody has edited receipt %(numbers)s so that its rows do not balance without "
                "VAT. A difference to it would not balance either."
            ),
            remedy=_(
                "Put that receipt right in Procountor, then book the difference. Or settle the "
                "journal by hand with the reason."
            ),
            when={"reason": "not_balanced"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_("Its Procountor account is authorised for another company than it was."),
            remedy=_("Authorise the account again and choose the company of the link."),
            when={"reason": "company"},
        ),
        Wording(
            message=CANNOT_BOOK,
            cause=_("Something stops it. What that is stands beside it."),
            remedy=_("Put that right and book the difference then."),
            when={"reason": "problems"},
        ),
    ),
    ProblemCode.DIFFERENCE_CHANGED: (
        Wording(
            message=_("What would be booked is no longer what you looked at"),
            cause=_(
                "A receipt, the link or a period of journal %(journal)s has changed since. Nothing "
                "was booked."
            ),
            remedy=_("Look at the difference again, and book it if it is right."),
        ),
    ),
    ProblemCode.CANNOT_SETTLE: (
        Wording(
            message=CANNOT_SETTLE,
            cause=_("Its run was neither changed nor deleted after it was sent."),
            remedy=_(
                "If it was booked another way, mark it as sent. If what is booked is wrong, "
                "withdraw it."
            ),
            when={"reason": "not_changed"},
        ),
        Wording(
            message=_("Journal %(journal)s cannot be marked as sent"),
            cause=_(
                "Only a journal that waits to be sent can: this one is sent, replaced, changed "
                "after sending, or never sent anyway."
            ),
            remedy=_("Its page says what can be done with it."),
            when={"reason": "not_markable"},
        ),
        Wording(
            message=CANNOT_SETTLE,
            cause=_("A receipt of the run is on its way into the books or out of them."),
            remedy=_("Wait until that is done, or answer what is asked about the receipt."),
            when={"reason": "under_way"},
        ),
    ),
    ProblemCode.NOT_SETTLED: (
        Wording(
            message=_("That journal %(journal)s is settled cannot be taken back"),
            cause=_("A later revision of the run was booked or settled since, and builds on it."),
            remedy=_("Withdraw the later revision first, or take back what was said of it."),
            when={"reason": "booked_since"},
        ),
        Wording(
            message=_("Journal %(journal)s is not settled, and not marked as sent"),
            cause=_("Nobody has said so, or it was taken back already."),
            remedy=_("Nothing has to be done."),
        ),
    ),
}
