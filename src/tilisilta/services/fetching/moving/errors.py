"""Why nothing can be compared, or a connection cannot be switched, yet."""

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention


class CannotCompare(NeedsAttention):
    """A connection cannot be read by both APIs; ``reason`` is one of those of the texts."""

    code = ProblemCode.CANNOT_COMPARE

    def __init__(self, reason: str) -> None:
        super().__init__(f"The connection cannot be compared: {reason}.")
        self.facts = {"reason": reason}


class CannotSwitch(NeedsAttention):
    """A connection must not fetch by the other API; ``reason`` is one of those of the texts."""

    code = ProblemCode.CANNOT_SWITCH

    def __init__(self, reason: str, *, count: int | None = None) -> None:
        super().__init__(f"The connection cannot be switched: {reason}.")
        more = {} if count is None else {"count": str(count)}
        self.facts = {"reason": reason, **more}
