"""Which of many chosen companies can be signed along with the others, and why others cannot."""

from enum import StrEnum

from tilisilta.domain.month_end import MonthState, needs_reason
from tilisilta.domain.net_pay import NetPayState


class NotSigned(StrEnum):
    """Why a month is not signed along with others."""

    DIFFERENT = "different"
    """It needs a reason, which a person writes on its own page."""
    NET_PAY = "net_pay"
    """As above: nothing proves its net pay."""
    CHANGED = "changed"
    SIGNED = "signed"
    NOT_COMPARED = "not_compared"
    NOT_DONE = "not_done"
    NOTHING = "nothing"
    """There is no run in it."""
    SENDER = "sender"
    """The user has sent a journal of it, and a second person has to sign."""
    LATER = "later"
    """Many are signed already with this click: the next one signs more."""


NOTHING_LEFT = frozenset({NotSigned.SIGNED, NotSigned.NOTHING})
"""There is nothing to be signed any more."""
_BY_STATE = {
    MonthState.NOT_EXPECTED: NotSigned.NOTHING,
    MonthState.DIFFERENT: NotSigned.DIFFERENT,
    MonthState.CHANGED: NotSigned.CHANGED,
    MonthState.SIGNED: NotSigned.SIGNED,
    MonthState.BOOKED: NotSigned.NOT_COMPARED,
}


def why_not_signed(state: MonthState, net_pay: NetPayState | None) -> NotSigned | None:
    """Return why a month in ``state`` is not signed along with others; ``None`` if it is."""
    if state is MonthState.EQUAL:
        return NotSigned.NET_PAY if needs_reason(state, net_pay) else None
    return _BY_STATE.get(state, NotSigned.NOT_DONE)


def why_refused(why: str) -> NotSigned:
    """Return the same for the word with which signing one month was refused."""
    if why.startswith("net_pay"):
        return NotSigned.NET_PAY
    return NotSigned(why) if why in set(NotSigned) else NotSigned.CHANGED
