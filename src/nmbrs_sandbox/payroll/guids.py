"""The GUIDs of the newer API: each is derived from the integer of the older one."""

from enum import StrEnum
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5


class Entity(StrEnum):
    """What has an id. The words are those of SOAP's converter, and are assumed."""

    COMPANY = "Company"
    DEBTOR = "Debtor"
    RUN = "Run"
    COST_CENTER = "CostCenter"
    COST_UNIT = "CostUnit"


# Remembered, as a list of two thousand companies is asked for again and again.
@lru_cache(maxsize=200_000)
def guid(entity: Entity, number: int) -> str:
    """Return the GUID of an id, the same at every start and by every API."""
    return str(uuid5(NAMESPACE_URL, f"nmbrs-sandbox/{entity}/{number}"))


def guid_of_person(email: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"nmbrs-sandbox/User/{email}"))
