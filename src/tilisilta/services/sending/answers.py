"""The problems that an answer to a posted receipt leaves: it is refused, or booked differently."""

from collections.abc import Mapping

from tilisilta.clients.procountor.errors import AccessDenied, ProcountorRejected
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.refusals import Refusal, place_of, refusal_of, row_of
from tilisilta.models import Export

MOST_ANSWERS = 50
_SCREENS: Mapping[Refusal | None, Screen] = {
    Refusal.PERIOD_CLOSED: Screen.LINK,
    Refusal.ACCOUNT_OR_VAT: Screen.LINK,
    Refusal.DIMENSION: Screen.LINK,
    Refusal.RIGHTS: Screen.PROCOUNTOR_ACCOUNT,
    Refusal.UNAUTHORISED: Screen.PROCOUNTOR_ACCOUNT,
}
"""Where what was refused can be put right in Tilisilta, too."""
_TEXTS = frozenset({"name", "accountants_notes"})


def rejections(export: Export, error: ProcountorRejected | AccessDenied) -> list[Problem]:
    """Return a problem for each fault that Procountor named, or one for all of its answer."""
    answers = getattr(error, "answers", ()) or (("", ""),)
    return [_rejection(export, error, field, answer) for field, answer in answers[:MOST_ANSWERS]]


def _rejection(
    export: Export, error: ProcountorRejected | AccessDenied, field: str, answer: str
) -> Problem:
    reason = refusal_of(answer, status=error.status)
    return Problem(
        code=ProblemCode.REJECTED,
        screen=_SCREENS.get(reason, Screen.PROCOUNTOR),
        booking_date=export.booking_date,
        facts=facts(
            status=str(error.status),
            answer=answer or str(error),
            reason=reason or "",
            field=field,
            fields=place_of(field),
            row=row_of(field) or "",
        ),
    )


def differences(
    export: Export, differing: tuple[str, ...], severity: Severity
) -> tuple[Problem, ...]:
    """Return the problem that the booked receipt differs. Another name or note only warns.

    People rename receipts all the time, and that changes nothing in the books.
    """
    if not differing:
        return ()
    return (
        Problem(
            code=ProblemCode.BOOKED_DIFFERENTLY,
            severity=Severity.WARNING if set(differing) <= _TEXTS else severity,
            screen=Screen.PROCOUNTOR,
            booking_date=export.booking_date,
            facts=(("fields", ", ".join(differing)),),
        ),
    )
