"""Texts that Procountor accepts: Windows-1252, of limited length, no personal codes (R9)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from tilisilta.domain.identity import shortened
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.personal_codes import find_personal_codes, mask_personal_codes
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.tallies import Finding, LineTally

# Procountor's limit for the text of a row.
MOST_DESCRIPTION_CHARACTERS = 255
MOST_CHARACTERS_NAMED = 20
UNWRITABLE = "?"

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _table(pairs: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in pairs.split())


_SIGNS = _table(
    "−=- ‐=- ‑=- ‒=– ―=— ′=' ″=\" ʼ=' ‛=' ‟=\" →=-> ←=<- ⁄=/ ∕=/ ≈=~ №=No ẞ=SS ₽=RUB"
) | {"≤": "<=", "≥": ">=", "≠": "!="}
_LETTERS = _table(
    "Đ=D đ=d Ħ=H ħ=h ı=i ĸ=k Ł=L ł=l Ŋ=N ŋ=n Ŧ=T ŧ=t Ə=E ə=e Ⱥ=A ⱥ=a Ɖ=D ɖ=d Ɨ=I ɨ=i Ƚ=L ƚ=l"
)
_CYRILLIC = _table(
    "а=a б=b в=v г=g д=d е=e ё=jo ж=zh з=z и=i й=j к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f"
    " х=h ц=ts ч=tj ш=sh щ=sjtj ъ= ы=y ь= э=e ю=ju я=ja і=i ї=ji є=je ґ=g ј=j љ=lj њ=nj ћ=c ђ=dj"
)
_GREEK = _table(
    "α=a β=b γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch"
    " ψ=ps ω=o μ=m"
)


@dataclass(frozen=True, kw_only=True)
class CleanText:
    """A text as it will be sent, and how it was changed.

    ``replaced`` pairs each character that Windows-1252 lacks with its replacement. ``kinds`` are
    the countries of personal identity codes in it; those are masked in ``text``.
    """

    text: str
    replaced: tuple[tuple[str, str], ...] = ()
    kinds: tuple[str, ...] = ()
    is_shortened: bool = False


def clean_text(text: str, *, most: int | None = None) -> CleanText:
    """Return ``text`` as Procountor can store it: without outer blanks, foreign letters rewritten.

    Personal codes are searched in the rewritten text, as a rewritten dash or digit can complete
    one, and before it is shortened.
    """
    # Composed first: Windows-1252 has ä as one character, but neither half of a decomposed one.
    composed = unicodedata.normalize("NFC", text)
    replaced: dict[str, str] = {}
    if not is_writable(composed):
        replaced = {sign: _rewritten(sign) for sign in composed if not is_writable(sign)}
        composed = composed.translate({ord(sign): written for sign, written in replaced.items()})
    written = composed.strip()
    kinds = tuple(dict.fromkeys(kind.value for kind in find_personal_codes(written)))
    if kinds:
        written = mask_personal_codes(written)
    fitting = written if most is None else shortened(written, most)
    return CleanText(
        text=fitting,
        replaced=tuple(replaced.items()),
        kinds=kinds,
        is_shortened=fitting != written,
    )


class TextCheck:
    """Cleans the texts of one journal, each distinct one once, and collects their problems."""

    def __init__(self) -> None:
        self._cleaned: dict[str, CleanText] = {}
        self._characters: dict[str, str] = {}
        self._replaced: LineTally[str] = LineTally()
        self._kinds: LineTally[str] = LineTally()
        self._shortened: LineTally[str] = LineTally()
        self._link_problems: list[Problem] = []

    def descriptions(self, lines: Iterable[JournalLine]) -> dict[str, str]:
        """Return the text that is sent for each description of ``lines``."""
        for line in lines:
            cleaned = self._cleaned.get(line.description)
            if cleaned is None:
                cleaned = clean_text(line.description, most=MOST_DESCRIPTION_CHARACTERS)
                self._cleaned[line.description] = cleaned
            self._count(cleaned, line.position)
        return {original: cleaned.text for original, cleaned in self._cleaned.items()}

    def reference(self, reference: str, *, most: int) -> str:
        """Return the run's reference as it is sent; ``most`` leaves room for the token."""
        cleaned = clean_text(reference, most=most)
        self._characters.update(cleaned.replaced)
        for kind in cleaned.kinds:
            self._link_problems.append(_personal_code(kind, screen=Screen.LINK))
        if cleaned.is_shortened:
            self._link_problems.append(_text_shortened(field="name", most=most))
        return cleaned.text

    def problems(self) -> tuple[Problem, ...]:
        """Return all problems so far, each kind once."""
        problems = [_personal_code(finding.key, finding=finding) for finding in self._kinds]
        problems += [
            _text_shortened(
                field=finding.key,
                most=MOST_DESCRIPTION_CHARACTERS,
                finding=finding,
            )
            for finding in self._shortened
        ]
        return (*problems, *self._link_problems, *self._characters_replaced())

    def _count(self, cleaned: CleanText, position: int) -> None:
        if cleaned.replaced:
            self._characters.update(cleaned.replaced)
            self._replaced.add("description", position)
        for kind in cleaned.kinds:
            self._kinds.add(kind, position)
        if cleaned.is_shortened:
            self._shortened.add("description", position)

    def _characters_replaced(self) -> tuple[Problem, ...]:
        if not self._characters:
            return ()
        first = next(iter(self._replaced), None)
        return (
            Problem(
                code=ProblemCode.CHARACTERS_REPLACED,
                severity=Severity.WARNING,
                screen=Screen.JOURNAL,
                line=first.line if first else None,
                facts=facts(
                    characters=_named(self._characters),
                    count=len(self._characters),
                )
                + (first.line_facts if first else ()),
            ),
        )


def is_writable(text: str) -> bool:
    """Return whether Procountor stores every character of ``text`` as it is."""
    # Nearly all texts end here; a journal has 100,000 of them.
    if text.isascii() and text.isprintable():
        return True
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return _CONTROL.search(text) is None


def _rewritten(sign: str) -> str:
    """Return what replaces a character that Windows-1252 lacks; at worst a question mark."""
    known = _known(sign)
    if known is not None:
        return known
    category = unicodedata.category(sign)
    if category in {"Zs", "Zl", "Zp", "Cc"}:
        return " "
    if category in {"Cf", "Mn", "Me"}:
        return ""
    parts = unicodedata.normalize("NFKD", sign)
    # Without a decomposition the recursion below would not end.
    if parts == sign:
        return UNWRITABLE
    return "".join(part if is_writable(part) else _rewritten(part) for part in parts)


def _known(sign: str) -> str | None:
    for table in (_SIGNS, _LETTERS, _CYRILLIC, _GREEK):
        if sign in table:
            return table[sign]
        small = sign.lower()
        if small in table and small != sign:
            return table[small].capitalize()
    return None


def _named(characters: dict[str, str]) -> str:
    pairs = [f"{_shown(sign)} → {_shown(written)}" for sign, written in characters.items()]
    rest = [f"+{len(pairs) - MOST_CHARACTERS_NAMED}"] if len(pairs) > MOST_CHARACTERS_NAMED else []
    return ", ".join(pairs[:MOST_CHARACTERS_NAMED] + rest)


def _shown(text: str) -> str:
    """Return ``text`` as a person can see it: blanks and invisible characters by their number."""
    if text and text.isprintable() and not text.isspace():
        return text
    return " ".join(f"U+{ord(sign):04X}" for sign in text) or "∅"


def _personal_code(
    kind: str, *, screen: Screen = Screen.JOURNAL, finding: Finding[str] | None = None
) -> Problem:
    return Problem(
        code=ProblemCode.PERSONAL_IDENTITY_CODE,
        screen=screen,
        line=finding.line if finding else None,
        facts=facts(kind=kind) + (finding.line_facts if finding else ()),
    )


def _text_shortened(*, field: str, most: int, finding: Finding[str] | None = None) -> Problem:
    return Problem(
        code=ProblemCode.TEXT_SHORTENED,
        severity=Severity.WARNING,
        screen=Screen.JOURNAL if finding else Screen.LINK,
        line=finding.line if finding else None,
        facts=facts(field=field, limit=most) + (finding.line_facts if finding else ()),
    )
