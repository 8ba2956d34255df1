"""Sealing the audit log, and examining whether its chain is whole."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tilisilta.domain.audit_chain import (
    START,
    Break,
    BreakKind,
    ChainEntry,
    Examined,
    Head,
    Seal,
    examine,
    seal_of,
)
from tilisilta.models import AuditEntry, AuditHead, AuditSeal
from tilisilta.models.append_only import missing_triggers

ROWS_AT_ONCE = 1000
# A transaction may be committed after others whose entries have higher ids. So many ids back are
# looked at each time; everything is at the start of the service and before the chain is examined.
IDS_LOOKED_BACK = 10_000
_COLUMNS = tuple(field.name for field in fields(ChainEntry))


@dataclass(frozen=True, kw_only=True)
class ChainStanding:
    """How the chain stands: its head as noted, what was found, and what is not sealed."""

    head: Head
    examined: Examined
    unsealed: int
    missing_triggers: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return self.examined.is_whole and not self.missing_triggers


def seal_entries(now: datetime, *, looks_at_all: bool = False) -> int:
    """Seal the entries that are not sealed yet, by id, and return how many there were.

    Safe to call from several processes at once: the head is locked, so that one after the other
    continues the chain. Nothing that records an entry waits for that lock.
    """
    if not _unsealed(looks_at_all=looks_at_all).exists():
        return 0
    with transaction.atomic():
        head = _locked_head()
        # The database decides after the lock what is still unsealed: another process may have
        # sealed it while this one waited.
        entries = _unsealed(looks_at_all=looks_at_all).order_by("pk")
        return _continue(head, _chain_entries(entries), now)


def standing_of_chain() -> ChainStanding:
    """Examine the whole chain. Nothing is changed and nothing sealed."""
    # Without a transaction, which would keep an SQLite from being written to meanwhile. What is
    # sealed while we look comes behind the head and is left for the next time.
    head = _noted_head()
    examined = examine(_seals_up_to(head), head, places_explained=_places_explained)
    if examined.first_break is None and _is_head_put_back():
        broken = Break(kind=BreakKind.HEAD_PUT_BACK, position=head.position + 1)
        examined = replace(examined, first_break=broken)
    return ChainStanding(
        head=head,
        examined=examined,
        unsealed=_unsealed(looks_at_all=True).count(),
        missing_triggers=missing_triggers(connection),
    )


def oldest_unsealed() -> datetime | None:
    """Return when the oldest entry was made that is not sealed yet; ``None`` if all are."""
    oldest = _unsealed(looks_at_all=True).order_by("at").values_list("at", flat=True)
    return oldest.first()


def chain_entry(entry: AuditEntry) -> ChainEntry:
    """Return what the chain covers of an entry."""
    return _as_chain_entry({name: getattr(entry, name) for name in _COLUMNS})


def has_been_head(digest: str) -> bool:
    """Return whether ``digest``, noted earlier as the head of the chain, is still part of it."""
    return AuditSeal.objects.filter(digest=digest.strip().lower()).exists()


def _continue(head: AuditHead, entries: Iterable[ChainEntry], now: datetime) -> int:
    made: list[AuditSeal] = []
    count, position, previous, highest = 0, head.position, head.digest, head.entry_id
    for entry in entries:
        position += 1
        seal = seal_of(entry, position=position, previous=previous, sealed_at=now)
        made.append(
            AuditSeal(
                position=position,
                entry_id=entry.id,
                sealed_at=now,
                previous=previous,
                digest=seal.digest,
            )
        )
        previous, highest, count = seal.digest, max(highest, entry.id), count + 1
        if len(made) >= ROWS_AT_ONCE:
            AuditSeal.objects.bulk_create(made)
            made.clear()
    if count:
        AuditSeal.objects.bulk_create(made)
        head.position, head.digest, head.entry_id = position, previous, highest
        head.save(update_fields=["position", "digest", "entry_id"])
    return count


def _locked_head() -> AuditHead:
    AuditHead.objects.get_or_create(pk=AuditHead.ONLY, defaults={"digest": START})
    head = AuditHead.objects.select_for_update().get(pk=AuditHead.ONLY)
    last = AuditSeal.objects.order_by("-position").first()
    if last is not None and last.position > head.position:
        # The head was put back. Sealing goes on behind it, so that what comes later is still
        # protected; examining the chain finds the place.
        head.position = last.position
    return head


def _unsealed(*, looks_at_all: bool) -> "QuerySet[AuditEntry]":
    entries = AuditEntry.objects.order_by().filter(
        ~Exists(AuditSeal.objects.filter(entry=OuterRef("pk")))
    )
    if looks_at_all:
        return entries
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).values_list("entry_id", flat=True).first()
    return entries.filter(pk__gt=(head or 0) - IDS_LOOKED_BACK)


def _noted_head() -> Head:
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    return Head(position=head.position, digest=head.digest) if head else Head()


def _is_head_put_back() -> bool:
    """Return whether there are seals behind the head: they are written and moved on together."""
    position = AuditHead.objects.filter(pk=AuditHead.ONLY).values("position")
    return AuditSeal.objects.filter(position__gt=Coalesce(Subquery(position), 0)).exists()


def _seals_up_to(head: Head) -> Iterator[Seal]:
    """Return the seals in their order, each with its entry."""
    seals = AuditSeal.objects.filter(position__lte=head.position).order_by("position")
    columns = ("position", "entry_id", "sealed_at", "previous", "digest")
    rest = seals.values_list(*columns).iterator(ROWS_AT_ONCE)
    while batch := list(islice(rest, ROWS_AT_ONCE)):
        of_batch = AuditEntry.objects.order_by().filter(pk__in=[row[1] for row in batch])
        entries = {entry.id: entry for entry in _chain_entries(of_batch)}
        for position, entry_id, sealed_at, previous, digest in batch:
            yield Seal(
                position=position,
                entry=entries.get(entry_id),
                sealed_at=sealed_at,
                previous=previous,
                digest=digest,
            )


def _places_explained(entry_id: int) -> frozenset[str]:
    """Return the places of the texts of an entry that sealed entries say were masked."""
    said = AuditEntry.objects.filter(
        action=AuditEntry.Action.ENTRY_MASKED,
        about_kind=AuditEntry.About.ENTRY,
        about_id=entry_id,
        seal__isnull=False,
    )
    return frozenset(
        place
        for facts in said.values_list("facts", flat=True)
        if isinstance(facts, dict)
        for place in str(facts.get("places", "")).split()
    )


def _chain_entries(entries: "QuerySet[AuditEntry]") -> Iterator[ChainEntry]:
    # Rows of the columns alone: made into models they would take twice the time.
    for row in entries.values_list(*_COLUMNS).iterator(ROWS_AT_ONCE):
        yield _as_chain_entry(dict(zip(_COLUMNS, row, strict=True)))


def _as_chain_entry(values: dict[str, Any]) -> ChainEntry:
    return ChainEntry(**{**values, "masked": _masked(values["masked"])})


def _masked(stored: object) -> Mapping[str, Mapping[str, str]]:
    """Return what the row has for its masked texts; nothing where it has another shape."""
    if not isinstance(stored, dict):
        return {}
    return {
        place: {str(key): str(value) for key, value in one.items()}
        for place, one in stored.items()
        if isinstance(one, dict)
    }
