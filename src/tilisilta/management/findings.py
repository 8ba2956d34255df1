"""What an examination has to report about one part of an installation."""

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
    """The result for one part, and what to do if it is not well."""

    part: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def finding_document(finding: Finding) -> Mapping[str, Any]:
    """Return a finding for the JSON document."""
    return {
        "part": finding.part,
        "verdict": finding.verdict.value,
        "detail": finding.detail,
        "remedy": finding.remedy or None,
    }


def finding_text(finding: Finding) -> str:
    """Return a finding for a person, with a sign that stands out."""
    signs = {Verdict.WELL: "ok", Verdict.WARNING: "??", Verdict.FAILED: "!!"}
    line = f"{signs[finding.verdict]}  {finding.part}: {finding.detail}"
    return f"{line}\n    {finding.remedy}" if finding.remedy else line
