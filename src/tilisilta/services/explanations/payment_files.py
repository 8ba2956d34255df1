"""Words for a payment file that cannot be compared with net pay."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording, for_cases

WHICH_FILES = _("Net pay is compared with payment files of the type pain.001, as banks take them.")
CHOOSE_PAYMENT_FILE = _(
    "Choose the XML file that goes to the bank, as the payroll program made it."
)
_ADD_IT_BY_HAND = _("Add the file that goes to the bank, or tick the sum off by hand.")
MAKE_AGAIN = _("Have the payroll program make the payment file again, and choose it unchanged.")

PAYMENT_FILE_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.NO_PAYMENT_FILE: (
        *for_cases(
            ({"kind": "camt.053"}, _("The file is a bank statement, not a payment file")),
            ({"kind": "camt.054"}, _("The file is a list of bank entries, not a payment file")),
            ({"kind": "pain.002"}, _("The file is the bank's answer to a payment file")),
            ({"kind": "pain.008"}, _("The file collects money, and pays nothing")),
            ({"kind": "pdf"}, _("A PDF file is no payment file")),
            ({"kind": "html"}, _("The file is a web page, not a payment file")),
            ({"kind": "xlsx"}, _("A workbook is no payment file, or it is a packed archive")),
            cause=WHICH_FILES,
            remedy=CHOOSE_PAYMENT_FILE,
        ),
        Wording(
            when={"kind": "several"},
            message=_("The file holds several payment files"),
            cause=_("What stands in one envelope cannot be told apart for certain."),
            remedy=_("Save each payment file by itself, and choose all of them together."),
        ),
        Wording(
            message=_("The file is no payment file"),
            cause=WHICH_FILES,
            remedy=CHOOSE_PAYMENT_FILE,
        ),
    ),
    ProblemCode.PAYMENT_FILE_DAMAGED: (
        Wording(
            when={"reason": "forbidden"},
            message=_("The payment file holds something that is not allowed"),
            cause=_("For safety, files with document types or entities are not read."),
            remedy=MAKE_AGAIN,
        ),
        Wording(
            when={"reason": "too-many"},
            message=_("The payment file has too many payments"),
            cause=_("At most %(limit)s payments are read of one file."),
            remedy=_("Divide the payments into several files, and choose all of them."),
        ),
        Wording(
            message=_("The payment file is damaged"),
            cause=_("It cannot be read to its end; perhaps it was cut off or edited by hand."),
            remedy=MAKE_AGAIN,
        ),
    ),
    ProblemCode.PAYMENT_VALUE_WRONG: (
        Wording(
            when={"reason": "missing"},
            message=_("“%(element)s” is missing in the payment file"),
            cause=_("Every payment needs one amount and a day, and every file an id."),
            remedy=MAKE_AGAIN,
        ),
        Wording(
            when={"reason": "twice"},
            message=_("“%(element)s” stands twice in the payment file"),
            cause=_("Which of the two holds cannot be told."),
            remedy=MAKE_AGAIN,
        ),
        Wording(
            when={"reason": "cents"},
            message=_("“%(element)s” of the payment file is no amount to pay"),
            cause=_("An amount is above zero and has at most two decimals; nothing is rounded."),
            remedy=MAKE_AGAIN,
        ),
        Wording(
            message=_("“%(element)s” of the payment file cannot be read"),
            cause=_("It is not written as the standard says: 1234.50, 2026-06-30, EUR."),
            remedy=MAKE_AGAIN,
            details=(_("It says “%(value)s”."),),
        ),
        Wording(
            message=_("A value of the payment file cannot be read"),
            cause=_("It is not written as the standard says: 1234.50, 2026-06-30, EUR."),
            remedy=MAKE_AGAIN,
        ),
    ),
    ProblemCode.PAYMENTS_CONTRADICT: (
        Wording(
            when={"reason": "count"},
            message=_("The payment file says %(said)s payments and has %(counted)s"),
            cause=_("Its header (%(element)s) and its payments disagree; it may have been edited."),
            remedy=MAKE_AGAIN,
        ),
        Wording(
            when={"reason": "sum"},
            message=_("The payment file says it pays %(said)s, and pays %(counted)s"),
            cause=_("Its header (%(element)s) and its payments disagree; it may have been edited."),
            remedy=MAKE_AGAIN,
        ),
        Wording(
            message=_("The payment file contradicts itself"),
            cause=_("Its header and its payments disagree; it may have been edited."),
            remedy=MAKE_AGAIN,
        ),
    ),
    ProblemCode.PAYMENT_FILE_KNOWN: (
        Wording(
            message=_("The payment file stands with %(period)s already"),
            cause=_("A file with the same id was added, and each counts once."),
            remedy=_("If it belongs here, or was made again, remove the former one first."),
        ),
        Wording(
            message=_("The payment file was added already"),
            cause=_("A file with the same id was added, and each counts once."),
            remedy=_("If it belongs here, or was made again, remove the former one first."),
        ),
    ),
    ProblemCode.CANNOT_FETCH_PAYMENTS: (
        Wording(
            when={"reason": "not_in_nmbrs"},
            message=_("Nmbrs cannot be asked for payment files of %(company)s"),
            cause=_("The company is not fetched from Nmbrs, or its connection does not work."),
            remedy=_ADD_IT_BY_HAND,
        ),
        Wording(
            when={"reason": "soap"},
            message=_("Nmbrs gives payment files by REST only"),
            cause=_("The connection of %(company)s is read by SOAP, which has no call for them."),
            remedy=_("Move the connection to REST, or save the file in Nmbrs and add it here."),
        ),
        Wording(
            when={"reason": "no_run"},
            message=_("%(period)s of %(company)s has no run from Nmbrs"),
            cause=_("A payment file is that of a run, and none of the month was fetched."),
            remedy=_("Fetch the company from Nmbrs first, or add the payment file."),
        ),
        Wording(
            when={"reason": "not_ready"},
            message=_("Nmbrs is still making the payment file of %(period)s of %(company)s"),
            cause=_("It was not there in the time that is waited for it."),
            remedy=_("Try again in some minutes."),
        ),
        Wording(
            message=_("Nmbrs has no payment file of %(period)s of %(company)s"),
            cause=_("The run pays nobody, or Nmbrs makes no such files in the country."),
            remedy=_ADD_IT_BY_HAND,
        ),
    ),
    ProblemCode.CANNOT_TICK: (
        Wording(
            when={"reason": "files"},
            message=_("The net pay of the month has payment files"),
            cause=_("What is compared with a file is not ticked off by hand as well."),
            remedy=_("Nothing needs to be done. Remove the files first if they are wrong."),
        ),
        Wording(
            when={"reason": "nothing"},
            message=_("There is no net pay to tick off"),
            cause=_("No run of the month pays anything on the ledger accounts of net pay."),
            remedy=_("See that the right ledger accounts are named, and that the journal is here."),
        ),
        Wording(
            message=_("The net pay of the month is another sum by now"),
            cause=_("A journal came in, or ledger accounts were named, since the sum was shown."),
            remedy=_("Look at the new sum, and tick off that one."),
        ),
    ),
    ProblemCode.PAYMENT_FILE_REFUSED: (
        Wording(
            message=_("The payment file %(name)s cannot be compared"),
            cause=_("Each of its problems says what is wrong and on which line."),
            remedy=_("Put it right where the file comes from. No file was added."),
        ),
        Wording(
            message=_("The payment file cannot be compared"),
            cause=_("Each of its problems says what is wrong and on which line."),
            remedy=_("Put it right where the file comes from. No file was added."),
        ),
    ),
}
