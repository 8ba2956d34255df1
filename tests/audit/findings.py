"""What is wrong on a page, and how that is told: equal findings of many pages as one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_PLACES = 4


@dataclass(frozen=True, kw_only=True)
class View:
    """How a page is looked at."""

    page: str
    language: str
    theme: str = ""
    width: int = 0

    def __str__(self) -> str:
        width = f"{self.width} px" if self.width else ""
        return " ".join(filter(None, (self.page, self.language, self.theme, width)))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong: by which rule, where on the page, and in which view."""

    rule: str
    text: str
    view: View
    selector: str = ""


def told(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield the lines about ``findings``: each kind once, with the first places of it."""
    kinds: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        kinds[finding.rule, finding.text].append(finding)
    for (rule, text), ones in sorted(kinds.items()):
        yield f"{len(ones)} x {rule}: {text}"
        places = list(dict.fromkeys(f"{one.view}  {one.selector}".rstrip() for one in ones))
        yield from (f"    {place}" for place in places[:MOST_PLACES])
        if len(places) > MOST_PLACES:
            yield f"    and {len(places) - MOST_PLACES} more places"
