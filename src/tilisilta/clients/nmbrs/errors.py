"""What can go wrong with Nmbrs, named after what happened and sorted by what to do."""

from tilisilta.errors import NeedsAttention, TryAgainLater


class NmbrsUnavailable(TryAgainLater):
    """Nmbrs was not reached, gave no answer, or one that cannot be read."""


class NmbrsRefused(NeedsAttention):
    """Nmbrs understood a call and said no; ``code`` is its own number for why.

    Its words are not kept: they may quote what was asked for.
    """

    def __init__(self, call: str, *, code: str = "") -> None:
        super().__init__(f"Nmbrs refused {call}: {code or 'no code'}.")
        self.call = call
        self.code = code


class NmbrsLoginRefused(NmbrsRefused):
    """User name, token and domain do not go together, or the user has no subscription."""


class NmbrsCallForbidden(NmbrsRefused):
    """The API template of the user does not allow this call."""


class NmbrsAccessDenied(NmbrsRefused):
    """The user may not see this debtor or company, or it is not there any more."""


class NmbrsAnswerUnknown(NeedsAttention):
    """Nmbrs answered in a way this version does not know, so that nothing may be made of it."""

    def __init__(self, call: str, what: str) -> None:
        super().__init__(f"The answer of Nmbrs to {call} has no {what}.")
        self.call = call
