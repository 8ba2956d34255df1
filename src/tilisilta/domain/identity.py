"""The identity of a ledger receipt: its token, and the texts that carry it (R8).

The token is made of what the bureau and Procountor know, without any id of our own database. After
the restore of a backup, or the import of the same run into an empty Tilisilta, it therefore finds
the receipts that were sent before instead of booking them again.
"""

import hashlib
from datetime import date

from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.domain.receipt_words import ReceiptWords, words_in

ENGLISH_WORDS = words_in("en")
# Procountor's limit. The name carries the token because the list of receipts has no notes.
MOST_NAME_CHARACTERS = 80
TOKEN_CHARACTERS = 8
MOST_REFERENCE_CHARACTERS = MOST_NAME_CHARACTERS - len(" #") - TOKEN_CHARACTERS

# Crockford's: without I, L, O and U, which people take for other characters.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS_PER_CHARACTER = 5
# The notes stay below the 255 characters that Procountor takes.
_MOST_RUN_NUMBER_CHARACTERS = 60
# Any change here, or of the values below, disowns every receipt that is already booked.
_SCHEME = "tilisilta-receipt-1"
_REVERSAL_SCHEME = "tilisilta-reversal-1"
_DIFFERENCE_SCHEME = "tilisilta-difference-1"
_CUT = "…"
_BEFORE_DESCRIPTION = ", "
_LEAST_DESCRIPTION = 8


def receipt_token(
    *,
    procountor_company_id: int,
    company_number: int,
    run_year: int,
    run_number: str,
    revision: int,
    booking_date: date,
    epoch: int = 0,
) -> str:
    """Return the eight characters that distinguish this receipt from all others, for ever.

    They are the first 40 bits of the SHA-256 of the scheme's name and the seven values, in this
    order, as text: whole numbers in decimal digits, the run number without outer blanks, the date
    as 2026-01-31. Each is written as its length in bytes of UTF-8, a colon, itself and a comma,
    so that no two lists of values read alike. The bits are written in Crockford's base 32.
    """
    return _token_of(
        _SCHEME,
        procountor_company_id,
        company_number,
        run_year,
        run_number.strip(),
        revision,
        booking_date.isoformat(),
        epoch,
    )


def difference_token(
    *,
    procountor_company_id: int,
    company_number: int,
    run_year: int,
    run_number: str,
    revision: int,
    booking_date: date,
    epoch: int = 0,
) -> str:
    """Return the token of the receipt that books what ``revision`` changes on a date.

    It is made as that of the revision's own receipt, under a name of its own, so that the two are
    never taken for each other. ``epoch`` counts the differences of that revision and date.
    """
    return _token_of(
        _DIFFERENCE_SCHEME,
        procountor_company_id,
        company_number,
        run_year,
        run_number.strip(),
        revision,
        booking_date.isoformat(),
        epoch,
    )


def reversal_token(first_token: str, *, procountor_company_id: int) -> str:
    """Return the token of the receipt that takes back the one with ``first_token``.

    It is made as that one is, of a name of its own, the company and the token of the first. So it
    is found again after any loss, as long as the first is known.
    """
    return _token_of(_REVERSAL_SCHEME, procountor_company_id, first_token)


def run_reference(
    title: str, period: BookingPeriod, run: Run, *, words: ReceiptWords = ENGLISH_WORDS
) -> str:
    """Return how people recognise the run in the books, with its own description at the end.

    Of the description there is as much as fits. One that holds a personal identity code stays out.
    """
    reference = " ".join(f"{title} {period} {words.run} {run.number}".split())
    description = " ".join(run.description.split())
    room = MOST_REFERENCE_CHARACTERS - len(reference) - len(_BEFORE_DESCRIPTION)
    is_private = mask_personal_codes(description) != description
    if not description or is_private or room < _LEAST_DESCRIPTION:
        return reference
    return reference + _BEFORE_DESCRIPTION + shortened(description, room)


def receipt_name(reference: str, token: str) -> str:
    """Return the name of a ledger receipt: reference and token. Only the reference is ever cut.

    The ``#`` lets the token be recognised even after somebody added text behind it.
    """
    return f"{shortened(reference, MOST_REFERENCE_CHARACTERS)} #{token}"


def receipt_notes(
    token: str,
    *,
    company_number: int,
    run: Run,
    moved_from: BookingPeriod | None = None,
    words: ReceiptWords = ENGLISH_WORDS,
) -> str:
    """Return the accountant's notes: the way from the receipt back to the payroll run.

    A receipt that was moved out of a closed period names the period it is for (R7).
    """
    number = shortened(" ".join(run.number.split()), _MOST_RUN_NUMBER_CHARACTERS)
    notes = f"Tilisilta {token} · Nmbrs {company_number} · {words.run} {number}/{run.year}"
    return notes if moved_from is None else f"{notes} · {words.moved} {moved_from}"


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - len(_CUT)].rstrip() + _CUT


def _token_of(*values: object) -> str:
    encoded = b"".join(_netstring(str(value)) for value in values)
    return _base32(hashlib.sha256(encoded).digest())


def _netstring(value: str) -> bytes:
    encoded = value.encode()
    return b"%d:%s," % (len(encoded), encoded)


def _base32(digest: bytes) -> str:
    bits = int.from_bytes(digest, "big")
    shifts = range(len(digest) * 8 - _BITS_PER_CHARACTER, 0, -_BITS_PER_CHARACTER)
    return "".join(ALPHABET[bits >> shift & 31] for shift in shifts[:TOKEN_CHARACTERS])
