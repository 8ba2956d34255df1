"""Words for periods, balance, amounts, currency, VAT and texts of the receipts."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording, for_cases

OPEN_PERIOD = _(
    "Open the period in Procountor, or choose in the link to book on the first open day after it."
)

REMOVE_CODE = _(
    "Remove it where it comes from: a line's text or a cost center in Nmbrs, the receipt title in "
    "the link. Then get the journal again."
)

RECEIPT_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.PERIOD_CLOSED: (
        Wording(
            when={"reason": "tracking-period"},
            message=_("%(date)s lies in a closed period"),
            cause=_("The tracking period of this date is closed in Procountor."),
            remedy=OPEN_PERIOD,
        ),
        Wording(
            when={"reason": "fiscal-year"},
            message=_("%(date)s lies in a closed fiscal year"),
            cause=_("The fiscal year of this date is closed in Procountor."),
            remedy=OPEN_PERIOD,
        ),
        Wording(
            when={"reason": "no-fiscal-year"},
            message=_("Procountor has no fiscal year for %(date)s"),
            cause=_("Nothing can be booked on a date that lies in no fiscal year."),
            remedy=_("Open the fiscal year in Procountor and check the journal again."),
        ),
    ),
    ProblemCode.MOVED_TO_OPEN_DAY: (
        Wording(
            message=_("What belongs to %(date)s is booked on %(moved_to)s"),
            cause=_(
                "%(date)s cannot be booked on in Procountor, and the link says to book on the "
                "first open day after it. The receipt's notes name the original period."
            ),
            remedy=_(
                "Nothing needs to be done. To book on the original date, open its period in "
                "Procountor before sending and check the journal again."
            ),
        ),
    ),
    ProblemCode.NOT_BALANCED: (
        Wording(
            message=_("The journal does not balance: %(difference)s"),
            cause=_("Debits less credits should be 0.00. The difference lies in: %(dates)s."),
            remedy=_(
                "Correct it where it comes from, and get it again: in the file, or the run or its "
                "journal settings in Nmbrs."
            ),
        ),
    ),
    ProblemCode.PERIOD_NOT_BALANCED: (
        Wording(
            message=_("The receipt of %(date)s does not balance: %(difference)s"),
            cause=_(
                "The journal as a whole balances, but the lines of %(period)s do not, and "
                "Procountor takes only receipts that balance."
            ),
            remedy=_(
                "Name a clearing account in the link; it balances each receipt and comes to 0.00 "
                "over the journal. Or correct the journal where it comes from and get it again."
            ),
        ),
    ),
    ProblemCode.CLEARING_ROWS: (
        Wording(
            message=_("The receipt of %(date)s gets a row of %(amount)s on %(account)s"),
            cause=_(
                "The lines of %(period)s do not balance alone. The clearing account of the link "
                "balances them, and comes to 0.00 over the journal."
            ),
            remedy=_("Nothing needs to be done. The row stands last on the receipt."),
        ),
    ),
    ProblemCode.ZERO_LINES: (
        Wording(
            when={"reason": "zero"},
            message=_("Lines of 0.00 are left out"),
            cause=_("A row of 0.00 books nothing."),
            remedy=_("Nothing needs to be done. The sums are the same without them."),
        ),
        Wording(
            when={"reason": "cancelled"},
            message=_("Lines that cancel each other out are left out"),
            cause=_("The link sums equal lines. These come to 0.00, and such a row books nothing."),
            remedy=_("Nothing needs to be done. The sums are the same without them."),
        ),
    ),
    ProblemCode.NOTHING_TO_BOOK: (
        Wording(
            message=_("The journal has nothing to book"),
            cause=_("It has no lines, or only lines of 0.00."),
            remedy=_(
                "Nothing needs to be sent. If there should be amounts, get the journal again."
            ),
        ),
    ),
    ProblemCode.CURRENCY_DIFFERS: (
        Wording(
            message=_(
                "The journal is in %(currency)s, the company's books are in another currency"
            ),
            cause=_("The company in Procountor keeps its books in %(company_currency)s."),
            remedy=_(
                "Check that the link leads to the right company. Tilisilta never converts amounts."
            ),
        ),
    ),
    ProblemCode.VAT_STATUS_MISSING: (
        Wording(
            message=_("VAT status %(vat_status)s is not in use in Procountor"),
            cause=_("Payroll rows are booked with the status “no VAT handling”."),
            remedy=_("Take the status into use for purchases in the company's VAT settings."),
        ),
    ),
    ProblemCode.CHARACTERS_REPLACED: (
        Wording(
            message=_("Characters that Procountor cannot keep are replaced"),
            cause=_("It keeps only the characters of Western Europe: %(characters)s."),
            remedy=_("Nothing needs to be done. The preview shows the texts as they are sent."),
        ),
    ),
    ProblemCode.TEXT_SHORTENED: (
        Wording(
            when={"field": "description"},
            message=_("A description is shortened to %(limit)s characters"),
            cause=_("Procountor keeps no more than that in a row."),
            remedy=_("Nothing needs to be done. The preview shows the texts as they are sent."),
        ),
        Wording(
            when={"field": "name"},
            message=_("The receipt's name is shortened to %(limit)s characters"),
            cause=_("Procountor keeps no more than that beside the token that ends the name."),
            remedy=_("Choose a shorter receipt title in the link if the whole name matters."),
        ),
    ),
    ProblemCode.PERSONAL_IDENTITY_CODE: for_cases(
        ({"kind": "fi"}, _("A text holds a Finnish personal identity code")),
        ({"kind": "se"}, _("A text holds a Swedish personal identity number")),
        cause=_("Personal identity codes must not reach the books; nothing repeats it here."),
        remedy=REMOVE_CODE,
    ),
}
