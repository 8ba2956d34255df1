"""Words for a value in a file that cannot be read: an amount, a date, a period, a text."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

CORRECT_AND_IMPORT = _("Correct the line where the file comes from, and import it again.")
FILL_AND_IMPORT = _(
    "Fill it on every line of the file, also where it is that of the line above, and import the "
    "file again."
)
AMOUNTS_ARE = _("Amounts are written in digits, as 1234.50 or 1234,50.")
DATES_ARE = _("Dates are written as 2026-01-31 or 31.1.2026.")
PLAIN_AND_IMPORT = _(
    "Correct it in the file, or format the column as a plain number there, and import it again."
)
PERIODS_ARE = _("Periods are months, written as 2026-01 or 1/2026.")
PLACE = (_("It stands in column “%(column)s”."), _("It stands in element “%(element)s”."))

VALUE_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.AMOUNT_UNREADABLE: (
        Wording(
            when={"reason": "empty"},
            message=_("A line has no amount"),
            cause=_("A line without an amount is not left out, as it may have lost it."),
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            when={"reason": "ambiguous"},
            message=_("The amount %(value)s can mean two things"),
            cause=_("Nothing in the file tells whether its comma or point divides off the cents."),
            details=PLACE,
            remedy=_("Save the amounts with two decimals, and import the file again."),
        ),
        Wording(
            when={"reason": "mixed"},
            message=_("The amount %(value)s is written unlike the others"),
            cause=_("The file uses both comma and point for the cents."),
            details=PLACE,
            remedy=_("Save all amounts in the same way, and import the file again."),
        ),
        Wording(
            when={"reason": "too-large"},
            message=_("The amount %(value)s is too large"),
            cause=_("No payroll journal has amounts like this; perhaps a decimal sign is missing."),
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            when={"reason": "scale"},
            message=_("The file says that its amounts are in thousands or in cents"),
            cause=_("They are booked as they stand in the file; nothing is multiplied."),
            details=PLACE,
            remedy=_("Save the file with amounts in whole units and cents, as 1234.50."),
        ),
        Wording(
            message=_("“%(value)s” is not an amount"),
            cause=AMOUNTS_ARE,
            details=PLACE,
            remedy=PLAIN_AND_IMPORT,
        ),
        Wording(
            message=_("An amount cannot be read"),
            cause=AMOUNTS_ARE,
            details=PLACE,
            remedy=PLAIN_AND_IMPORT,
        ),
    ),
    ProblemCode.AMOUNT_TOO_PRECISE: (
        Wording(
            message=_("The amount %(value)s has more than two decimals"),
            cause=_("Amounts are booked in whole cents, and Tilisilta never rounds."),
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.DEBIT_CREDIT_UNCLEAR: (
        Wording(
            when={"reason": "both"},
            message=_("A line has both a debit and a credit"),
            cause=_("A line is booked on one side only."),
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            when={"reason": "neither"},
            message=_("A line has neither a debit nor a credit"),
            cause=_("A line without an amount is not left out, as it may have lost it."),
            remedy=_("Fill in its amount, or delete the line if it is none, and import the file."),
        ),
        Wording(
            when={"reason": "empty"},
            message=_("A line does not say whether it is debit or credit"),
            cause=_("The value that says it is empty."),
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            when={"reason": "minus"},
            message=_("Credits carry a minus and are called credits besides"),
            cause=_(
                "Read as they stand they are debits, and the journal does not balance. Of its "
                "amounts %(count)s are marked so."
            ),
            remedy=_(
                "Take the minus away from the credits in the file, or put all amounts into one "
                "column with their signs, and import it again."
            ),
        ),
        Wording(
            message=_("It is unclear whether an amount is debit or credit"),
            cause=_("The line says neither or both, or in a word that is not known."),
            details=PLACE,
            remedy=_(
                "Write D or K there, or debit and credit, or leave the column out where the "
                "amounts have signs; and import the file again."
            ),
        ),
    ),
    ProblemCode.DATE_UNREADABLE: (
        Wording(
            when={"reason": "empty"},
            message=_("A line has no date"),
            cause=_("Without a date or a period it cannot be told when to book it."),
            details=PLACE,
            remedy=FILL_AND_IMPORT,
        ),
        Wording(
            when={"reason": "ambiguous"},
            message=_("The date %(value)s can mean two days"),
            cause=_("Nothing in the file tells whether the day or the month comes first."),
            details=PLACE,
            remedy=_("Save the dates as 2026-01-31, and import the file again."),
        ),
        Wording(
            when={"reason": "mixed"},
            message=_("The date %(value)s is written unlike the others"),
            cause=_("In some dates of the file the day comes first, in others the month."),
            details=PLACE,
            remedy=_("Save the dates as 2026-01-31, and import the file again."),
        ),
        Wording(
            when={"reason": "no-year"},
            message=_("The date %(value)s has no year of four digits"),
            cause=_("No year is guessed, as December may be booked in January."),
            details=PLACE,
            remedy=_("Save the dates as 2026-01-31, and import the file again."),
        ),
        Wording(
            when={"reason": "serial"},
            message=_("%(value)s is how a spreadsheet counts days, not a date"),
            cause=_("The column was saved as a number, and its first day differs by program."),
            details=PLACE,
            remedy=_("Format the column as a date in the spreadsheet, and save the file again."),
        ),
        Wording(
            message=_("“%(value)s” is not a date"),
            cause=DATES_ARE,
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("A date cannot be read"),
            cause=DATES_ARE,
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.PERIOD_UNREADABLE: (
        Wording(
            when={"reason": "empty"},
            message=_("A line has no period"),
            cause=_("Without a date or a period it cannot be told when to book it."),
            details=PLACE,
            remedy=FILL_AND_IMPORT,
        ),
        Wording(
            when={"reason": "mixed"},
            message=_("The period %(value)s and the year of the line differ"),
            cause=_("The line names two years, and it cannot be told which of them counts."),
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("“%(value)s” is not a period"),
            cause=PERIODS_ARE,
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("A period cannot be read"),
            cause=PERIODS_ARE,
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.ACCOUNT_MISSING: (
        Wording(
            when={"reason": "sum"},
            message=_("A row of sums stands among the lines"),
            cause=_("It adds up lines that are there already, and would book them twice."),
            details=PLACE,
            remedy=_("Delete the row from the file, and import it again."),
        ),
        Wording(
            when={"reason": "balance"},
            message=_("An opening or closing balance stands among the lines"),
            cause=_("It says what was on the account before or after, and is no part of the run."),
            details=PLACE,
            remedy=_("Delete the row from the file, and import it again."),
        ),
        Wording(
            message=_("A line has no ledger account"),
            cause=_(
                "Every amount needs the ledger account it is booked on. Column “%(column)s” is "
                "empty there, and a line never takes the account of the line above it."
            ),
            remedy=_(
                "Fill the column on every line of the file, delete rows of sums, and import the "
                "file again."
            ),
        ),
        Wording(
            message=_("A line has no ledger account"),
            cause=_("Every amount needs the ledger account it is booked on."),
            details=PLACE,
            remedy=_(
                "Give the wage component a ledger account in Nmbrs, and get the journal again."
            ),
        ),
    ),
    ProblemCode.TEXT_TOO_LONG: (
        Wording(
            message=_("A text is longer than %(limit)s characters"),
            cause=_("No text is cut off to fit."),
            details=PLACE,
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.MINUS_AND_SIDE: (
        Wording(
            message=_("The file marks one side twice: by its column or letter, and by a minus"),
            cause=_(
                "All %(count)s amounts of that side carry the minus. It was left out, and the "
                "journal balances to the cent."
            ),
            remedy=_("Nothing needs to be done, if the preview shows the sides as they should be."),
        ),
    ),
    ProblemCode.CURRENCY_UNKNOWN: (
        Wording(
            message=_("“%(value)s” is not a currency"),
            cause=_("Currencies are read as their code, EUR or SEK, as a sign, € or $, or a word."),
            details=PLACE,
            remedy=_("Write the code of the currency into the file, as EUR, and import it again."),
        ),
        Wording(
            message=_("A currency cannot be read"),
            cause=_("Currencies are read as their code, EUR or SEK, as a sign, € or $, or a word."),
            details=PLACE,
            remedy=_("Write the code of the currency into the file, as EUR, and import it again."),
        ),
    ),
}
