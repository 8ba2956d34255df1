"""What can go wrong at Nmbrs' identity service, sorted by what to do about it."""

from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused, NmbrsUnavailable
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, OutcomeUnknown


class ConsentEnded(NmbrsLoginRefused):
    """Nmbrs does not accept the consent any more: it was withdrawn, grew old, or was used up."""

    code = ProblemCode.CONSENT_ENDED

    def __init__(self) -> None:
        super().__init__("connect/token")
        self.facts = {}


class ConsentLost(NmbrsLoginRefused):
    """A renewal of the consent got no answer, so that the token in hand may be used up."""

    code = ProblemCode.CONSENT_LOST

    def __init__(self) -> None:
        super().__init__("connect/token")
        self.facts = {}


class IdentityUnavailable(NmbrsUnavailable):
    """The identity service was not reached, so that nothing was asked of it."""


class AnswerLost(OutcomeUnknown):
    """The identity service was asked and gave no readable answer: what was sent may be used up."""

    code = ProblemCode.CONSENT_ANSWER_LOST


class CodeRefused(NeedsAttention):
    """The code of a consent is not accepted: it is older than five minutes, or was used before."""

    code = ProblemCode.CONSENT_CODE_REFUSED


class RegistrationRefused(NeedsAttention):
    """Nmbrs does not know our client id and secret, or the redirect address is another."""

    code = ProblemCode.NMBRS_REGISTRATION_REFUSED

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nmbrs refuses our registration: {reason or 'no reason'}.")
        self.facts = {"reason": reason} if reason else {}
