"""Which ledger receipts in Procountor are ours, and which may be although nothing on them says so.

People edit receipts: they rename them, change dates and rows, and write notes. A receipt is ours if
its name **or** its notes carry our token. One that books the same as ours, and carries none of our
tokens or only a copied one, is *perhaps* ours, and a person decides (R8).
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tilisilta.domain.identity import ALPHABET, TOKEN_CHARACTERS

INVALIDATED = "INVALIDATED"
APPROVED = "APPROVED"
_UNSTABLE_FOR = timedelta(days=1)
"""A receipt may change twice within the second of its version, whose zone is not documented."""

_SIGN = rf"[{ALPHABET}]{{{TOKEN_CHARACTERS}}}"
# After a # anything may follow, as people add text to a name; elsewhere only as a whole word.
_TOKEN = re.compile(rf"#({_SIGN})|(?<![0-9A-Z])({_SIGN})(?![0-9A-Z])")


@dataclass(frozen=True, kw_only=True)
class JournalReceipt:
    """A ledger receipt of the type JOURNAL in Procountor, as it was last read.

    ``tokens`` are all words in its name and notes that look like a token. ``digest`` identifies
    what it books (see ``domain.sameness``), and ``plain_digest`` the same without dimensions.
    ``sent_as`` is the token of the export that our tables know as this very receipt; such a receipt
    need not be read, and then has no digests.
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
    def is_valid(self) -> bool:
        return self.status != INVALIDATED


@dataclass(frozen=True, kw_only=True)
class Promised:
    """A receipt that we have promised to book, by its token, as far as our tables know it.

    ``ledger_receipt_id`` is the receipt it became, and ``plain_digest`` what it would book.
    """

    token: str
    ledger_receipt_id: int | None = None
    plain_digest: str = ""

    def may_be(self, receipt: JournalReceipt) -> bool:
        """Return whether ``receipt``, which carries this token, is this one and not a copy of it.

        People copy a receipt with its name and notes, and then change what it books. If we know our
        own receipt, no other can be it. If not, it is the one that books the same.
        """
        if self.ledger_receipt_id is not None:
            return self.ledger_receipt_id == receipt.ledger_receipt_id
        return self.plain_digest == receipt.plain_digest


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """The receipts that may be one receipt of ours: those with its token, and those like it.

    ``invalidated`` carry the token and were invalidated by a person. ``perhaps`` would book the
    same, on the same day and accounts, and carry no token of ours. ``copied`` are like them, and
    carry the token of another receipt of ours without being that receipt. ``revisions`` carry the
    token of another revision of the same run, and our tables do not know that they were sent.
    ``mixed`` are those of the valid ones that also carry the token of another receipt of ours.
    """

    valid: tuple[JournalReceipt, ...] = ()
    invalidated: tuple[JournalReceipt, ...] = ()
    perhaps: tuple[JournalReceipt, ...] = ()
    copied: tuple[JournalReceipt, ...] = ()
    revisions: tuple[JournalReceipt, ...] = ()
    mixed: tuple[JournalReceipt, ...] = ()


def tokens_in(*texts: str) -> frozenset[str]:
    """Return all words in ``texts`` that look like tokens, in capitals, ours or not."""
    matches = (match for text in texts for match in _TOKEN.finditer(text.upper()))
    return frozenset(match[1] or match[2] for match in matches)


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
    all that we have promised to book: a receipt that carries only one of those tokens is that
    receipt and no other, unless it is a copy. ``siblings`` are the tokens of other revisions of
    its run. ``others`` are the ids of receipts that a person has declared to be different ones.
    """
    ours = {one.token: one for one in promised if one.token != token}
    # A receipt that our tables know under another token belongs to that export, whatever people
    # wrote on it since.
    in_question = [
        one
        for one in receipts
        if one.sent_as in ("", token) and one.ledger_receipt_id not in others
    ]
    carrying = [one for one in in_question if token in one.tokens or one.sent_as == token]
    valid = tuple(one for one in carrying if one.is_valid)
    rest = [one for one in in_question if one not in carrying and one.is_valid]
    # Each receipt is in one group only, so that a person is asked about it once.
    revisions = tuple(one for one in rest if not one.tokens.isdisjoint(siblings))
    # An empty digest means that it is not known what the receipt books, not that it books nothing.
    alike = [
        one
        for one in rest
        if one not in revisions and plain_digest and one.plain_digest == plain_digest
    ]
    return Recognised(
        valid=valid,
        mixed=tuple(one for one in valid if not one.tokens.isdisjoint(ours)),
        invalidated=tuple(one for one in carrying if not one.is_valid),
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
    """Return whether an unchanged ``version`` proves that the receipt read at ``read_at`` is too.

    Procountor's times may be as coarse as a second: what changed shortly before it was read may
    have changed once more under the same version. In any time zone, and with any wrong clock, a
    version more than a day away from the reading is outside of that second. A version that is
    missing or unreadable proves nothing.
    """
    try:
        moment = datetime.fromisoformat(version)
    except ValueError:
        return False
    return abs(read_at.astimezone(UTC).replace(tzinfo=None) - moment.replace(tzinfo=None)) > (
        _UNSTABLE_FOR
    )
