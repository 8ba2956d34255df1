"""What an address of a list may ask for."""

from ninja import Schema
from pydantic import Field

from tilisilta.api.paging import MOST_ROWS, USUAL_ROWS


class Paged(Schema):
    """How many rows, and behind which."""

    limit: int = Field(USUAL_ROWS, ge=1, le=MOST_ROWS)
    cursor: str | None = Field(None, description="The next of the answer before.")
