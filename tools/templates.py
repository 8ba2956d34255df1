"""Checks that people can read the templates and the stylesheet, which no formatter ensures.

    tools/templates.py

The rules, for what djade (template tags) and djhtml (two blanks a level) leave open:

- a line has at most 120 characters;
- a line begins at most one block-level element;
- a block-level element or block tag that ends on a later line has its first and its last line
  to itself, and so have its {% else %}, {% elif %}, {% empty %} and {% plural %};
- a section of the stylesheet has fewer than 120 lines.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "src" / "tilisilta" / "web"
MOST_CHARACTERS = 120
MOST_SECTION_LINES = 119
# "button", "option" and "select" are not block-level, but as hard to find inside a line.
BLOCK_LEVEL = re.compile(
    r"article|body|button|caption|dd|details|div|dl|dt|fieldset|footer|form|h[1-6]|head|header"
    r"|html|legend|li|main|nav|ol|option|p|pre|section|select|summary|svg|symbol"
    r"|table|tbody|td|tfoot|th|thead|tr|ul"
)
BLOCK_TAGS = frozenset(
    ("block", "blocktranslate", "comment", "for", "if", "localize", "crumbs", "marked", "with")
)
MIDDLE_TAGS = frozenset(("elif", "else", "empty", "plural"))

_TAG = r"\{%.*?%\}|\{\{.*?\}\}"
# An element's tag may hold template tags, also inside its quotes: those are no block tags.
TOKEN = re.compile(
    rf"\{{#.*?#\}}|<!--.*?-->"
    rf"|</?[a-zA-Z](?:{_TAG}|\"(?:{_TAG}|[^\"])*\"|'(?:{_TAG}|[^'])*'|[^>\"'])*>"
    rf"|{_TAG}",
    re.DOTALL,
)
SECTION = re.compile(r"^/\* (\d+ .*?) -+ \*/$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where an element or block tag begins, and where its first tag ends."""

    name: str
    begins: int
    ends: int


def long_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are too long, by number."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MOST_CHARACTERS:
            yield number, f"{len(line)} characters, at most {MOST_CHARACTERS}"


def crowded_lines(template: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold more than one element or block tag, by number."""
    open_starts: list[Start] = []
    last_begun = 0
    for token in TOKEN.finditer(template):
        name, is_end = _name_of(token[0])
        place = _line_of(template, token.start())
        if not is_end and BLOCK_LEVEL.fullmatch(name):
            if last_begun == place:
                yield place, f"<{name}> is not the line's only block-level element"
            last_begun = _line_of(template, token.end())
        if is_end and open_starts and open_starts[-1].name == name:
            start = open_starts.pop()
            yield from _not_alone(template, start, token)
        elif not is_end and (BLOCK_LEVEL.fullmatch(name) or name in BLOCK_TAGS):
            open_starts.append(Start(name=name, begins=token.start(), ends=token.end()))
        elif name in MIDDLE_TAGS and open_starts:
            yield from _middle_not_alone(template, open_starts[-1], token)


def long_sections(stylesheet: str) -> Iterator[tuple[int, str]]:
    """Yield the sections of a stylesheet that are too long, by the number of their first line."""
    starts = list(SECTION.finditer(stylesheet))
    ends = [*(start.start() for start in starts[1:]), len(stylesheet)]
    for start, end in zip(starts, ends, strict=True):
        count = stylesheet.count("\n", start.start(), end)
        if count > MOST_SECTION_LINES:
            yield (
                _line_of(stylesheet, start.start()),
                f"section {start[1]} has {count} lines, at most {MOST_SECTION_LINES}",
            )


def _name_of(token: str) -> tuple[str, bool]:
    """Return what a token belongs to, and whether it ends it: ("div", True) for </div>."""
    if found := re.match(r"<(/?)([\w-]+)", token):
        return found[2].lower(), bool(found[1])
    if found := re.match(r"\{%\s*(end)?(\w+)", token):
        return found[2], bool(found[1])
    return "", False


def _not_alone(template: str, start: Start, end: re.Match[str]) -> Iterator[tuple[int, str]]:
    if _line_of(template, start.begins) == _line_of(template, end.end()):
        return
    for begins, ends, what in (
        (start.begins, start.ends, "begins"),
        (end.start(), end.end(), "ends"),
    ):
        if not _is_alone(template, begins, ends):
            yield _line_of(template, begins), f"{start.name} {what} beside something else"


def _middle_not_alone(
    template: str, start: Start, middle: re.Match[str]
) -> Iterator[tuple[int, str]]:
    spans_lines = "\n" in template[start.ends : middle.start()]
    if spans_lines and not _is_alone(template, middle.start(), middle.end()):
        yield _line_of(template, middle.start()), f"{middle[0]} stands beside something else"


def _is_alone(template: str, begins: int, ends: int) -> bool:
    before = template[template.rfind("\n", 0, begins) + 1 : begins]
    line_end = template.find("\n", ends)
    after = template[ends : line_end if line_end >= 0 else len(template)]
    return not before.strip() and not after.strip()


def _line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _check() -> Iterator[str]:
    for path in sorted(WEB.rglob("templates/**/*.html")):
        template = path.read_text(encoding="utf-8")
        for number, what in (*long_lines(template), *crowded_lines(template)):
            yield f"{path.relative_to(WEB)}:{number}: {what}"
    for path in sorted(WEB.rglob("static/*.css")):
        stylesheet = path.read_text(encoding="utf-8")
        for number, what in (*long_lines(stylesheet), *long_sections(stylesheet)):
            yield f"{path.relative_to(WEB)}:{number}: {what}"


def main() -> None:
    """Print what is hard to read, and fail where there is any."""
    found = list(_check())
    print("\n".join(found) if found else "The templates are readable.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
