"""Reads the ledger receipts that a comparison needs: one search, and as few reads as possible."""

from collections.abc import Callable, Sequence
from datetime import date

from tilisilta.clients.procountor.client import ListedReceipt, ProcountorClient, ReceiptWindow
from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import tokens_in
from tilisilta.errors import NeedsAttention
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.client import procountor
from tilisilta.services.verifying.parts import MonthParts


class AnotherCompany(NeedsAttention):
    """The account acts in another company than its link was made for."""

    code = ProblemCode.WRONG_COMPANY


def read_ledger(
    account: ProcountorAccount, months: Sequence[MonthParts], *, pace: Callable[[], None]
) -> tuple[BookedReceipt, ...]:
    """Return the journal receipts that may book what ``months`` are to book.

    Those are the receipts of the months themselves and of all days that a part is for, those that
    carry a token of a part in their name, and those that we know by id, wherever people moved them.
    Raises what the client raises.
    """
    parts = [part for one in months for part in one.parts]
    ids = [part.ledger_receipt_id for part in parts if part.ledger_receipt_id is not None]
    days = {day for part in parts for day in (part.booking_date, part.receipt_date)}
    firsts = [date(one.month.year, one.month.month, 1) for one in months]
    window = ReceiptWindow(
        first=min([*firsts, *days]), last=max([*days, *(one.month.last_day for one in months)])
    )
    tokens = {part.token for part in parts if part.token}

    def is_needed(listed: ListedReceipt) -> bool:
        is_of_month = any(
            first <= listed.receipt_date <= one.month.last_day
            for first, one in zip(firsts, months, strict=True)
        )
        is_of_day = listed.receipt_date in days
        return is_of_month or is_of_day or not tokens.isdisjoint(tokens_in(listed.name))

    with procountor(account, pace=pace) as client:
        listed = [one.ledger_receipt_id for one in client.list_receipts(window) if is_needed(one)]
        receipts = client.get_ledger_receipts([*listed, *ids])
        found = {one.ledger_receipt_id for one in receipts}
        if not found.issuperset(listed):
            # A batch leaves out ids it does not know. That must not pass for a deleted receipt.
            raise ProcountorUnavailable("Procountor lists a ledger receipt that it does not give.")
        if not found.issuperset(ids):
            _must_be_its_company(client, account)
    return receipts


def _must_be_its_company(client: ProcountorClient, account: ProcountorAccount) -> None:
    """Raise ``AnotherCompany`` if the account acts in other books, where nothing is ours."""
    chosen = client.get_session()
    if chosen.company_id != account.procountor_company_id:
        error = AnotherCompany("The account is authorised for another company.")
        error.facts = {"name": chosen.company_name}
        raise error
