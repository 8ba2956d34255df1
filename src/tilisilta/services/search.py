"""Leads from a number or a token to the ledger receipt, its journal and its run."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tilisilta.domain.search_words import SearchWords, search_words
from tilisilta.models import Company, Export, Journal, User
from tilisilta.services.companies import matching
from tilisilta.services.counted_states import COUNTED_STATE
from tilisilta.services.journals.references import journal_by_reference

MOST_RECEIPTS = 100
MOST_COMPANIES = 20
FEWEST_LETTERS = 2
"""Fewer letters are in nearly every name."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A receipt that fits, with the words of its fields that do: of a number or the token."""

    export: Export
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Hits:
    """All that fits a search; of very many receipts or companies the first, and how many more."""

    text: str
    receipts: tuple[Hit, ...] = ()
    journal: Journal | None = None
    companies: tuple[Company, ...] = ()
    more_receipts: int = 0
    more_companies: int = 0

    @property
    def count(self) -> int:
        shown = len(self.receipts) + len(self.companies) + (self.journal is not None)
        return shown + self.more_receipts + self.more_companies


def search(typed: str, *, user: User | None, with_companies: bool = True) -> Hits:
    """Return what ``user`` may see and ``typed`` names; ``None`` is the command line, and sees all.

    A receipt is named by receipt number, invoice number, ledger receipt id or token, a journal by
    its reference, a company by number or name. Receipts of links that have ended count too.
    """
    words = search_words(typed)
    if not words.text:
        return Hits(text="")
    receipts = _receipts(words, user)
    companies = _companies(words, user) if with_companies else Company.objects.none()
    shown, shown_companies = receipts[:MOST_RECEIPTS], companies[:MOST_COMPANIES]
    return Hits(
        text=words.text,
        receipts=tuple(Hit(export=one, fields=_fitting(one, words)) for one in shown),
        journal=journal_by_reference(words.text, _journals(user)),
        companies=tuple(shown_companies),
        more_receipts=_count_beyond(receipts, MOST_RECEIPTS),
        more_companies=_count_beyond(companies, MOST_COMPANIES),
    )


def _receipts(words: SearchWords, user: User | None) -> QuerySet[Export]:
    fits = Q(token__in=words.tokens)
    if words.number is not None:
        fits |= Q(receipt_number=words.number)
        fits |= Q(invoice_number=words.number)
        fits |= Q(ledger_receipt_id=words.number)
    receipts = (
        Export.with_trail.filter(fits)
        .select_related("journal__company__debtor", "link__procountor_account", "reverses")
        .defer("payload", "reverses__payload", "link__procountor_account__administration")
        .order_by("-receipt_date", "journal__company__number", "pk")
    )
    return (
        receipts
        if user is None
        else receipts.filter(user.rows_of_debtors("journal__company__debtor"))
    )


def _journals(user: User | None) -> QuerySet[Journal]:
    journals = Journal.objects.all() if user is None else Journal.objects.visible_to(user)
    return journals.annotate(counted=COUNTED_STATE)


def _companies(words: SearchWords, user: User | None) -> QuerySet[Company]:
    companies = Company.objects.all() if user is None else Company.objects.visible_to(user)
    if words.number is not None:
        return companies.filter(number=words.number).select_related("debtor")
    if len(words.text) < FEWEST_LETTERS:
        return companies.none()
    return companies.filter(matching(words.text)).select_related("debtor")


def _fitting(export: Export, words: SearchWords) -> tuple[str, ...]:
    numbers = ("receipt_number", "invoice_number", "ledger_receipt_id")
    fields = [
        name
        for name in numbers
        if words.number is not None and getattr(export, name) == words.number
    ]
    return (*fields, "token") if export.token in words.tokens else tuple(fields)


def _count_beyond(rows: QuerySet[Export] | QuerySet[Company], most: int) -> int:
    return max(0, rows.count() - most)
