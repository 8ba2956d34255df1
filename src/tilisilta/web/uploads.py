"""A file on its way through the pages of the import, from one question to the next."""

import base64
import binascii
import zlib
from dataclasses import dataclass

# One byte more than is ever read, so that a file that is too large is seen to be.
MOST_BYTES = 20 * 1024 * 1024 + 1


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it came, or as the page with the question about its columns carried it on."""

    name: str
    content: bytes


def pack(content: bytes) -> str:
    """A file as a text that a page can carry to the next step."""
    return base64.b64encode(zlib.compress(content, 6)).decode("ascii")


def unpack(packed: str) -> bytes | None:
    """The file that was packed; ``None`` for anything else, however large it claims to be."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        return None
