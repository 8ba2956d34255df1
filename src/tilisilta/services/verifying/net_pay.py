"""The net pay of a company's month beside its payment files."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from django.db.models import Count, Q, Sum

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.net_pay import NetPayComparison, RunNetPay, compare_net_pay
from tilisilta.domain.net_pay_accounts import AccountCredit, Proposal, propose_net_pay_accounts
from tilisilta.models import (
    AccountMapping,
    Company,
    Journal,
    JournalLine,
    Link,
    PaidByHand,
    PaymentFile,
)
from tilisilta.services.procountor.administrations import ledger_account_names
from tilisilta.services.verifying.parts import is_due, newest_journals_of_each

AT_A_TIME = 500
"""Companies whose rows are gathered with the same queries."""
_OfCompany = TypeVar("_OfCompany", PaymentFile, PaidByHand)
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

    def ticked_off(self, tick: PaidByHand) -> "NetPayMonth":
        return replace(self, tick=tick, comparison=replace(self.comparison, ticked=tick.amount))

    def file_of(self, message_digest: str) -> PaymentFile:
        return next(one for one in self.files if one.message_digest == message_digest)


@dataclass(frozen=True, kw_only=True)
class _AccountSum:
    """What one journal books on one ledger account, by its code in Procountor."""

    journal_id: int
    account: str
    amount: Decimal
    credit_rows: int


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What is stored of one company's month.

    ``sums`` and ``texts`` are by the accounts of the journals, and ``codes`` are Procountor's.
    """

    link: Link | None
    journals: Sequence[Journal]
    sums: Sequence[tuple[int, str, Decimal, int]]
    texts: Collection[tuple[str, str]]
    codes: Mapping[str, str]
    names: Mapping[str, str]
    files: tuple[PaymentFile, ...]
    tick: PaidByHand | None


def net_pay_of(company: Company, month: BookingPeriod) -> NetPayMonth:
    """Return the net pay of ``month``, as the newest journals of its runs have it."""
    return net_pay_of_each([company], month)[company.pk]


def net_pay_of_each(companies: Sequence[Company], month: BookingPeriod) -> dict[int, NetPayMonth]:
    """Return the net pay of ``month`` of each of the companies, by their ids.

    The database is asked as often for 500 of them as for one.
    """
    shown: dict[int, NetPayMonth] = {}
    for start in range(0, len(companies), AT_A_TIME):
        some = companies[start : start + AT_A_TIME]
        facts = _facts(some, month)
        shown |= {one.pk: _net_pay(one, month, facts[one.pk]) for one in some}
    return shown


def _net_pay(company: Company, month: BookingPeriod, facts: _Facts) -> NetPayMonth:
    link, journals, files, tick = facts.link, facts.journals, facts.files, facts.tick
    sums = _sums(facts)
    currency = _currency(journals, files)
    named = link.named_net_pay_accounts if link is not None else ()
    credited = _credits(sums, _texts(facts), facts.names)
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


def _facts(companies: Sequence[Company], month: BookingPeriod) -> dict[int, _Facts]:
    ids = [one.pk for one in companies]
    # What Procountor has told of a company is large, and only the names in it are asked for.
    links = Link.objects.defer("procountor_account__administration").booking_of_each(
        month, company_ids=ids
    )
    journals = _journals(ids, month, links)
    of_journal = {one.pk: pk for pk, own in journals.items() for one in own}
    sums, codes = _stored_sums(of_journal), _codes(links.values())
    # What accounts and rows are called only helps to propose accounts.
    unnamed = {pk for pk in ids if pk not in links or not links[pk].named_net_pay_accounts}
    texts = _stored_texts({pk: own for pk, own in of_journal.items() if own in unnamed})
    names = ledger_account_names([link.procountor_account_id for link in links.values()])
    of_month = {"company__in": ids, "month": month.first_day}
    files = _by_company(PaymentFile.objects.filter(**of_month))
    ticks = _by_company(PaidByHand.objects.filter(**of_month))
    found = {}
    for pk in ids:
        link = links.get(pk)
        found[pk] = _Facts(
            link=link,
            journals=journals.get(pk, ()),
            sums=sums.get(pk, ()),
            texts=texts.get(pk, ()),
            codes=codes.get(link.pk, {}) if link is not None else {},
            names=names.get(link.procountor_account_id, {}) if link is not None else {},
            files=tuple(files.get(pk, ())),
            tick=next(iter(ticks.get(pk, ())), None),
        )
    return found


def _journals(
    company_ids: Collection[int], month: BookingPeriod, links: Mapping[int, Link]
) -> dict[int, list[Journal]]:
    """Return the newest journals of the month that are to be in the books, by company."""
    newest = newest_journals_of_each(company_ids, [month])
    return {
        pk: [
            one
            for one in journals
            if one.booking_period == month and not one.is_deleted_at_source
            if pk not in links or is_due(one, links[pk])
        ]
        for pk, journals in newest.items()
    }


def _codes(links: Iterable[Link]) -> dict[int, dict[str, str]]:
    """Return the codes in Procountor of the journals' ledger accounts, by link."""
    mappings = AccountMapping.objects.filter(link__in=[one.pk for one in links]).order_by()
    codes: dict[int, dict[str, str]] = {}
    for link_id, account, code in mappings.values_list(
        "link", "journal_account", "procountor_account_code"
    ):
        codes.setdefault(link_id, {})[account] = code
    return codes


def _by_company(rows: Iterable[_OfCompany]) -> dict[int, list[_OfCompany]]:
    found: dict[int, list[_OfCompany]] = {}
    for row in rows:
        found.setdefault(row.company_id, []).append(row)
    return found


def _stored_sums(
    of_journal: Mapping[int, int],
) -> dict[int, list[tuple[int, str, Decimal, int]]]:
    """Return what the journals book on each ledger account, by company."""
    lines = JournalLine.objects.filter(journal__in=of_journal).order_by()
    sums = lines.values_list("journal_id", "ledger_account").annotate(
        total=Sum("amount"), credit_rows=Count("pk", filter=Q(amount__lt=0))
    )
    found: dict[int, list[tuple[int, str, Decimal, int]]] = {}
    for row in sums:
        found.setdefault(of_journal[row[0]], []).append(row)
    return found


def _stored_texts(of_journal: Mapping[int, int]) -> dict[int, set[tuple[str, str]]]:
    """Return the ledger accounts of credit rows with what these are called, by company."""
    described = JournalLine.objects.filter(journal__in=of_journal, amount__lt=0).order_by()
    rows = described.values_list("journal_id", "ledger_account", "description").distinct()
    found: dict[int, set[tuple[str, str]]] = {}
    for journal_id, account, text in rows[: _MOST_TEXTS * len(of_journal)].iterator():
        own = found.setdefault(of_journal[journal_id], set())
        if len(own) < _MOST_TEXTS:
            own.add((account, text))
    return found


def _sums(facts: _Facts) -> tuple[_AccountSum, ...]:
    return tuple(
        _AccountSum(
            journal_id=journal_id,
            account=facts.codes.get(account, account),
            # SQLite sums in floating point, exact to far more than a cent.
            amount=Decimal(amount).quantize(ZERO),
            credit_rows=rows,
        )
        for journal_id, account, amount, rows in facts.sums
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


def _texts(facts: _Facts) -> Mapping[str, set[str]]:
    """Return what the credit rows of each account are called."""
    texts: dict[str, set[str]] = {}
    for account, text in facts.texts:
        texts.setdefault(facts.codes.get(account, account), set()).add(text)
    return texts


def _currency(journals: Sequence[Journal], files: Sequence[PaymentFile]) -> str:
    if journals:
        return journals[-1].currency
    currencies = [currency for one in files for currency in one.message().currencies]
    return currencies[0] if currencies else ""
