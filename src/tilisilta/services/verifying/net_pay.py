"""The net pay of a company's month beside its payment files."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.net_pay import NetPayComparison, RunNetPay, compare_net_pay
from tilisilta.domain.net_pay_accounts import AccountCredit, Proposal, propose_net_pay_accounts
from tilisilta.models import Company, Journal, JournalLine, Link, PaidByHand, PaymentFile
from tilisilta.services.procountor.administrations import known_administration
from tilisilta.services.verifying.parts import is_due, newest_journals

_MOST_TEXTS = 2000
"""Of the rows' descriptions; a file with a row for each person has as many as people."""


@dataclass(frozen=True, kw_only=True)
class NetPayMonth:
    """The net pay of a month, and where each figure comes from.

    ``accounts`` are those of ``link``, or else of the ``proposal`` while nobody has named them.
    ``credits`` are all accounts that the month credits, to choose from.
    """

    company: Company
    month: BookingPeriod
    link: Link | None
    accounts: tuple[str, ...]
    proposal: Proposal | None
    credits: tuple[AccountCredit, ...]
    comparison: NetPayComparison
    files: tuple[PaymentFile, ...]
    tick: PaidByHand | None
    journal_ids: Mapping[str, int]

    @property
    def is_proposed(self) -> bool:
        return self.proposal is not None

    def file_of(self, message_digest: str) -> PaymentFile:
        return next(one for one in self.files if one.message_digest == message_digest)


@dataclass(frozen=True, kw_only=True)
class _AccountSum:
    """What one journal books on one ledger account, by its code in Procountor."""

    journal_id: int
    account: str
    amount: Decimal
    credit_rows: int


def net_pay_of(company: Company, month: BookingPeriod) -> NetPayMonth:
    """Return the net pay of ``month``, as the newest journals of its runs have it."""
    link = Link.objects.booking(month, company_id=company.pk)
    journals = [
        one
        for one in newest_journals(company, [month])
        if one.booking_period == month and not one.is_deleted_at_source
        if link is None or is_due(one, link)
    ]
    files = tuple(PaymentFile.objects.filter(company=company, month=month.first_day))
    tick = PaidByHand.objects.filter(company=company, month=month.first_day).first()
    codes = (
        dict(link.account_mappings.values_list("journal_account", "procountor_account_code"))
        if link
        else {}
    )
    sums = _sums(journals, codes)
    currency = _currency(journals, files)
    named = link.named_net_pay_accounts if link is not None else ()
    # What the rows are called only helps to propose accounts.
    texts = {} if named else _texts(journals, codes)
    credited = _credits(sums, texts, _names(link))
    messages = [one.message() for one in files]
    paid = sum((one.amount_in(currency) for one in messages), ZERO) if messages else None
    proposal = None if named else propose_net_pay_accounts(credited, paid=paid)
    accounts = named or (proposal.accounts if proposal is not None else ())
    return NetPayMonth(
        company=company,
        month=month,
        link=link,
        accounts=accounts,
        proposal=proposal,
        credits=credited,
        comparison=compare_net_pay(
            month,
            [_run(one, sums, accounts) for one in journals],
            messages,
            currency=currency,
            ticked=tick.amount if tick is not None else None,
        ),
        files=files,
        tick=tick,
        journal_ids={one.reference: one.pk for one in journals},
    )


def _sums(journals: Iterable[Journal], codes: Mapping[str, str]) -> tuple[_AccountSum, ...]:
    lines = JournalLine.objects.filter(journal__in=[one.pk for one in journals]).order_by()
    sums = lines.values_list("journal_id", "ledger_account").annotate(
        total=Sum("amount"), credit_rows=Count("pk", filter=Q(amount__lt=0))
    )
    return tuple(
        _AccountSum(
            journal_id=journal_id,
            account=codes.get(account, account),
            # SQLite sums in floating point, exact to far more than a cent.
            amount=Decimal(amount).quantize(ZERO),
            credit_rows=rows,
        )
        for journal_id, account, amount, rows in sums
    )


def _run(journal: Journal, sums: Iterable[_AccountSum], accounts: Collection[str]) -> RunNetPay:
    own = [one for one in sums if one.journal_id == journal.pk and one.account in accounts]
    return RunNetPay(
        journal=journal.reference,
        amount=-sum((one.amount for one in own), ZERO),
        rows=sum(one.credit_rows for one in own),
    )


def _credits(
    sums: Iterable[_AccountSum], texts: Mapping[str, set[str]], names: Mapping[str, str]
) -> tuple[AccountCredit, ...]:
    """Return what the month credits, account by account, in the order of the accounts."""
    amounts: dict[str, Decimal] = {}
    for one in sums:
        amounts[one.account] = amounts.get(one.account, ZERO) - one.amount
    return tuple(
        AccountCredit(
            account=account,
            name=names.get(account, ""),
            texts=tuple(sorted(texts.get(account, ()))),
            credit=amount,
        )
        for account, amount in sorted(amounts.items())
        if amount > 0
    )


def _texts(journals: Iterable[Journal], codes: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Return what the credit rows of each account are called."""
    described = JournalLine.objects.filter(
        journal__in=[one.pk for one in journals], amount__lt=0
    ).order_by()
    texts: dict[str, set[str]] = {}
    rows = described.values_list("ledger_account", "description").distinct()[:_MOST_TEXTS]
    for account, text in rows:
        texts.setdefault(codes.get(account, account), set()).add(text)
    return texts


def _names(link: Link | None) -> Mapping[str, str]:
    known = known_administration(link.procountor_account) if link is not None else None
    return {one.code: one.name for one in known.ledger_accounts} if known is not None else {}


def _currency(journals: Sequence[Journal], files: Sequence[PaymentFile]) -> str:
    if journals:
        return journals[-1].currency
    currencies = [currency for one in files for currency in one.message().currencies]
    return currencies[0] if currencies else ""
