"""Saying no the way Procountor does: a status and a list of what is wrong with which field."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox_parts.wire import answer, without_none

CLOSED_PERIOD = "CLOSED_FISCAL_PERIOD"
ACCOUNT_OR_VAT = "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION"
UNKNOWN_DIMENSION = (
    "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE"
)
UNAUTHORIZED = "Unauthorized"
NO_RIGHTS = "User rights check failed: Insufficient user rights"


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One thing that is wrong. ``message`` is a code of Procountor's, or ours (``SANDBOX_…``)."""

    message: str
    field: str | None = None


class Refused(Exception):
    """The request is answered with that status and those violations, and nothing was changed."""

    def __init__(self, status: int, *violations: Violation) -> None:
        super().__init__(f"{status}: {', '.join(one.message for one in violations)}")
        self.status = status
        self.violations = violations


def blank(field: str) -> Violation:
    """Return the violation for a required value that is missing."""
    return Violation(field=field, message=f"Value of the '{field}' cannot be blank.")


def invalid(field: str, value: object) -> Violation:
    """Return the violation for a value of the wrong kind."""
    shown = str(value)[:60]
    return Violation(field=field, message=f"Value of the '{field}' field is invalid: {shown}")


def not_found(what: str) -> Refused:
    """Return the refusal for something this company does not have."""
    return Refused(404, Violation(message=f"SANDBOX_NOT_FOUND: {what}"))


def error_answer(refused: Refused) -> Response:
    """Return the documented error body for a refusal."""
    errors = [
        without_none(status=refused.status, field=one.field, message=one.message)
        for one in refused.violations
    ]
    return answer({"errors": errors}, refused.status)
