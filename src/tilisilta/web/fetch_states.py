"""How fetching a company from Nmbrs stands, as its page and the list of companies show it."""

from dataclasses import dataclass
from datetime import datetime

from tilisilta.models import Company, NmbrsCompany, NmbrsConnection
from tilisilta.services.explanations import Explanation, explain

MOVING_STATES = frozenset({"to_be_fetched", "being_fetched"})


@dataclass(frozen=True, kw_only=True)
class FetchState:
    """How fetching a company stands: a state, since when, and what last went wrong."""

    state: str
    at: datetime | None = None
    trouble: Explanation | None = None
    more_count: int = 0
    can_be_fetched: bool = False

    @property
    def is_moving(self) -> bool:
        return self.state in MOVING_STATES


def fetch_state_of(company: Company) -> FetchState:
    """Return how fetching ``company`` stands."""
    nmbrs_company: NmbrsCompany | None = getattr(company, "nmbrs", None)
    if nmbrs_company is None:
        return FetchState(state="by_hand")
    if nmbrs_company.gone_at is not None:
        return FetchState(state="gone", at=nmbrs_company.gone_at)
    state = _state_of(nmbrs_company)
    problems = nmbrs_company.trouble if state != "disconnected" else ()
    return FetchState(
        state=state,
        at=nmbrs_company.fetched_at,
        trouble=explain(problems[0]) if problems else None,
        more_count=max(0, len(problems) - 1),
        can_be_fetched=state not in MOVING_STATES
        and nmbrs_company.connection.state == NmbrsConnection.State.WORKING,
    )


def _state_of(nmbrs_company: NmbrsCompany) -> str:
    if nmbrs_company.connection.state == NmbrsConnection.State.REMOVED:
        return "disconnected"
    if nmbrs_company.claimed_by_id is not None:
        return "being_fetched"
    if nmbrs_company.wanted_at is not None:
        return "to_be_fetched"
    if nmbrs_company.trouble:
        is_fetched = (
            nmbrs_company.fetched_at is not None
            and nmbrs_company.fetched_at == nmbrs_company.tried_at
        )
        return "fetched_in_part" if is_fetched else "not_fetched"
    return "fetched" if nmbrs_company.fetched_at is not None else "never_fetched"
