"""The programs that are registered, with their secrets, addresses and subscription keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field

DEFAULT_REDIRECT_URIS = (
    "http://127.0.0.1:8000/settings/integrations/nmbrs/consented",
    "http://localhost:8000/settings/integrations/nmbrs/consented",
    "http://localhost:8080",
)
# Known from the service: no more than five for one client.
MOST_REDIRECT_URIS = 5


@dataclass(frozen=True, kw_only=True)
class Partner:
    """A registered program: a client of the identity service, and a key of the API."""

    client_id: str
    client_secret: str = field(repr=False)
    subscription_key: str = field(repr=False)
    redirect_uris: tuple[str, ...]


# What a source of payroll asks for.
USUAL_SCOPES = (
    "offline_access",
    "company.info.read",
    "company.payrollsettings.read",
    "company.document.read",
    "document.read",
    "user.info.read",
)


def registered(redirect_uris: Iterable[str] = DEFAULT_REDIRECT_URIS) -> tuple[Partner, ...]:
    """Return the two programs that a registration gives: for development, for production."""
    uris = tuple(redirect_uris)
    if not 0 < len(uris) <= MOST_REDIRECT_URIS:
        raise ValueError(f"a client has one to {MOST_REDIRECT_URIS} redirect addresses")
    # Ids and secrets of the service have such characters. The % makes a secret that was not
    # percent-encoded for HTTP Basic another one, as it would be there.
    return (
        Partner(
            client_id="sandbox*development",
            client_secret="sandbox$nmbrs*secret%41+1",  # noqa: S106  # invented
            subscription_key="sandbox-development-key",
            redirect_uris=uris,
        ),
        Partner(
            client_id="sandbox*production",
            client_secret="sandbox$nmbrs*secret%41+2",  # noqa: S106  # invented
            subscription_key="sandbox-production-key",
            redirect_uris=uris,
        ),
    )


DEVELOPMENT, PRODUCTION = registered()
