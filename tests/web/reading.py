"""How a page's source is read: as a browser does, whatever its lines."""

import re

_BLOCK_LEVEL = "caption|dd|div|dl|dt|form|h[1-6]|header|li|nav|ol|p|section|summary|t[bdhr]\\w*|ul"


def squeezed(markup: str) -> str:
    """Return ``markup`` without the white space that only lays out its source."""
    text = " ".join(markup.split())
    text = re.sub(r"(<\w[^>]*>) ", r"\1", text)
    text = text.replace(" </", "</").replace('" >', '">')
    return re.sub(rf" ?(</?(?:{_BLOCK_LEVEL})\b[^>]*>) ?", r"\1", text)
