"""Names of files as they are kept and shown."""

from tilisilta.domain.personal_codes import mask_personal_codes

_REPLACEMENT = "\ufffd"


def shown_file_name(name: str) -> str:
    """Return ``name`` without personal identity codes and without unreadable characters.

    A name in another code page comes from the system with characters that no text may have; they
    and control characters become a replacement character.
    """
    readable = "".join(
        one if one.isprintable() and not "\ud800" <= one <= "\udfff" else _REPLACEMENT
        for one in name
    )
    return mask_personal_codes(readable)
