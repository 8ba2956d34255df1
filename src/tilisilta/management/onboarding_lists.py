"""Lists of companies that a worker sets up, as JSON documents in the words of ``onboard``."""

from collections.abc import Mapping
from typing import Any

from tilisilta.domain.onboarding import Standing
from tilisilta.management.output import problem_document
from tilisilta.models import Onboarding, OnboardingRow
from tilisilta.services.onboarding.words import reason_of

State = OnboardingRow.State
_NOTHING_FOUND: Mapping[str, Any] = {
    "account": "",
    "administration": "",
    "business_id": "",
    "dimensions": [],
    "unknown_accounts": [],
    "booked": None,
    "start": None,
    "profile": None,
    "others": [],
}


def onboarding_document(
    onboarding: Onboarding, counts: Mapping[tuple[str, str], int]
) -> dict[str, Any]:
    """Return a list with its ``counts`` by state and standing."""
    standings = {standing.value: 0 for standing in Standing}
    for (_state, standing), count in counts.items():
        if standing:
            standings[standing] += count
    moving = (State.WAITING.value, State.ASKED.value)
    reader = onboarding.read_by
    return {
        "id": onboarding.pk,
        "file": onboarding.file_name,
        "read_at": onboarding.read_at,
        "user": reader.get_username() if reader else None,
        "company_count": sum(counts.values()),
        "waiting_count": sum(count for (state, _), count in counts.items() if state in moving),
        "counts": standings,
    }


def onboarding_row_document(row: OnboardingRow) -> dict[str, Any]:
    """Return a company of a list with what was found. Its API key is no part of it."""
    company, found = row.company, row.found
    standing = Standing(row.match) if row.match else None
    reason = (
        reason_of(
            standing,
            tuple(row.problems),
            fault=row.wanted.get("fault", ""),
            fault_text=row.wanted.get("fault_text", ""),
            text=found.get("text", ""),
        )
        if standing is not None
        else None
    )
    return {
        "row": row.pk,
        "mark": found.get("mark"),
        "line": row.line,
        "company": company.number if company else None,
        "name": company.name if company else row.wanted["company"],
        "company_business_id": company.business_id or None if company else None,
        "state": row.state,
        "standing": standing.value if standing is not None else None,
        **{name: found.get(name, nothing) for name, nothing in _NOTHING_FOUND.items()},
        "cause": reason.cause if reason is not None else None,
        "remedy": reason.remedy if reason is not None else None,
        "problems": [problem_document(problem) for problem in row.problems],
    }
