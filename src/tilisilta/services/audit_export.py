"""The audit log as a file, with the chain, so that it can be checked without this program."""

import json
from collections.abc import Generator, Iterable, Iterator, Sequence

from django.db.models import Count, Max, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from tilisilta.domain.audit_chain import canonical_form
from tilisilta.models import AuditEntry, AuditSeal, User
from tilisilta.services import audit
from tilisilta.services.audit_chain import ROWS_AT_ONCE, chain_entry, seal_entries
from tilisilta.services.audit_sentences import FIELD_WORDS, sentence_of
from tilisilta.services.spreadsheets import CSV, LongDownload, Value, csv_parts

OF_OTHER_DEBTORS = frozenset({"debtor", "debtors"})
"""Fields whose former value may name a debtor that a limited reader does not see."""


def save_log(
    entries: "QuerySet[AuditEntry]", *, user: User | None, has_decimal_comma: bool = False
) -> LongDownload:
    """Return ``entries`` as CSV in the order they were made, and record who saved them.

    For a user who is limited to some debtors it leaves out what may name others. What is recorded
    while the file is saved is not in it, so that it has as many entries as the record says.
    """
    seal_entries(timezone.now(), looks_at_all=True)
    is_limited = user is not None and user.is_limited
    known = entries.aggregate(count=Count("pk"), last=Max("pk"))
    # Before the first byte leaves: where the connection drops, part of the log has been read.
    audit.record(audit.Action.LOG_SAVED, user=user, count=str(known["count"]))
    parts = _parts(
        entries,
        last=known["last"] or 0,
        is_limited=is_limited,
        has_decimal_comma=has_decimal_comma,
    )
    return LongDownload(name="audit-log.csv", parts=parts, content_type=CSV)


def entries_as_csv(
    entries: "QuerySet[AuditEntry]", *, is_limited: bool = False, has_decimal_comma: bool = False
) -> bytes:
    """Return ``entries`` as CSV in the order they were made, with their seals.

    For a reader who ``is_limited`` it leaves out the seals, and what may name other debtors.
    """
    last = entries.aggregate(last=Max("pk"))["last"] or 0
    return b"".join(
        _parts(entries, last=last, is_limited=is_limited, has_decimal_comma=has_decimal_comma)
    )


def _parts(
    entries: "QuerySet[AuditEntry]", *, last: int, is_limited: bool, has_decimal_comma: bool
) -> Generator[bytes, None, None]:
    chosen = entries.select_related("company").order_by("pk")
    # The language is that of the request, which has ended when the rows are made.
    batches = _batches(chosen, last=last, language=get_language(), is_limited=is_limited)
    headers = _headers() if is_limited else (*_headers(), *_headers_of_chain())
    return csv_parts(headers, batches, has_decimal_comma=has_decimal_comma)


def _headers() -> tuple[str, ...]:
    return (
        *(_("Id"), _("When"), _("User"), _("By a command or a rule"), _("Kind"), _("What")),
        *(_("Company number"), _("Company"), _("About"), _("Id of that"), _("Old and new values")),
    )


def _headers_of_chain() -> tuple[str, ...]:
    return (
        *(_("Facts (JSON)"), _("Changes (JSON)"), _("Salt"), _("Masked (JSON)")),
        *(_("Position"), _("Sealed at"), _("Digest of the seal before"), _("Digest")),
        _("What is digested"),
    )


def _batches(
    entries: "QuerySet[AuditEntry]", *, last: int, language: str | None, is_limited: bool
) -> Iterator[Sequence[Sequence[Value]]]:
    """Yield the rows up to the entry ``last``, a batch of them at a time.

    Each batch is a query of its own: a cursor or transaction would stay open for as long as the
    reader takes, and for ever where the connection drops.
    """
    done = 0
    while batch := list(entries.filter(pk__gt=done, pk__lte=last)[:ROWS_AT_ONCE]):
        with override(language):
            rows = list(_rows(batch, is_limited=is_limited))
        yield rows
        done = batch[-1].pk


def _rows(batch: Sequence[AuditEntry], *, is_limited: bool) -> Iterator[tuple[Value, ...]]:
    seals = {} if is_limited else _seals_of(batch)
    for entry in batch:
        row = _values(entry, is_limited=is_limited)
        yield row if is_limited else (*row, *_chain_values(entry, seals.get(entry.pk)))


def _seals_of(entries: Iterable[AuditEntry]) -> dict[int, AuditSeal]:
    ids = [entry.pk for entry in entries]
    return {seal.entry_id: seal for seal in AuditSeal.objects.filter(entry__in=ids)}


def _values(entry: AuditEntry, *, is_limited: bool) -> tuple[Value, ...]:
    company = entry.company
    return (
        entry.pk,
        entry.at,
        entry.user_name,
        entry.system_user,
        entry.action,
        sentence_of(entry),
        company.number if company else None,
        company.name if company else "",
        entry.about_kind,
        entry.about_id,
        "; ".join(_changes(entry, is_limited=is_limited)),
    )


def _changes(entry: AuditEntry, *, is_limited: bool) -> Iterator[str]:
    for change in entry.changes:
        if not (is_limited and change["field"] in OF_OTHER_DEBTORS):
            field = FIELD_WORDS.get(change["field"], change["field"])
            before, after = _shown(change["before"]), _shown(change["after"])
            yield f"{field}: {before} \N{RIGHTWARDS ARROW} {after}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "\N{EN DASH}" if value in {None, ""} else str(value)


def _chain_values(entry: AuditEntry, seal: AuditSeal | None) -> tuple[Value, ...]:
    stored = (_json(entry.facts), _json(entry.changes), entry.salt, _json(entry.masked))
    if seal is None:
        return (*stored, None, None, "", "", "")
    form = canonical_form(
        chain_entry(entry),
        position=seal.position,
        previous=seal.previous,
        sealed_at=seal.sealed_at,
    )
    return (*stored, seal.position, seal.sealed_at, seal.previous, seal.digest, form)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
