"""What can go wrong with Nmbrs, named after what happened and sorted by what to do."""

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, TryAgainLater

NO_SUCH_PERIOD = "2006"
"""The reason of a refusal for a year in which a company has no periods."""


class NmbrsUnavailable(TryAgainLater):
    """Nmbrs was not reached, gave no answer, or one that cannot be read.

    ``is_worth_repeating`` says whether the same call may be made again within seconds.
    """

    code = ProblemCode.NMBRS_UNREACHABLE

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: int | None = None,
        is_worth_repeating: bool = True,
    ) -> None:
        super().__init__(message, retry_after_seconds=retry_after_seconds)
        self.is_worth_repeating = is_worth_repeating


class NmbrsFailed(NmbrsUnavailable):
    """Nmbrs answered that it has failed itself: a status of 500 or above."""


class NmbrsIdUnknown(TryAgainLater):
    """The id by which this API of Nmbrs knows a thing is not known yet; the next lists bring it."""

    code = ProblemCode.NMBRS_ID_UNKNOWN

    def __init__(self, call: str) -> None:
        super().__init__(f"The id for {call} is not known yet.")
        self.facts = {"call": call}


class JournalNotReady(TryAgainLater):
    """Nmbrs has not made the journal of a run in the time that we wait for it."""

    code = ProblemCode.JOURNAL_NOT_READY

    def __init__(self, run: str) -> None:
        super().__init__(f"Nmbrs has not made the journal of run {run} yet.")
        self.facts = {"run": run}


class NmbrsRefused(NeedsAttention):
    """Nmbrs understood a call and refused it; ``number`` is its own number of the reason.

    ``reason`` is that number too, or the one that belongs to its words where it gives none. Its
    message is dropped, as it may quote the values of the call.
    """

    code = ProblemCode.NMBRS_REFUSED

    def __init__(self, call: str, *, number: str = "", reason: str = "") -> None:
        super().__init__(f"Nmbrs refused {call}: {number or 'no number'}.")
        self.call = call
        self.number = number
        self.reason = reason or number
        self.facts = {"call": call, "number": number}


class NmbrsLoginRefused(NmbrsRefused):
    """Nmbrs refuses every call of the connection until a person has acted.

    By itself: user name, token and domain do not go together, or the user has no subscription.
    """

    code = ProblemCode.NMBRS_LOGIN_REFUSED


class NmbrsKeyRefused(NmbrsLoginRefused):
    """The gateway before Nmbrs' REST API does not accept the subscription key."""

    code = ProblemCode.SUBSCRIPTION_KEY_REFUSED


class NmbrsEnvironmentClosed(NmbrsLoginRefused):
    """The environment is disabled, or has no valid subscription."""

    code = ProblemCode.NMBRS_ENVIRONMENT_CLOSED


class NmbrsQuotaUsedUp(NmbrsLoginRefused):
    """All calls that the plan of the subscription allows have been made."""

    code = ProblemCode.NMBRS_QUOTA_USED_UP


class NmbrsCallForbidden(NmbrsRefused):
    """The API template of the user does not allow this call."""

    code = ProblemCode.NMBRS_CALL_FORBIDDEN


class NmbrsAccessDenied(NmbrsRefused):
    """The user may not see this debtor or company, or it no longer exists."""

    code = ProblemCode.NMBRS_ACCESS_DENIED


class NmbrsAnswerUnknown(NeedsAttention):
    """Nmbrs answered in a form this version does not know, so the answer is not used."""

    code = ProblemCode.NMBRS_ANSWER_UNKNOWN

    def __init__(self, call: str, what: str) -> None:
        super().__init__(f"The answer of Nmbrs to {call} has no {what}.")
        self.call = call
        self.facts = {"call": call}
