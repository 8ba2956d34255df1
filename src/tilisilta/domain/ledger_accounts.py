"""Which of Procountor's ledger accounts each line goes to (R5)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tilisilta.domain.administrations import LedgerAccount
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.likeness import LikeCodes
from tilisilta.domain.links import LinkRules
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.questionable import question_about
from tilisilta.domain.tallies import Finding, LineTally, merged

MOST_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class AccountPlacing:
    """Procountor's number for each ledger account of the journal, and what is wrong with it.

    An account that could not be placed has its own number here, so that the receipt can be drawn.
    """

    codes: Mapping[str, str]
    problems: tuple[Problem, ...]


def place_accounts(
    lines: Iterable[JournalLine], rules: LinkRules, ledger_accounts: Iterable[LedgerAccount]
) -> AccountPlacing:
    """Find the ledger account of every line: mapped, or of the same number, or the fallback.

    The fallback is for accounts that Procountor lacks. It never replaces an account of the chart
    or of the link's mappings that is only written differently; never what is no code at all, such
    as #N/A or a date; and never all accounts of a journal.
    """
    chart = {account.code.strip(): account for account in ledger_accounts}
    mappings = {journals: ours.strip() for journals, ours in rules.account_mappings}
    own_codes = (*chart, *mappings)
    alike = LikeCodes(own_codes, are_numbers=True)
    used: LineTally[str] = LineTally()
    for line in lines:
        used.add(line.ledger_account, line.position)
    codes: dict[str, str] = {}
    problems: list[Problem] = []
    fallbacks: list[Finding[str]] = []
    for finding in used:
        # A mapping may have the account with the same outer blanks as the journal.
        own = finding.key.strip()
        code = mappings.get(finding.key, mappings.get(own, own))
        codes[finding.key] = code
        is_mapped = code != own
        # A mistyped account of the chart must be corrected, not disappear in the fallback account.
        meant = "" if is_mapped or code in chart else alike.meant_by(own)
        problem = _problem_with(
            code, chart, finding, mapped_from=own if is_mapped else "", meant=meant
        )
        is_no_code = not is_mapped and code not in chart and question_about(own, own_codes)
        if problem and rules.fallback_account and not (meant or is_no_code):
            codes[finding.key] = rules.fallback_account
            problem = _fallback_used(problem, rules.fallback_account)
            fallbacks.append(finding)
        problems.extend([problem] if problem else [])
    if fallbacks:
        problems.extend(check_named_account(rules.fallback_account, chart.values(), "fallback"))
    if fallbacks and set(codes.values()) == {rules.fallback_account}:
        problems.append(_all_to_fallback(fallbacks, rules.fallback_account))
    return AccountPlacing(codes=codes, problems=tuple(problems))


def check_named_account(
    code: str, ledger_accounts: Iterable[LedgerAccount], role: str = "", *, mapped_from: str = ""
) -> tuple[Problem, ...]:
    """Return what is wrong with the ledger account that the link names.

    It is named for ``role``, or as the one that ``mapped_from`` is mapped to.
    """
    chart = {account.code.strip(): account for account in ledger_accounts}
    problem = _problem_with(code, chart, None, role=role, mapped_from=mapped_from)
    return (problem,) if problem else ()


def near_accounts(code: str, ledger_accounts: Iterable[LedgerAccount]) -> tuple[LedgerAccount, ...]:
    """Return active ledger accounts that may be meant by ``code``, the likeliest first.

    Charts of accounts are ordered by number, so accounts that begin alike and lie near are likely.
    """
    alike = [
        account
        for account in ledger_accounts
        if account.is_active and _shared_start(account.code, code) >= min(2, len(code))
    ]
    alike.sort(key=lambda account: (*_distance(account.code, code), account.code))
    return tuple(alike[:MOST_NEAR])


def _problem_with(
    code: str,
    chart: Mapping[str, LedgerAccount],
    finding: Finding[str] | None,
    **more: str,
) -> Problem | None:
    account = chart.get(code)
    if account and account.is_active:
        return None
    near = ", ".join(near.code for near in near_accounts(code, chart.values()))
    return Problem(
        code=(
            ProblemCode.LEDGER_ACCOUNT_INACTIVE if account else ProblemCode.LEDGER_ACCOUNT_UNKNOWN
        ),
        screen=Screen.LINK,
        line=finding.line if finding else None,
        facts=facts(
            account=mask_personal_codes(code),
            name=account.name if account else "",
            near=near,
            **more,
        )
        + (finding.line_facts if finding else ()),
    )


def _fallback_used(problem: Problem, fallback: str) -> Problem:
    """Return the warning that replaces ``problem`` where the link names a fallback account."""
    return replace(
        problem,
        code=ProblemCode.FALLBACK_USED,
        severity=Severity.WARNING,
        facts=problem.facts + facts(fallback=fallback),
    )


def _all_to_fallback(fallbacks: Sequence[Finding[str]], fallback: str) -> Problem:
    """Return the error that all lines would go to one account, where they cancel out."""
    everything = merged(fallback, fallbacks)
    return Problem(
        code=ProblemCode.ALL_TO_FALLBACK,
        screen=Screen.LINK,
        line=everything.line,
        facts=facts(fallback=fallback) + everything.line_facts,
    )


def _shared_start(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _distance(one: str, other: str) -> tuple[int, int]:
    is_numeric = one.isdecimal() and other.isdecimal()
    return -_shared_start(one, other), abs(int(one) - int(other)) if is_numeric else 0
