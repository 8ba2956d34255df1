"""Whether a journal may have its debits and credits exchanged."""

import re
from collections.abc import Iterable, Mapping

from tilisilta.domain.corrections import total
from tilisilta.domain.journals import BookingPeriod, JournalLine
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.tallies import facts_of_lines

COST_ACCOUNTS = tuple("345678")
"""First digits of cost accounts in Finland and Sweden."""

# Texts of intended credits of a cost account: a correction or reversal, a change of the holiday pay
# liability, a benefit in kind, a refund. In English, Swedish, Finnish and Dutch.
_MEANT_AS_CREDIT = re.compile(
    r"correct|revers|refund|reimburs|cancel|adjust|accru|storno|credit note"
    r"|holiday|vacation|benefit"
    r"|rättel|korriger|korrektion|återför|återbetal|justering|makuler|annuller|förmån|ersättning"
    r"|semester(?:löne)?skuld|upplup|reserver"
    r"|korja|oikais|oikaisu|peruut|palautu|hyvity|purku|puretaan|jaksot|mitätö|lomapalkkavel"
    r"|lomapalkkavar|lomapalkkajaks|velan muutos|luontois|vastatili|korvaus|päiväraha"
    r"|correctie|terugboek|storner|teruggaaf|vakantie|bijtelling",
    re.IGNORECASE,
)


def check_signs(
    lines: Iterable[JournalLine], *, account_codes: Mapping[str, str], run_description: str = ""
) -> tuple[Problem, ...]:
    """Warn if the cost accounts of a run sum up to a credit, as if its signs were reversed.

    Only lines of the run's own month count, without those whose text says that they are a
    correction or another intended credit. ``account_codes`` are Procountor's accounts.
    """
    costs = [
        line
        for line in _of_last_month(tuple(lines))
        if account_codes.get(line.ledger_account, line.ledger_account).startswith(COST_ACCOUNTS)
        and not _MEANT_AS_CREDIT.search(line.description)
    ]
    amount = total(costs)
    if amount >= 0 or _MEANT_AS_CREDIT.search(run_description):
        return ()
    credit_lines = [line.position for line in costs if line.amount < 0]
    return (
        Problem(
            code=ProblemCode.SIGNS_PERHAPS_REVERSED,
            severity=Severity.WARNING,
            screen=Screen.FILE,
            line=min(credit_lines),
            facts=facts(amount=amount) + facts_of_lines(credit_lines),
        ),
    )


def _of_last_month(lines: tuple[JournalLine, ...]) -> Iterable[JournalLine]:
    if not lines:
        return ()
    last = BookingPeriod.containing(max(line.booking_date for line in lines))
    return (line for line in lines if BookingPeriod.containing(line.booking_date) == last)
