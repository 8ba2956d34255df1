"""Answers of Nmbrs that cannot be read as a journal: kept as they came, saved, and masked."""

import hashlib
import html
import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from tilisilta.domain.masking import TextMask
from tilisilta.models import Company, Run, UnreadableAnswer, User
from tilisilta.services import audit
from tilisilta.services.spreadsheets import Download, file_name_part

BINARY = "application/octet-stream"
MOST_SHOWN = 50
_ENCODINGS = ("utf-8", "utf-16", "cp1252")
_TAG = re.compile("<[^<>]*>")


def keep_answer(run: Run, content: bytes, *, now: datetime) -> None:
    """Store what Nmbrs answered for ``run``, unless the very same is stored already."""
    sha256 = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        # Read first: the same answer comes each night, and its content may be large.
        if UnreadableAnswer.objects.filter(run=run, sha256=sha256).update(last_at=now):
            return
        _answer, is_new = UnreadableAnswer.objects.get_or_create(
            run=run,
            sha256=sha256,
            defaults={"content": content, "size": len(content), "first_at": now, "last_at": now},
        )
        if is_new:
            _record(audit.Action.ANSWER_KEPT, run, sha256)


def answers_of(runs: Sequence[Run]) -> tuple[UnreadableAnswer, ...]:
    """Return the newest answers for ``runs``; ``is_gone`` says that a mask left no content."""
    if not runs:
        return ()
    answers = UnreadableAnswer.objects.filter(run__in=runs).select_related("run")
    is_gone = ExpressionWrapper(Q(content=b""), output_field=BooleanField())
    return tuple(answers.annotate(is_gone=is_gone).defer("content")[:MOST_SHOWN])


def save_answer(answer: UnreadableAnswer, *, user: User | None) -> Download:
    """Return an answer byte for byte as it came, but for what was masked."""
    run = answer.run
    _record(audit.Action.ANSWER_SAVED, run, answer.sha256, user=user)
    parts = (run.company.number, run.year, file_name_part(run.number), answer.sha256[:8])
    return Download(
        name=f"nmbrs-{'-'.join(map(str, parts))}.xml",
        content=bytes(answer.content),
        content_type=BINARY,
    )


def mask_unreadable(company: Company, mask: TextMask) -> int:
    """Mask a text in the answers of all runs of ``company``; return in how many it was."""
    count = 0
    for answer in UnreadableAnswer.objects.filter(run__company=company).iterator(10):
        before = bytes(answer.content)
        after = _masked(before, mask)
        if after != before:
            UnreadableAnswer.objects.filter(pk=answer.pk).update(content=after)
            count += 1
    return count


def _masked(content: bytes, mask: TextMask) -> bytes:
    """Return ``content`` without the text; nothing of it where it may still say the text then.

    It is no sound journal, so it may be in any encoding, with letters as references or in pieces.
    """
    if not _may_say(content, mask):
        return content
    try:
        masked = mask.applied(content.decode()).encode()
    except UnicodeDecodeError:
        return b""
    return b"" if _may_say(masked, mask) else masked


def _may_say(content: bytes, mask: TextMask) -> bool:
    texts = (html.unescape(content.decode(one, errors="replace")) for one in _ENCODINGS)
    return any(mask.hides(one) or mask.hides(_TAG.sub(" ", one)) for one in texts)


def _record(action: audit.Action, run: Run, sha256: str, *, user: User | None = None) -> None:
    name = str(run.company)
    audit.record(action, user=user, company=run.company, name=name, run=str(run), sha256=sha256)
