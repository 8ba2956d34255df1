"""Values that no column can hold are refused by name, in every operation."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.conftest import Program

from tilisilta.api.service import api

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def unlimited(schema: Any, documents: dict[str, Any], place: str) -> Iterator[str]:
    """Yield where a whole number of any size may stand in what a body brings."""
    if isinstance(schema, list):
        for one in schema:
            yield from unlimited(one, documents, place)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            yield from unlimited(documents[name], documents, f"{place} {name}")
        elif schema.get("type") == "integer" and "maximum" not in schema:
            yield place
        else:
            for name, part in schema.items():
                yield from unlimited(part, documents, f"{place} {name}")


def test_no_body_may_bring_a_number_of_any_size() -> None:
    described = api.get_openapi_schema()
    documents = described["components"]["schemas"]

    found = [
        place
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        for place in unlimited(operation.get("requestBody", {}), documents, f"{method} {path}")
    ]

    assert not found


@pytest.mark.parametrize(
    ("path", "body", "headers", "value"),
    [
        ("/links/changes", {"companies": [2**63]}, {}, "companies.0"),
        ("/links/changes", {"companies": [1], "map": {"5\0": "1"}}, {}, "map"),
        ("/links/changes", {"companies": [1], "choices": {"\ud800": "x"}}, {}, "choices"),
        ("/companies/1/link/end", {"ends_on": 0, "reason": "hm"}, {}, "ends_on"),
        ("/companies/1/link/end", {"ends_on": "9999-12-31", "reason": "hm"}, {}, "ends_on"),
        ("/profiles", {"name": "x", "choices": {"title": "x" * 101}}, {}, "receipt_title"),
        ("/profiles", {"name": "x", "map": {"5035": "<b>"}}, {}, "procountor_account_code"),
        ("/months/2026-06/sending", {}, {"Idempotency_Key": "a\0b"}, "Idempotency-Key"),
    ],
)
def test_are_refused(
    program: Program, path: str, body: object, headers: dict[str, str], value: str
) -> None:
    answer = program.post(path, body, **headers)

    assert answer.status_code == 422, answer.text
    assert any(name.startswith(value) for name in answer.json()["faults"])
