"""A file on its way through the pages of the import, from one question to the next.

The page itself carries it, so that nothing is stored of a file before it is imported.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass

# One byte more than the readers accept, so that a file that is too large is recognised.
MOST_BYTES = 20 * 1024 * 1024 + 1


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it was uploaded, or as a page of questions carried it on."""

    name: str
    content: bytes


def pack(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 6)).decode("ascii")


def unpack(packed: str) -> bytes | None:
    """Return the file that was packed; ``None`` for any other text."""
    # The text comes from a browser, and a short one can unpack to gigabytes: hence the limit.
    try:
        return zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        return None
