"""HTML and XML made of small pieces, every text in them escaped once."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from html import escape


@dataclass(frozen=True)
class Markup:
    """Markup that is finished: it goes into a page as it is."""

    text: str


Piece = Markup | str | int


def tag(name: str, /, *inside: Piece, **attributes: str) -> Markup:
    """Return an element. A trailing ``_`` of an attribute's name is dropped, ``_`` means ``-``."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{join(inside).text}</{name}>")


def void(name: str, /, **attributes: str) -> Markup:
    """Return an element that has no inside, such as an input."""
    return Markup(tag(name, **attributes).text.removesuffix(f"</{name}>"))


def join(pieces: Iterable[Piece]) -> Markup:
    """Return the pieces one after another; plain text is escaped."""
    return Markup(
        "".join(one.text if isinstance(one, Markup) else escape(str(one)) for one in pieces)
    )


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, which gets an ``s`` for several unless it is given."""
    return f"{number} {one}" if number == 1 else f"{number} {many or one + 's'}"


def shown_amount(amount: Decimal) -> str:
    """Return an amount with two decimals and narrow spaces between thousands."""
    return f"{amount:,.2f}".replace(",", "\u202f").replace("-", "\u2212")
