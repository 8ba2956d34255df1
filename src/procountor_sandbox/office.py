"""Everything a request can act on, in one place, and the request as an endpoint sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from procountor_sandbox.attachments import Attachments
from procountor_sandbox.companies import Companies
from procountor_sandbox.drafts import Strictness
from procountor_sandbox.grants import Grants
from procountor_sandbox.ledger import Ledger
from procountor_sandbox.refusals import NO_RIGHTS, Refused, Violation
from procountor_sandbox.world import Access, Company, Person, World
from sandbox_parts.clock import Clock
from sandbox_parts.wire import JSON_TYPE, decode


@dataclass(frozen=True, kw_only=True)
class Office:
    """The stand-in's whole state: who there is, what is booked, who may do what."""

    world: World
    companies: Companies
    ledger: Ledger
    attachments: Attachments
    grants: Grants
    clock: Clock
    strictness: Strictness
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One API request of somebody we know, in the company the token is bound to."""

    request: Request
    office: Office
    person: Person
    company: Company
    arguments: Mapping[str, Any]

    def body(self) -> Mapping[str, Any]:
        """Return the JSON object in the body, or refuse what is not one."""
        if self.request.mimetype != JSON_TYPE:
            raise Refused(415, Violation(message=f"SANDBOX_NOT_JSON: send {JSON_TYPE}"))
        try:
            # The bytes, so that a wrong encoding is refused rather than guessed.
            body = decode(self.request.get_data().decode("utf-8"))
        except ValueError as error:
            raise Refused(400, Violation(message="SANDBOX_BROKEN_JSON")) from error
        if not isinstance(body, dict):
            raise Refused(400, Violation(message="SANDBOX_NOT_A_JSON_OBJECT"))
        return body

    def require_reading(self) -> None:
        """Refuse people who may not see the company's bookkeeping."""
        if self.person.access is Access.NONE:
            raise Refused(403, Violation(message=NO_RIGHTS))

    def require_writing(self) -> None:
        """Refuse people who may not change the company's bookkeeping."""
        if self.person.access is not Access.ALL:
            raise Refused(403, Violation(message=NO_RIGHTS))


Endpoint = Callable[[Call], Response]
