"""Which ledger receipts in Procountor are ours, and which may be although nothing on them says so.

People tidy up: they rename receipts, change dates and rows, and write notes. A receipt is ours if
its name **or** its notes carry our token. One that would book just what ours books, and carries no
token of ours or has it from a copy, is *perhaps* ours, and a person says which it is (R8).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tilisilta.domain.identity import ALPHABET, TOKEN_CHARACTERS

INVALIDATED = "INVALIDATED"
APPROVED = "APPROVED"
UNSETTLED_FOR = timedelta(days=1)
"""A version may change again within its own second. Its clock's zone is not documented."""

_SIGN = rf"[{ALPHABET}]{{{TOKEN_CHARACTERS}}}"
# Behind its # whatever follows, as somebody may have gone on writing; elsewhere a word by itself.
_TOKEN = re.compile(rf"#({_SIGN})|(?<![0-9A-Z])({_SIGN})(?![0-9A-Z])")


@dataclass(frozen=True, kw_only=True)
class JournalReceipt:
    """A ledger receipt of the type JOURNAL in Procountor, as it was last read.

    ``tokens`` are all words in its name and notes that look like a token. ``digest`` says what it
    books (see ``domain.sameness``), and ``plain_digest`` the same without dimensions. ``sent_as``
    is the token of the export that our tables know as this very receipt; such a receipt need not
    be read, and has no digests then.
    """

    ledger_receipt_id: int
    receipt_number: int | None
    name: str
    receipt_date: date
    status: str
    version: str
    tokens: frozenset[str]
    digest: str = ""
    plain_digest: str = ""
    sent_as: str = ""

    @property
    def is_standing(self) -> bool:
        """Return whether it books anything: an invalidated receipt does not."""
        return self.status != INVALIDATED


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A receipt that we have promised to book, by its token, as far as our tables know it.

    ``ledger_receipt_id`` is what it has become, and ``plain_digest`` what it would book.
    """

    token: str
    ledger_receipt_id: int | None = None
    plain_digest: str = ""

    def may_be(self, receipt: JournalReceipt) -> bool:
        """Return whether ``receipt``, which carries this token, is this one and not a copy of it.

        People copy a receipt with its name and notes, and then change what it books. One whose
        own receipt is known is no other. Where that is forgotten, it is the one that books the
        same.
        """
        if self.ledger_receipt_id is not None:
            return self.ledger_receipt_id == receipt.ledger_receipt_id
        return self.plain_digest == receipt.plain_digest


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What was found of one receipt of ours: those that carry its token, and those like it.

    ``invalidated`` are those with the token that a person has made void. ``perhaps`` would book
    the same, on the same day and accounts, and carry no token of ours. ``copied`` are like them,
    and carry the token of another receipt of ours without being that receipt. ``revisions`` carry
    the token of another revision of the same run, and nobody here knows that they were sent.
    ``mixed`` are those of the standing ones that carry the token of another receipt of ours as
    well.
    """

    standing: tuple[JournalReceipt, ...] = ()
    invalidated: tuple[JournalReceipt, ...] = ()
    perhaps: tuple[JournalReceipt, ...] = ()
    copied: tuple[JournalReceipt, ...] = ()
    revisions: tuple[JournalReceipt, ...] = ()
    mixed: tuple[JournalReceipt, ...] = ()


def tokens_in(*texts: str) -> frozenset[str]:
    """All words in ``texts`` that may be tokens, whoever made them, in capitals."""
    found = (match for text in texts for match in _TOKEN.finditer(text.upper()))
    return frozenset(match[1] or match[2] for match in found)


def recognise(
    receipts: Iterable[JournalReceipt],
    *,
    token: str,
    plain_digest: str,
    promised: Iterable[Promised] = (),
    siblings: Collection[str] = (),
    others: Collection[int] = (),
) -> Recognised:
    """Sort out which of ``receipts`` are, or may be, the one with ``token``.

    ``plain_digest`` is what it books, without dimensions, as people edit those. ``promised`` is
    all that we have promised to book: what carries one of those tokens alone is that receipt and
    no other, unless it is a copy. ``siblings`` are the tokens of other revisions of its run.
    ``others`` are the ids of receipts that a person has said to be another.
    """
    ours = {one.token: one for one in promised if one.token != token}
    in_question = [
        one
        for one in receipts
        if one.sent_as in ("", token) and one.ledger_receipt_id not in others
    ]
    carrying = [one for one in in_question if token in one.tokens or one.sent_as == token]
    standing = tuple(one for one in carrying if one.is_standing)
    rest = [one for one in in_question if one not in carrying and one.is_standing]
    revisions = tuple(one for one in rest if not one.tokens.isdisjoint(siblings))
    alike = [
        one
        for one in rest
        if one not in revisions and plain_digest and one.plain_digest == plain_digest
    ]
    return Recognised(
        standing=standing,
        mixed=tuple(one for one in standing if not one.tokens.isdisjoint(ours)),
        invalidated=tuple(one for one in carrying if not one.is_standing),
        revisions=revisions,
        perhaps=tuple(one for one in alike if one.tokens.isdisjoint(ours)),
        copied=tuple(
            one
            for one in alike
            if not one.tokens.isdisjoint(ours)
            and not any(ours[own].may_be(one) for own in one.tokens & ours.keys())
        ),
    )


def is_trustworthy(version: str, read_at: datetime) -> bool:
    """Return whether ``version`` can stand for what was read at ``read_at``.

    Procountor's times may be as coarse as a second: what was changed shortly before it was read may
    have changed once more and have the same version. Whatever its zone and however wrong a clock,
    a version that is more than a day from the reading is not of that second. One that is missing
    or makes no sense stands for nothing.
    """
    try:
        moment = datetime.fromisoformat(version)
    except ValueError:
        return False
    return abs(read_at.astimezone(UTC).replace(tzinfo=None) - moment.replace(tzinfo=None)) > (
        UNSETTLED_FOR
    )
