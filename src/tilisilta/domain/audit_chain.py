"""The chain of the audit log: each entry is sealed with the digest of the entry before it.

``docs/audit-log.md`` describes the form that is digested, so that an auditor can work it out
without this program.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

START = "0" * 64
"""Stands where the first entry would have the digest of the one before."""
MASKED = "***"
"""What a masked text says; its digest stays in the chain."""
CLOCKS_AGREE = timedelta(hours=1)
"""So far the clocks of two machines may be apart, or a transaction may last."""
PlacesExplained = Callable[[int], frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainEntry:
    """What an entry of the log says, as far as the chain covers it.

    ``salt`` makes each text's digest unguessable. A masked entry has none: ``masked`` then has for
    each text its own salt or, where the text is gone, its digest.
    """

    id: int
    at: datetime
    action: str
    user_id: int | None
    user_name: str
    system_user: str
    company_id: int | None
    about_kind: str
    about_id: int | None
    facts: object
    changes: object
    salt: str
    masked: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """The place of an entry in the chain. ``entry`` is ``None`` where its row is gone."""

    position: int
    entry: ChainEntry | None
    sealed_at: datetime
    previous: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last seal, as noted apart from the seals."""

    position: int = 0
    digest: str = START


class BreakKind(StrEnum):
    """What is wrong at the first place where the chain does not hold."""

    SEAL_GONE = "seal_gone"
    ENTRY_GONE = "entry_gone"
    LINK = "link"
    CHANGED = "changed"
    UNEXPLAINED_MASK = "unexplained_mask"
    END_GONE = "end_gone"
    HEAD_PUT_BACK = "head_put_back"


@dataclass(frozen=True, kw_only=True)
class Break:
    """The first place where the chain does not hold."""

    kind: BreakKind
    position: int
    entry: ChainEntry | None = None


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What was found: how far the chain holds, where it breaks, and which entries are dated back.

    Each run of sealing takes all entries that are there. An entry that says it is older than the
    run before its own was added later than it says, or a clock was wrong.
    """

    head: Head
    first_break: Break | None
    dated_back: tuple[Seal, ...]

    @property
    def is_whole(self) -> bool:
        return self.first_break is None and not self.dated_back


def seal_of(entry: ChainEntry, *, position: int, previous: str, sealed_at: datetime) -> Seal:
    """Return the seal that puts ``entry`` behind the one whose digest is ``previous``."""
    digest = _digest(entry, position=position, previous=previous, sealed_at=sealed_at)
    return Seal(
        position=position, entry=entry, sealed_at=sealed_at, previous=previous, digest=digest
    )


def canonical_form(entry: ChainEntry, *, position: int, previous: str, sealed_at: datetime) -> str:
    """Return what is digested: JSON in ASCII, its keys sorted, without blanks."""
    return _json(
        {
            "about": [entry.about_kind, entry.about_id],
            "action": entry.action,
            "at": _moment(entry.at),
            "company": entry.company_id,
            "id": entry.id,
            "position": position,
            "previous": previous,
            "sealed_at": _moment(sealed_at),
            "system_user": entry.system_user,
            "texts": dict(_text_digests(entry)),
            "user": [entry.user_id, entry.user_name],
        }
    )


def texts_of(facts: object, changes: object) -> Iterator[tuple[str, object]]:
    """Return each text of an entry with its place, such as ``facts/name`` or ``changes/0/after``.

    Values of another shape than the program writes are a text as a whole.
    """
    if isinstance(facts, dict):
        yield from ((f"facts/{name}", value) for name, value in facts.items())
    else:
        yield "facts", facts
    if not isinstance(changes, list):
        yield "changes", changes
        return
    for number, change in enumerate(changes):
        if isinstance(change, dict):
            yield from ((f"changes/{number}/{name}", value) for name, value in change.items())
        else:
            yield f"changes/{number}", change


def text_digest(value: object, salt: str) -> str:
    """Return the digest of a text with the salt of its place."""
    return _sha256(f"{salt}{_json(value)}")


def salt_of_text(salt: str, place: str) -> str:
    """Return the salt of one text, which does not betray that of another."""
    return _sha256(f"{salt}{place}")


def masked(entry: ChainEntry, places: frozenset[str]) -> ChainEntry:
    """Return ``entry`` with the texts of ``places`` masked; their digests stay, and its own.

    The entry's salt goes, as a text of few possible values could be guessed by it and its digest.
    Every other text gets its own salt.
    """
    kept: dict[str, Mapping[str, str]] = {}
    for place, value in texts_of(entry.facts, entry.changes):
        known = entry.masked.get(place) or {"salt": salt_of_text(entry.salt, place)}
        if place in places and "digest" not in known:
            known = {"digest": text_digest(value, known["salt"])}
        kept[place] = known
    return replace(
        entry,
        facts=_with_masks(entry.facts, "facts", places),
        changes=_with_masks(entry.changes, "changes", places),
        salt="",
        masked=kept,
    )


def _with_masks(value: object, place: str, places: frozenset[str]) -> object:
    if place in places:
        return MASKED
    if isinstance(value, dict):
        return {name: _with_masks(one, f"{place}/{name}", places) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_masks(one, f"{place}/{at}", places) for at, one in enumerate(value)]
    return value


def examine(seals: Iterable[Seal], head: Head, *, places_explained: PlacesExplained) -> Examined:
    """Return the first place where the chain does not hold, and the entries dated back.

    ``seals`` come in the order of their positions. ``places_explained`` returns for the id of a
    masked entry the places of the texts that a sealed entry says were masked.
    """
    last = Head()
    earlier_run = run = None
    dated_back: list[Seal] = []
    for seal in seals:
        if seal.sealed_at != run:
            earlier_run, run = run, seal.sealed_at
        kind = _fault_of(seal, last, places_explained)
        if kind is not None:
            position = seal.position if kind is not BreakKind.SEAL_GONE else last.position + 1
            broken = Break(kind=kind, position=position, entry=seal.entry)
            return Examined(head=last, first_break=broken, dated_back=tuple(dated_back))
        if earlier_run and seal.entry and seal.entry.at < earlier_run - CLOCKS_AGREE:
            dated_back.append(seal)
        last = Head(position=seal.position, digest=seal.digest)
    broken_end = Break(kind=BreakKind.END_GONE, position=last.position + 1)
    return Examined(
        head=last,
        first_break=None if last == head else broken_end,
        dated_back=tuple(dated_back),
    )


def _fault_of(seal: Seal, last: Head, places_explained: PlacesExplained) -> BreakKind | None:
    entry = seal.entry
    if seal.position != last.position + 1:
        return BreakKind.SEAL_GONE
    if entry is None:
        return BreakKind.ENTRY_GONE
    if seal.previous != last.digest:
        return BreakKind.LINK
    if seal.digest != _digest(
        entry, position=seal.position, previous=seal.previous, sealed_at=seal.sealed_at
    ):
        return BreakKind.CHANGED
    if entry.masked and not _is_explained(entry, places_explained(entry.id)):
        return BreakKind.UNEXPLAINED_MASK
    return None


def _is_explained(entry: ChainEntry, places: frozenset[str]) -> bool:
    return all(
        place not in entry.masked
        or "digest" not in entry.masked[place]
        or (place in places and value == MASKED)
        for place, value in texts_of(entry.facts, entry.changes)
    )


def _text_digests(entry: ChainEntry) -> Iterator[tuple[str, str]]:
    for place, value in texts_of(entry.facts, entry.changes):
        known = entry.masked.get(place)
        if known is None:
            yield place, text_digest(value, salt_of_text(entry.salt, place))
        elif "digest" in known:
            yield place, known["digest"]
        else:
            yield place, text_digest(value, known.get("salt", ""))


def _digest(entry: ChainEntry, *, position: int, previous: str, sealed_at: datetime) -> str:
    return _sha256(canonical_form(entry, position=position, previous=previous, sealed_at=sealed_at))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _sha256(text: str) -> str:
    return sha256(text.encode("ascii")).hexdigest()


# Made once: json.dumps would make an encoder for each text.
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
