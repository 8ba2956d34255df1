"""The looks for a receipt in Procountor that found nothing."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class EmptyLook:
    """A look that did not find a receipt among the ``read_count`` that were read."""

    at: datetime
    read_count: int
