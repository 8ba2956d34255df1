"""Where the client of Nmbrs' REST API gets its access tokens."""

from typing import Protocol


class AccessTokens(Protocol):
    """The access tokens of one consent."""

    def current(self) -> str:
        """Return a token that should work; it may be renewed for that."""

    def renew(self, refused: str) -> str:
        """Return another token than ``refused``, or raise ``NeedsAttention``."""
