"""How fetching a company from Nmbrs stands, as its page and the list of companies show it."""

from dataclasses import dataclass
from datetime import datetime

from tilisilta.models import Company, NmbrsCompany, NmbrsConnection
from tilisilta.services.explanations import Explanation, explain

MOVING_STATES = frozenset({"to_be_fetched", "being_fetched"})


@dataclass(frozen=True, kw_only=True)
class FetchLook:
    """How fetching a company stands: a state, since when, and what went wrong the last time."""

    state: str
    at: datetime | None = None
    trouble: Explanation | None = None
    more_count: int = 0
    can_be_fetched: bool = False

    @property
    def is_moving(self) -> bool:
        """Return whether it will be another one in a moment."""
        return self.state in MOVING_STATES


def look_of(company: Company) -> FetchLook:
    """How fetching ``company`` stands."""
    found: NmbrsCompany | None = getattr(company, "nmbrs", None)
    if found is None:
        return FetchLook(state="by_hand")
    if found.gone_at is not None:
        return FetchLook(state="gone", at=found.gone_at)
    state = _state_of(found)
    problems = found.trouble if state != "disconnected" else ()
    return FetchLook(
        state=state,
        at=found.fetched_at,
        trouble=explain(problems[0]) if problems else None,
        more_count=max(0, len(problems) - 1),
        can_be_fetched=state not in MOVING_STATES
        and found.connection.state == NmbrsConnection.State.WORKING,
    )


def _state_of(found: NmbrsCompany) -> str:
    if found.connection.state == NmbrsConnection.State.REMOVED:
        return "disconnected"
    if found.claimed_by_id is not None:
        return "being_fetched"
    if found.wanted_at is not None:
        return "to_be_fetched"
    if found.trouble:
        is_fetched = found.fetched_at is not None and found.fetched_at == found.tried_at
        return "fetched_in_part" if is_fetched else "not_fetched"
    return "fetched" if found.fetched_at is not None else "never_fetched"
