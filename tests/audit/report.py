"""What the audit prints at its end."""

from collections import Counter
from collections.abc import Iterator

from tests.audit.findings import told
from tests.audit.lighthouse import NOT_FOR_US
from tests.audit.looking import THEMES, WIDTHS
from tests.audit.walking import LANGUAGES, Walked, shown


def report(walked: Walked) -> Iterator[str]:
    """Yield the figures, what was left out, and what was found."""
    kinds = Counter(answer.kind for answer in walked.answers.values())
    asked = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    yield f"Addresses asked: {len(walked.answers)} ({asked})"
    views = walked.loads * len(THEMES) * len(WIDTHS)
    yield (
        f"axe-core: {len(walked.pages)} pages and {walked.scenes} scenes,"
        f" {walked.loads} loads in {len(LANGUAGES)} languages,"
        f" {views} views in {len(THEMES)} themes and {len(WIDTHS)} widths"
    )
    yield f"Lighthouse without its performance part: {walked.lighthouse_runs} runs"
    yield from (
        f"    left out on pages of the stand-ins: {name}, as {reason}"
        for name, reason in NOT_FOR_US.items()
    )
    if walked.pages:
        yield _sizes(walked)
    yield from told(walked.findings)
    yield f"Findings: {len(walked.findings)}"


def _sizes(walked: Walked) -> str:
    # Pages of the stand-ins count only where nothing else was asked for.
    pages = [one for one in walked.pages if one.is_ours] or walked.pages
    longest = max(pages, key=lambda one: walked.answers[one].bytes_of_page)
    heaviest = max(pages, key=lambda one: walked.answers[one].weight)
    return (
        f"Longest page: {walked.answers[longest].bytes_of_page} bytes compressed, {shown(longest)};"
        f" with all it loads at first: {walked.answers[heaviest].weight} bytes, {shown(heaviest)}"
    )
