"""What the page of a month shows of net pay, made ready for its template."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.net_pay import NetPayFinding, NetPayLine, NetPayState
from tilisilta.domain.net_pay_accounts import AccountCredit
from tilisilta.models import Area, Company, PaymentFile, ReconciledMonth, Right, User
from tilisilta.services.asked_payments import fetchable_ids, is_asked_for
from tilisilta.services.verifying.net_pay import NetPayMonth, net_pay_of
from tilisilta.services.verifying.words import NET_PAY_FINDINGS, PROPOSED_BY


@dataclass(frozen=True, kw_only=True)
class NetPayRow:
    """Runs beside the files that pay them; ``journals`` are references with their ids."""

    journals: tuple[tuple[str, int], ...]
    files: tuple[PaymentFile, ...]
    days: tuple[date, ...]
    line: NetPayLine

    @property
    def more(self) -> Decimal:
        """Return what the files pay more; zero where they pay less."""
        return max(self.line.difference, ZERO)

    @property
    def less(self) -> Decimal:
        return max(-self.line.difference, ZERO)


@dataclass(frozen=True, kw_only=True)
class AccountChoice:
    """An account that may be one of net pay."""

    account: str
    name: str
    credit: Decimal
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class NetPayPage:
    """The net pay of a month. ``ledger`` is what its accounts have there, if it was compared.

    ``may_change`` and ``may_name`` say what the reader has the rights for, and ``may_fetch`` that
    Nmbrs can be asked for payment files as well.
    """

    month: NetPayMonth
    rows: tuple[NetPayRow, ...]
    findings: tuple[Promise, ...]
    proposed_by: Promise | str
    choices: tuple[AccountChoice, ...]
    ledger: Decimal | None
    may_change: bool
    may_name: bool
    may_fetch: bool
    is_fetching: bool

    @property
    def state(self) -> NetPayState:
        return self.month.comparison.state

    @property
    def accounts(self) -> str:
        return ", ".join(self.month.accounts)

    @property
    def whole(self) -> NetPayLine:
        return self.month.comparison.whole

    @property
    def currency(self) -> str:
        return self.month.comparison.currency

    @property
    def can_be_ticked(self) -> bool:
        return self.may_change and self.state in {NetPayState.OPEN, NetPayState.CHANGED}


def net_pay_page(
    company: Company, first: date, result: ReconciledMonth | None, *, user: User
) -> NetPayPage:
    """Return the net pay of the month that begins with ``first``, for ``user``.

    ``result`` is that month as it was last compared with the ledger.
    """
    month = net_pay_of(company, BookingPeriod.containing(first))
    findings = month.comparison.findings
    may_change = user.can(Right.WRITE, Area.JOURNAL_EXPORTS)
    return NetPayPage(
        month=month,
        rows=tuple(_row(one, month) for one in month.comparison.lines),
        findings=tuple(NET_PAY_FINDINGS[one] for one in NetPayFinding if one in findings),
        proposed_by=PROPOSED_BY[month.proposal.reason] if month.proposal is not None else "",
        choices=_choices(month),
        ledger=_ledger(result, month.accounts),
        may_change=may_change,
        may_fetch=may_change and bool(fetchable_ids([company.pk])),
        is_fetching=is_asked_for(company, first),
        may_name=month.link is not None and user.can(Right.WRITE, Area.PROCOUNTOR),
    )


def _row(line: NetPayLine, month: NetPayMonth) -> NetPayRow:
    return NetPayRow(
        journals=tuple((run.journal, month.journal_ids[run.journal]) for run in line.runs),
        files=tuple(month.file_of(one.message_digest) for one in line.messages),
        days=tuple(sorted({day for one in line.messages for day in one.days})),
        line=line,
    )


def _choices(month: NetPayMonth) -> tuple[AccountChoice, ...]:
    """Return the accounts to choose from: those credited, and those named before."""
    credited = {one.account: one for one in month.credits}
    none = AccountCredit(account="", name="", texts=(), credit=ZERO)
    return tuple(
        AccountChoice(
            account=account,
            name=credited.get(account, none).name,
            credit=credited.get(account, none).credit,
            is_chosen=account in month.accounts,
        )
        for account in sorted(credited.keys() | set(month.accounts))
    )


def _ledger(result: ReconciledMonth | None, accounts: tuple[str, ...]) -> Decimal | None:
    """Return what the ledger had on the accounts of net pay when it was last compared."""
    if result is None:
        return None
    return -sum(
        (
            Decimal(one["ledger"])
            for one in result.document["accounts"]
            if one["account"] in accounts
        ),
        ZERO,
    )
