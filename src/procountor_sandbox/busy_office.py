"""A busy office: after every few requests a person changes one of the receipts.

What changes is drawn from a seed, so that the same requests always lead to the same changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from procountor_sandbox.companies import Companies
from procountor_sandbox.people import Act, People
from procountor_sandbox.receipts import Receipt
from procountor_sandbox.refusals import Refused
from procountor_sandbox.world import Company

USUAL = (Act.RENAME, Act.REDATE, Act.NOTES, Act.AMOUNT, Act.DESCRIPTION, Act.APPROVE)
"""What people do every day. They add to notes without removing text, and take nothing back."""
# Enough to leave the month: a search for the receipt by its date then misses it.
_MOST_DAYS_MOVED = 20
_CENT = Decimal("0.01")
_TICK = " tarkastettu / AL"
_NAMES = ("Palkat kesäkuu 2026", "Löner", "Palkkatosite, tarkastettu", "Muistio")


@dataclass(frozen=True, kw_only=True)
class Busyness:
    """How busy the office is: one act after every ``every`` requests.

    With ``only_posts`` only requests that book a receipt count; ``company_id`` limits it to one
    company.
    """

    every: int = 1
    seed: int = 0
    acts: tuple[Act, ...] = USUAL
    company_id: int | None = None
    only_posts: bool = True


@dataclass(kw_only=True)
class BusyOffice:
    """The people of the office, who do nothing until it is opened."""

    people: People
    companies: Companies
    open: Busyness | None = None
    act_count: int = 0
    _request_count: int = 0
    _random: Random = field(default_factory=Random)

    def start(self, office: Busyness) -> None:
        """Open the office. If it is open already, it starts again from the seed."""
        self.open = office
        self.act_count = self._request_count = 0
        self._random = Random(office.seed)  # noqa: S311  # the same people every time

    def stop(self) -> None:
        self.open = None

    def after_request(self, method: str, path: str, company_id: int | None) -> None:
        """Let a person act if it is time. Called under the lock, after a request is carried out."""
        office = self.open
        if office is None or company_id is None or office.company_id not in {None, company_id}:
            return
        if office.only_posts and (method, path) != ("POST", "/ledgerreceipts"):
            return
        self._request_count += 1
        company = self.companies.find(company_id)
        if self._request_count % office.every == 0 and company is not None:
            self._act(office, company)

    def _act(self, office: Busyness, company: Company) -> None:
        receipts = self.people.ledger.receipts(company.company_id)
        if not receipts:
            return
        # People mostly tidy up the newest receipts. How often is a guess.
        receipt = self._random.choice(receipts[-3:] if self._random.random() < 0.7 else receipts)
        for act in self._random.sample(office.acts, len(office.acts)):
            try:
                self.people.act(company, receipt, self._order(act, receipt))
            except Refused:
                # Not every act fits every receipt: an approved one cannot be approved, for example.
                continue
            self.act_count += 1
            return

    def _order(self, act: Act, receipt: Receipt) -> Mapping[str, Any]:
        details: Mapping[Act, Callable[[], Mapping[str, Any]]] = {
            Act.RENAME: lambda: {"name": self._random.choice(_NAMES)},
            Act.REDATE: lambda: {"date": self._another_day(receipt.receipt_date).isoformat()},
            Act.NOTES: lambda: {"notes": _ticked(receipt)},
            Act.AMOUNT: lambda: {"row": 1, "to_row": len(receipt.transactions), "amount": _CENT},
            Act.ACCOUNT: lambda: {"row": 1, "account": receipt.transactions[-1].account},
            Act.DESCRIPTION: lambda: {"row": 1, "description": "Oikaistu"},
            Act.DIMENSIONS: lambda: {"row": 1, "dimensionItemValues": []},
        }
        return {"act": act.value, **(details[act]() if act in details else {})}

    def _another_day(self, day: date) -> date:
        return day + timedelta(
            days=self._random.choice((-1, 1)) * self._random.randint(1, _MOST_DAYS_MOVED)
        )


def _ticked(receipt: Receipt) -> str:
    """Return the notes with a tick at their end; a second one is not added."""
    notes = str(receipt.others.get("accountantsNotes", ""))
    return notes if notes.endswith(_TICK) else f"{notes}{_TICK}".strip()
