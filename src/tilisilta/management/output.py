"""The output of a command: one JSON document, or lines for a person, and an exit status."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.run_comparisons import RunComparison, RunSide
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TilisiltaError
from tilisilta.management.terminal import writes_every_sign
from tilisilta.services.explanations import Explanation, explain, explain_error


class Status(IntEnum):
    """How a command ended, for scripts. The numbers are documented and never change.

    ``UNCERTAIN`` means not known yet: a receipt may be booked or not, or what was asked for may
    still come. Nothing has to be repeated.
    """

    DONE = 0
    REFUSED = 1
    WRONG_USE = 2
    UNCERTAIN = 3


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a command answers: ``document`` with ``--json``, else ``text``."""

    document: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    status: Status = Status.DONE


class Refused(NeedsAttention):
    """The command line itself refuses a command, with its reason."""

    code = ProblemCode.COMMAND_REFUSED
    status = Status.REFUSED

    def __init__(
        self, message: str, *, cause: str = "", remedy: str = "", code: ProblemCode | None = None
    ) -> None:
        super().__init__(message)
        self.explanation = Explanation(
            message=message, cause=cause, remedy=remedy, code=code or self.code
        )


class WrongUse(Refused):
    """The words of a command do not go together; nothing was read or changed."""

    status = Status.WRONG_USE


class NamesUnknown(Refused):
    """What was to be named is not in Procountor; ``problems`` say what was probably meant."""

    def __init__(self, problems: Sequence[Problem], *, way: str = "--unchecked-names") -> None:
        super().__init__(
            _("Procountor does not have what the link would name"),
            cause=_("Each name was looked up there just now."),
            remedy=_("Put the names right. Nothing was changed. Or add %(way)s.") % {"way": way},
        )
        self.problems = tuple(problems)


def write(answer: Answer, *, as_json: bool) -> None:
    """Write an answer to standard output, which only ever carries answers."""
    if as_json:
        sys.stdout.write(as_document(answer.document) + "\n")
    elif answer.text:
        sys.stdout.write(answer.text.rstrip("\n") + "\n")
    sys.stdout.flush()


def write_refusal(error: TilisiltaError, *, as_json: bool) -> Status:
    """Write what went wrong, why, and what to do: to standard error, or as the JSON document."""
    document = error_document(error)
    if as_json:
        sys.stdout.write(as_document({"error": document}) + "\n")
    else:
        lines = [f"tilisilta: {explanation_text(explanation_of(error))}"]
        question = getattr(error, "comparison", None)
        if question is not None:
            lines.append(comparison_text(question))
        problems = getattr(error, "problems", ())
        lines += [problem_text(problem) for problem in problems]
        sys.stderr.write("\n".join(lines) + "\n")
    if isinstance(error, Refused):
        return error.status
    return Status.UNCERTAIN if isinstance(error, OutcomeUnknown) else Status.REFUSED


def explanation_of(error: TilisiltaError) -> Explanation:
    """Return the texts for ``error``: its own, or those that the pages show for it too."""
    return error.explanation if isinstance(error, Refused) else explain_error(error)


def refusal_of(error: ValidationError) -> Refused:
    """Return a value that Django refused as a refusal that names its field."""
    if hasattr(error, "error_dict"):
        faults = "; ".join(
            f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
        )
    else:
        faults = " ".join(error.messages)
    return Refused(
        _("That cannot be: %(told)s") % {"told": faults},
        remedy=_("Put the value right and give the command again. Nothing was changed."),
    )


def error_document(error: TilisiltaError) -> dict[str, Any]:
    """Return an error for the JSON document; a refused file brings its problems.

    ``facts`` are the values that its texts name, such as ``journal``, for scripts to decide by.
    """
    explanation = explanation_of(error)
    document: dict[str, Any] = {
        "kind": type(error).__name__,
        "code": explanation.code,
        "message": explanation.message,
        "cause": explanation.cause,
        "remedy": explanation.remedy,
    }
    if error.facts:
        document["facts"] = dict(error.facts)
    question = getattr(error, "comparison", None)
    if question is not None:
        document["comparison"] = comparison_document(question)
    problems = getattr(error, "problems", None)
    if problems is not None:
        document["problems"] = [problem_document(problem) for problem in problems]
    return document


def comparison_document(compared: RunComparison) -> dict[str, Any]:
    """Return a file beside the journal that it may be a newer version of."""
    return {
        "file": _side_document(compared.file),
        "known": _side_document(compared.known),
        "equal_lines": compared.equal_lines,
        "common_accounts": compared.common_accounts,
        "changed_sums": compared.changed_sums,
        "proposal": compared.proposal,
    }


def comparison_text(compared: RunComparison) -> str:
    """Return that comparison for a person, as a small table."""
    rows = [
        (
            name,
            str(side.period),
            str(side.line_count),
            str(side.account_count),
            str(side.sum_count),
            amount(side.debit),
        )
        for name, side in ((_("file"), compared.file), (_("known"), compared.known))
    ]
    counts = (
        "",
        "",
        _("%(count)s equal") % {"count": compared.equal_lines},
        _("%(count)s in common") % {"count": compared.common_accounts},
        _("%(count)s differ") % {"count": compared.changed_sums},
        f"{compared.difference:+,.2f}".replace(",", " "),
    )
    headers = ("", _("Period"), _("Lines"), _("Ledger accounts"), _("Sums"), _("Debit"))
    return table(headers, [*rows, counts], right="|".join(headers[2:]))


def _side_document(side: RunSide) -> dict[str, Any]:
    return {
        "period": str(side.period),
        "line_count": side.line_count,
        "account_count": side.account_count,
        "debit_total": side.debit,
    }


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a problem for the JSON document, in the language of the terminal."""
    explanation = explain(problem)
    return {
        "code": problem.code.value,
        "severity": problem.severity.value,
        "line": problem.line,
        "booking_date": problem.booking_date,
        "message": explanation.message,
        "cause": explanation.cause,
        "remedy": explanation.remedy,
    }


def problem_text(problem: Problem) -> str:
    """Return a problem for a person: what, why, and what to do, a line for each."""
    explanation = explain(problem)
    kind = _("Error") if problem.stops else _("Warning")
    line = "" if problem.line is None else " · " + _("line %(line)s") % {"line": problem.line}
    parts = (f"{kind} {problem.code.value}{line}: {explanation.message}", *_reasons(explanation))
    return "\n".join(parts)


def explanation_text(explanation: Explanation) -> str:
    return "\n".join((coded(explanation), *_reasons(explanation)))


def coded(explanation: Explanation) -> str:
    return f"{explanation.code} {explanation.message}".lstrip()


def as_document(document: Mapping[str, Any]) -> str:
    """Return the JSON document of a command. Amounts are texts: floats would round them.

    Signs that standard output cannot write are escaped, so that a script still reads them.
    """
    is_ascii = not writes_every_sign(sys.stdout)
    return json_text(document, is_ascii=is_ascii)


def json_text(document: Mapping[str, Any], *, is_ascii: bool = False) -> str:
    """Return a document as JSON, the same for the commands and the API."""
    return json.dumps(document, default=_plain, ensure_ascii=is_ascii, indent=2)


def amount(value: Decimal | None) -> str:
    """Return an amount for a person, always with its cents: 1 234.50."""
    return "" if value is None else f"{value:,.2f}".replace(",", " ")


def shown_moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> str:
    """Return rows under headers, as wide as they need; ``right`` names headers to align right."""
    body = [[str(cell) for cell in row] for row in rows]
    widths = [
        max(len(row[column]) for row in [list(headers), *body]) for column in range(len(headers))
    ]
    is_right = [header in right.split("|") for header in headers]

    def drawn(row: Sequence[str]) -> str:
        cells = zip(row, widths, is_right, strict=True)
        return "  ".join(
            cell.rjust(width) if right_set else cell.ljust(width)
            for cell, width, right_set in cells
        ).rstrip()

    return "\n".join([drawn(headers), drawn(["-" * width for width in widths]), *map(drawn, body)])


def _reasons(explanation: Explanation) -> tuple[str, ...]:
    return tuple(f"  {text}" for text in (explanation.cause, explanation.remedy) if text)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in an answer.")
