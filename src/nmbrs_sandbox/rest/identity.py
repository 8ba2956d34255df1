"""The identity service under ``/identity/``: consent, tokens, revocation, discovery."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from nmbrs_sandbox.faults import IDENTITY, Fault, FaultKind, Faults
from nmbrs_sandbox.requests_log import CallLog, LoggedCall
from nmbrs_sandbox.rest.consent import Consents
from nmbrs_sandbox.rest.refusals import malformed
from nmbrs_sandbox.rest.scopes import KNOWN
from nmbrs_sandbox.rest.token_calls import TokenRefused, give_token, revoke
from sandbox_parts.faults import SLOW_SECONDS
from sandbox_parts.outages import break_connection, gateway_error, wait
from sandbox_parts.wire import answer

_BASE = "/identity"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Answers everything under ``/identity/``."""

    consents: Consents
    faults: Faults
    log: CallLog
    latency_seconds: float = 0.0

    def takes(self, path: str) -> bool:
        return path.lower().startswith(f"{_BASE}/")

    def respond(self, request: Request) -> Response:
        """Answer a request and note it in the log."""
        arrived = self.consents.bureau.clock()
        operation, methods, endpoint = _find(request.path)
        status = None
        try:
            response = self._through_faults(request, operation, methods, endpoint)
            status = response.status_code
            return response
        finally:
            # Also when the connection is broken on purpose: the log then has no status.
            self.log.add(
                LoggedCall(
                    service=IDENTITY,
                    operation=operation,
                    company_id=None,
                    time=arrived,
                    status=status,
                )
            )

    def _through_faults(
        self, request: Request, operation: str, methods: tuple[str, ...], endpoint: "_Endpoint"
    ) -> Response:
        # Waiting is outside the lock: a slow or held call must not stop others.
        wait(self.latency_seconds)
        fault = self.faults.take(IDENTITY, operation, None)
        early = None if fault is None else self._before(fault)
        if early is not None:
            return early
        if request.method not in methods:
            refused = malformed("METHOD", f"offered is {' and '.join(methods)}", status=405)
            refused.response.headers["Allow"] = ", ".join(methods)
            return refused.response
        with self.consents.bureau.lock:
            response = endpoint(self, request)
        if fault is not None and fault.kind is FaultKind.CONNECTION_LOST:
            break_connection(request)
        return response

    def _before(self, fault: Fault) -> Response | None:
        match fault.kind:
            case FaultKind.DOWN:
                return gateway_error(fault.status)
            case FaultKind.SLOW:
                wait(SLOW_SECONDS if fault.seconds is None else fault.seconds)
            case FaultKind.HOLD_BEFORE:
                self.faults.hold(fault.seconds)
        return None

    def authorize(self, request: Request) -> Response:
        return self.consents.respond(request)

    def token(self, request: Request) -> Response:
        try:
            return give_token(request, self.consents.grants, self.consents.partners)
        except TokenRefused as refused:
            return refused.response()

    def revocation(self, request: Request) -> Response:
        try:
            return revoke(request, self.consents.grants, self.consents.partners)
        except TokenRefused as refused:
            return refused.response()

    def discovery(self, request: Request) -> Response:
        """Return what is offered, in the form of OpenID Connect."""
        base = f"{request.host_url.rstrip('/')}{_BASE}"
        return answer(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/connect/authorize",
                "token_endpoint": f"{base}/connect/token",
                "revocation_endpoint": f"{base}/connect/revocation",
                # Listed by the service too, and refused when they are used.
                "scopes_supported": ["openid", *sorted(KNOWN)],
                "grant_types_supported": [
                    "authorization_code",
                    "refresh_token",
                    "client_credentials",
                    "password",
                ],
                "response_types_supported": ["code"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def nothing_here(self, _request: Request) -> Response:
        return malformed("NOT_FOUND", "there is nothing at this address", status=404).response


_Endpoint = Callable[[Identity, Request], Response]
_ENDPOINTS: Mapping[str, tuple[str, tuple[str, ...], _Endpoint]] = {
    "/connect/authorize": ("authorize", ("GET", "POST"), Identity.authorize),
    "/connect/token": ("token", ("POST",), Identity.token),
    "/connect/revocation": ("revocation", ("POST",), Identity.revocation),
    "/.well-known/openid-configuration": ("discovery", ("GET",), Identity.discovery),
}
_ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _find(path: str) -> tuple[str, tuple[str, ...], _Endpoint]:
    known = _ENDPOINTS.get(path.lower().removeprefix(_BASE))
    return known or ("", _ALL_METHODS, Identity.nothing_here)
