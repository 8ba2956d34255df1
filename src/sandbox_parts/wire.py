"""JSON as the stand-ins send, take and keep it: amounts are exact decimals, dates are ISO 8601."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Response

JSON_TYPE = "application/json"


def encode(value: Any) -> str:
    """Return a value as JSON text. Decimals become numbers with the decimals they have."""
    match value:
        case Mapping():
            inside = (f"{json.dumps(str(key))}: {encode(one)}" for key, one in value.items())
            return "{" + ", ".join(inside) + "}"
        case str() | bool() | int() | None:
            return json.dumps(value, ensure_ascii=False)
        case Decimal():
            return format(value, "f")
        case datetime():
            return json.dumps(written_time(value))
        case date():
            return json.dumps(value.isoformat())
        case Sequence():
            return "[" + ", ".join(encode(one) for one in value) + "]"
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def decode(text: str | bytes) -> Any:
    """Return what JSON text says, with Decimals for its decimals; NaN and the like are refused."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def answer(value: Any, status: int = 200) -> Response:
    """Return a response with the value as its JSON body."""
    # JSON may hold half a character, which an error answer may repeat and UTF-8 cannot.
    body = encode(value).encode(errors="replace")
    return Response(body, status=status, content_type=JSON_TYPE)


def written_time(moment: datetime) -> str:
    """Return a moment to the millisecond, without its zone."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def without_none(**fields: Any) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
