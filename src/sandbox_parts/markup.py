"""HTML and XML put together from small pieces; every text in them is escaped once."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from html import escape


@dataclass(frozen=True)
class Markup:
    """Finished markup, which goes into a page unchanged."""

    text: str


Piece = Markup | str | int


def tag(name: str, /, *inside: Piece, **attributes: str) -> Markup:
    """Return an element. In names of attributes a last ``_`` is dropped, others become ``-``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{join(inside).text}</{name}>")


def void(name: str, /, **attributes: str) -> Markup:
    """Return an element without content or end tag, such as an input."""
    return Markup(tag(name, **attributes).text.removesuffix(f"</{name}>"))


def join(pieces: Iterable[Piece]) -> Markup:
    """Return the pieces in one; plain text among them is escaped."""
    return Markup(
        "".join(one.text if isinstance(one, Markup) else escape(str(one)) for one in pieces)
    )


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 run``, ``2 runs``; ``many`` is an irregular plural."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def shown_amount(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", "\u202f").replace("-", "\u2212")
