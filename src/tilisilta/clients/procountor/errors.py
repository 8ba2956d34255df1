"""What can go wrong with Procountor, named after what happened and sorted by what to do."""

from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.refusals import first_refusal_of
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TryAgainLater

Answers = tuple[tuple[str, str], ...]
"""The faults that Procountor names: pairs of a field, empty if it named none, and a message."""


class ProcountorUnavailable(TryAgainLater):
    """Procountor was not reached or did not answer, and nothing changed there."""

    code = ProblemCode.PROCOUNTOR_SILENT


class TokenRefused(ProcountorUnavailable):
    """Procountor refused an access token that it had just given, and so did nothing.

    Whether the authorisation has ended is not certain: its token endpoint still accepts it.
    """


class ProcountorBusy(TryAgainLater):
    """Procountor wants fewer requests from us. It did not process this one."""

    code = ProblemCode.PROCOUNTOR_BUSY


class ProcountorOutcomeUnknown(OutcomeUnknown):
    """A write left and no usable answer came back, so Procountor may have done it."""

    code = ProblemCode.PROCOUNTOR_OUTCOME_UNKNOWN


class _Refusal(NeedsAttention):
    """Procountor understood a request and refused it.

    Its own messages are in ``answers``. The message of the exception repeats only codes, as the
    others may quote what was sent, which can be salaries.
    """

    def __init__(self, message: str, *, status: int, answers: Answers = ()) -> None:
        codes = [text for _, text in answers if _is_code(text)]
        super().__init__(f"{message}: {', '.join(codes)}" if codes else message)
        self.status = status
        self.answers = answers
        texts = [text for _, text in answers]
        self.facts = {
            "answer": "; ".join(texts),
            "reason": first_refusal_of(texts, status=status) or "",
            "status": str(status),
        }


class ProcountorRejected(_Refusal):
    """Procountor found a fault in what was sent, and did nothing."""

    code = ProblemCode.PROCOUNTOR_REFUSED


class AccessDenied(_Refusal):
    """The person or technical user we act for lacks the right to do this in Procountor."""

    code = ProblemCode.PROCOUNTOR_ACCESS_DENIED


class ApplicationRefused(AccessDenied):
    """Procountor does not accept our client id and secret, for any company."""

    code = ProblemCode.CLIENT_ID_REFUSED


class GrantEnded(NeedsAttention):
    """Procountor no longer lets us act for the company: a person must authorise us again."""

    code = ProblemCode.AUTHORISATION_REFUSED


def _is_code(text: str) -> bool:
    return text.isascii() and text.isidentifier() and text.isupper()
