"""What an examination finds out about one part of an installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How one part is."""

    WELL = "well"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found out about one part, and what to do if it is not well."""

    part: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def finding_document(finding: Finding) -> Mapping[str, Any]:
    """A finding for the JSON document."""
    return {
        "part": finding.part,
        "verdict": finding.verdict.value,
        "detail": finding.detail,
        "remedy": finding.remedy or None,
    }


def finding_text(finding: Finding) -> str:
    """A finding for a person, with a sign that is seen at once."""
    signs = {Verdict.WELL: "ok", Verdict.WARNING: "??", Verdict.FAILED: "!!"}
    line = f"{signs[finding.verdict]}  {finding.part}: {finding.detail}"
    return f"{line}\n    {finding.remedy}" if finding.remedy else line
