"""Which ledger accounts the net pay of a journal seems to be on, for a person to confirm."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# As the charts and payroll programs of Finland, Sweden and the Netherlands name them. A debt of
# holiday pay begins with another word: lomapalkkavelka, semesterlöneskuld.
_NAMES = re.compile(
    r"\b(?:palkkavel|palkkojen maksu|maksettavat palkat|maksettava palkka|nettopalk|palkat netto"
    r"|löneskuld|nettolön|nettolon|löneutbetalning|utbetald lön|att utbetala"
    r"|net pay|net wages|net salar|(?:wages|salaries) payable"
    r"|te betalen (?:netto|loon|lonen|salaris)|netto ?(?:loon|lonen|salaris))",
    re.IGNORECASE,
)
_USUAL_NUMBERS = ("2961", "2821", "2822", "2820")
"""Payables of wages in the charts that most companies of Finland and Sweden have."""


class ProposedBy(StrEnum):
    """Why accounts are proposed. The texts stand in answers to scripts."""

    PAYMENT_FILES = "payment_files"
    """One account is credited with exactly what the payment files pay."""
    NAME = "name"
    NUMBER = "number"
    LARGEST_CREDIT = "largest_credit"


@dataclass(frozen=True, kw_only=True)
class AccountCredit:
    """What runs credit an account with, and what it and its rows are called."""

    account: str
    name: str
    texts: tuple[str, ...]
    credit: Decimal

    @property
    def sounds_like_net_pay(self) -> bool:
        return any(_NAMES.search(text) for text in (self.name, *self.texts))


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The accounts that net pay seems to be on, and why."""

    accounts: tuple[str, ...]
    reason: ProposedBy


def propose_net_pay_accounts(
    accounts: Iterable[AccountCredit], *, paid: Decimal | None = None
) -> Proposal | None:
    """Return the accounts to propose; ``None`` where nothing is credited.

    ``paid`` is the sum of the month's payment files, if there are any.
    """
    credited = sorted(
        (one for one in accounts if one.credit > 0), key=lambda one: (-one.credit, one.account)
    )
    if not credited:
        return None
    named = [one for one in credited if one.sounds_like_net_pay]
    as_paid = [one for one in credited if one.credit == paid]
    if len(as_paid) == 1 and (not named or named == as_paid):
        return _proposal(as_paid, ProposedBy.PAYMENT_FILES)
    if named:
        return _proposal(named, ProposedBy.NAME)
    usual = [one for one in credited if one.account in _USUAL_NUMBERS]
    if usual:
        return _proposal(usual, ProposedBy.NUMBER)
    return _proposal(credited[:1], ProposedBy.LARGEST_CREDIT)


def _proposal(chosen: Sequence[AccountCredit], reason: ProposedBy) -> Proposal:
    return Proposal(accounts=tuple(sorted(one.account for one in chosen)), reason=reason)
