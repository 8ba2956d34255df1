"""JSON as the stand-ins send, take and store it: exact decimals, dates in ISO 8601."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Response

JSON_TYPE = "application/json"


def encode(value: Any) -> str:
    """Return a value as JSON text. A Decimal becomes a number with all its decimals."""
    # json.dumps takes no Decimal, and a float would turn 0.10 into 0.1.
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
    """Return the value of a JSON text, with exact decimals. Raise ValueError for NaN."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)


def answer(value: Any, status: int = 200) -> Response:
    # JSON can hold half a surrogate pair, which an error answer may repeat. UTF-8 cannot.
    body = encode(value).encode(errors="replace")
    return Response(body, status=status, content_type=JSON_TYPE)


def written_time(moment: datetime) -> str:
    """Return a moment to the millisecond and without a zone."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
