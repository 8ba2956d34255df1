"""The state that a request can act on, and the request as an endpoint sees it."""

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
    """The whole state of the stand-in: people, companies, books and permissions."""

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
    """One API request of a known person, in the company that the token is bound to."""

    request: Request
    office: Office
    person: Person
    company: Company
    arguments: Mapping[str, Any]

    def body(self) -> Mapping[str, Any]:
        """Return the JSON object in the body, or raise ``Refused`` for anything else."""
        # Assumed: the documentation names the media type, but no answer to another one.
        if self.request.mimetype != JSON_TYPE:
            raise Refused(415, Violation(message=f"SANDBOX_NOT_JSON: send {JSON_TYPE}"))
        try:
            # Decoded here, as json would guess the encoding of bytes.
            body = decode(self.request.get_data().decode("utf-8"))
        except ValueError as error:
            raise Refused(400, Violation(message="SANDBOX_BROKEN_JSON")) from error
        if not isinstance(body, dict):
            raise Refused(400, Violation(message="SANDBOX_NOT_A_JSON_OBJECT"))
        return body

    def require_reading(self) -> None:
        # Documented. Integrators also report empty lists in place of this 403.
        if self.person.access is Access.NONE:
            raise Refused(403, Violation(message=NO_RIGHTS))

    def require_writing(self) -> None:
        if self.person.access is not Access.ALL:
            raise Refused(403, Violation(message=NO_RIGHTS))


Endpoint = Callable[[Call], Response]
