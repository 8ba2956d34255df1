"""The calls the stand-in received, without anything that has to stay secret."""

from dataclasses import dataclass
from datetime import datetime

from sandbox_parts import requests_log


@dataclass(frozen=True, kw_only=True)
class LoggedCall:
    """One call, or a request for the WSDL (operation ``WSDL``), and how it was answered.

    ``status`` is None when there was no answer, ``fault_code`` is that of a SOAP fault. User and
    token are left out.
    """

    service: str
    operation: str
    company_id: int | None
    time: datetime
    status: int | None
    fault_code: str | None = None
    is_delayed: bool = False


class CallLog(requests_log.RequestLog[LoggedCall]):
    """The latest calls, oldest first."""

    def count(self, operation: str, company_id: int | None = None) -> int:
        """Return how many calls of an operation there were, of all companies or of one."""
        return sum(
            one.operation == operation and company_id in {None, one.company_id}
            for one in self.all()
        )
