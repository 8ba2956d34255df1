"""Whether a journal and its receipts balance, and the rows that clear a period (R3)."""

from collections.abc import Sequence
from decimal import Decimal

from tilisilta.domain.corrections import ZERO, JournalPart
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.receipts import Transaction

MOST_DATES_NAMED = 12


def check_balance(parts: Sequence[JournalPart], *, clearing_account: str) -> tuple[Problem, ...]:
    """Return problems for what does not sum to 0.00: the whole journal, or some of its periods.

    A journal that does not balance is wrong at its source, and a clearing account cannot repair
    it. Where only its periods do not balance, the account that the link names can clear them.
    """
    unbalanced = [part for part in parts if part.difference]
    difference = sum((part.difference for part in unbalanced), ZERO)
    if difference:
        return (_not_balanced(unbalanced, difference),)
    return tuple(_unbalanced_period(part, clearing_account) for part in unbalanced)


def needs_clearing(parts: Sequence[JournalPart]) -> bool:
    differences = [part.difference for part in parts]
    return any(differences) and not sum(differences, ZERO)


def clearing_row(part: JournalPart, *, clearing_account: str, description: str) -> Transaction:
    """Return the row that brings the receipt of ``part`` to 0.00.

    The rows of all parts of a balanced journal net to zero on the clearing account.
    """
    return Transaction(
        account=clearing_account, accounting_value=-part.difference, description=description
    )


def _not_balanced(unbalanced: Sequence[JournalPart], difference: Decimal) -> Problem:
    named = [f"{part.booking_date} {part.difference:.2f}" for part in unbalanced]
    rest = [f"+{len(named) - MOST_DATES_NAMED}"] if len(named) > MOST_DATES_NAMED else []
    return Problem(
        code=ProblemCode.NOT_BALANCED,
        screen=Screen.JOURNAL,
        booking_date=unbalanced[0].booking_date if len(unbalanced) == 1 else None,
        facts=facts(difference=difference, dates=", ".join(named[:MOST_DATES_NAMED] + rest)),
    )


def _unbalanced_period(part: JournalPart, clearing_account: str) -> Problem:
    day = part.booking_date
    period = str(BookingPeriod.containing(day))
    if not clearing_account:
        return Problem(
            code=ProblemCode.PERIOD_NOT_BALANCED,
            screen=Screen.LINK,
            booking_date=day,
            facts=facts(date=day, period=period, difference=part.difference),
        )
    return Problem(
        code=ProblemCode.CLEARING_ROWS,
        severity=Severity.WARNING,
        screen=Screen.LINK,
        booking_date=day,
        facts=facts(date=day, period=period, account=clearing_account, amount=-part.difference),
    )
