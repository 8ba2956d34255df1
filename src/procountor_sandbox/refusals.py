"""Refusing a request as Procountor does: a status, and a list of what is wrong in which field."""

from dataclasses import dataclass

from werkzeug.wrappers import Response

from sandbox_parts.wire import answer, without_none

# Codes and texts seen in real answers (the first one on invoices; that receipts get it too is
# assumed). The whole list of codes is not public, so every other refusal begins with SANDBOX_: no
# program can come to depend on a guessed code.
CLOSED_PERIOD = "CLOSED_FISCAL_PERIOD"
ACCOUNT_OR_VAT = "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION"
UNKNOWN_DIMENSION = (
    "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE"
)
UNAUTHORIZED = "Unauthorized"
NO_RIGHTS = "User rights check failed: Insufficient user rights"


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One mistake. ``message`` is a code of Procountor's, or one of the sandbox (``SANDBOX_…``)."""

    message: str
    field: str | None = None


class Refused(Exception):
    """The request is answered with that status and those violations. Nothing was changed."""

    def __init__(self, status: int, *violations: Violation) -> None:
        super().__init__(f"{status}: {', '.join(one.message for one in violations)}")
        self.status = status
        self.violations = violations


# The words of both texts were seen in real answers.
def blank(field: str) -> Violation:
    return Violation(field=field, message=f"Value of the '{field}' cannot be blank.")


def invalid(field: str, value: object) -> Violation:
    # Long enough to recognise the value, and not a whole body sent back.
    shown = str(value)[:60]
    return Violation(field=field, message=f"Value of the '{field}' field is invalid: {shown}")


def not_found(what: str) -> Refused:
    return Refused(404, Violation(message=f"SANDBOX_NOT_FOUND: {what}"))


def error_answer(refused: Refused) -> Response:
    """Return the documented error body for a refusal."""
    errors = [
        without_none(status=refused.status, field=one.field, message=one.message)
        for one in refused.violations
    ]
    return answer({"errors": errors}, refused.status)
