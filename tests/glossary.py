"""Reads the words of the screens from the glossary, and compares translations with them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"
SECTION = "## In Swedish and Finnish"
LANGUAGES = ("sv", "fi")

# What is no word of the sentence: placeholders, options and tags.
_NO_WORDS = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|--[\w-]+|<[^>]+>")
_COMMAND = re.compile(r"\btilisilta( [a-z]+)+")
# "Run" where it is what one does with a program, not a payroll run.
_RUNNING = re.compile(
    r"whoever runs|have run at|^run %\(moment\)s$"
    r"|\brun (Tilisilta|tilisilta|a worker|everything|the (pages|service|stand-in))",
    re.IGNORECASE,
)
_IN_PARENTHESES = re.compile(r" \([^)]*\)")


@dataclass(frozen=True, kw_only=True)
class Term:
    """A thing: its English words, and in each language those that are used and those that are not.

    Words end where their inflection begins.
    """

    english: tuple[str, ...]
    used: dict[str, tuple[str, ...]]
    unused: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        return self.english[0].replace("·", "")

    def is_in(self, text: str) -> bool:
        return any(_english(word).search(text) for word in self.english)


def read_terms(path: Path = GLOSSARY) -> tuple[Term, ...]:
    """Return the terms of the first table of the section, those with more words first."""
    table = path.read_text(encoding="utf-8").partition(SECTION)[2].partition("\n| ")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    terms = [_term(*(cell.strip() for cell in row.strip("| ").split(" |"))) for row in rows]
    return tuple(sorted(terms, key=lambda term: -max(len(word.split()) for word in term.english)))


def faults(
    texts: Iterable[tuple[str, str]], *, language: str, terms: tuple[Term, ...]
) -> Iterator[str]:
    """Yield what is wrong with pairs of an English text and its translation."""
    for original, translated in texts:
        for what in _faults_of(original, translated, language, terms):
            yield f"{language}: {what}\n    {original}\n    {translated}"


def _faults_of(
    original: str, translated: str, language: str, terms: tuple[Term, ...]
) -> Iterator[str]:
    left = _NO_WORDS.sub(" ", _COMMAND.sub(" ", _RUNNING.sub(" ", original)))
    said = _NO_WORDS.sub(" ", translated)
    chosen = {word for term in terms for word in term.used[language]}
    meant = []
    for term in terms:
        if not term.is_in(left):
            continue
        meant.append(term)
        if not any(_has(said, word) for word in term.used[language]):
            yield f"{term.name} is not {' or '.join(term.used[language])}"
        # "Journal line" is no journal: words that a longer term has used up count for no other.
        for word in term.english:
            left = _english(word).sub(" ", left) if " " in word else left
    for term in terms:
        for word in term.unused[language]:
            is_of_another = word in chosen
            if is_of_another and (term not in meant or _is_meant(word, language, meant)):
                continue
            if _begins_a_word(_IN_PARENTHESES.sub("", said), word):
                yield f"{word} is not used for {term.name}"


def _is_meant(word: str, language: str, meant: Iterable[Term]) -> bool:
    return any(word in term.used[language] for term in meant)


def _term(english: str, swedish: str, finnish: str, unused: str = "") -> Term:
    not_used: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for part in filter(None, unused.split(";")):
        language, _colon, words = part.strip().partition(": ")
        not_used[language].extend(_stem(word) for word in words.split(", "))
    return Term(
        english=tuple(word.removeprefix("to ") for word in english.split(", ")),
        used={"sv": _stems(swedish), "fi": _stems(finnish)},
        unused={language: tuple(words) for language, words in not_used.items()},
    )


def _stems(cell: str) -> tuple[str, ...]:
    return tuple(_stem(word) for word in _IN_PARENTHESES.sub("", cell).split(", "))


def _stem(word: str) -> str:
    """Return ``word`` without its ending; an ending within several words stays a dot."""
    return re.sub(r"·\w*$", "", word.strip())


def _english(word: str) -> re.Pattern[str]:
    stem, dot, _ending = word.partition("·")
    ending = r"\w*" if dot else "s?"
    return re.compile(rf"(?<![\w-]){re.escape(stem)}{ending}(?![\w-])", re.IGNORECASE)


def _pattern(word: str) -> str:
    return r"\w*".join(re.escape(part) for part in re.split(r"·\w*", word))


def _has(text: str, word: str) -> bool:
    return re.search(_pattern(word), text, re.IGNORECASE) is not None


def _begins_a_word(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){_pattern(word)}", text, re.IGNORECASE) is not None
