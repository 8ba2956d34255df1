"""The requests the stand-in received, without anything that has to stay secret."""

from dataclasses import dataclass
from datetime import datetime

from sandbox_parts import requests_log


@dataclass(frozen=True, kw_only=True)
class LoggedRequest:
    """One API request and the status of its answer, or None if there was no answer.

    ``path`` is without the query, where a careless client might have put a secret.
    """

    method: str
    path: str
    user_agent: str
    time: datetime
    company_id: int | None
    status: int | None


class RequestLog(requests_log.RequestLog[LoggedRequest]):
    """The latest requests, oldest first."""

    def count(self, method: str, path: str) -> int:
        return sum((one.method, one.path) == (method, path) for one in self.all())
