"""The page that describes the API, made from its OpenAPI document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from tilisilta.api.service import api
from tilisilta.models import Area, Right
from tilisilta.web.rights import UserRequest, logged_in

START = "/api/v1"
Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ShownValue:
    """A parameter of an operation, or a member of a document."""

    name: str
    kind: str
    is_required: bool
    description: str
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownOperation:
    """One operation, with what it demands, takes and answers."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    right: str
    parameters: tuple[ShownValue, ...]
    body: str
    answer: str
    status: str


@dataclass(frozen=True, kw_only=True)
class ShownDocument:
    """One JSON document with its members."""

    name: str
    description: str
    members: tuple[ShownValue, ...]


@logged_in
def describe_api(request: UserRequest) -> HttpResponse:
    """List all operations and documents."""
    schema = api.get_openapi_schema()
    context = {
        "operations": tuple(_operations(schema)),
        "documents": tuple(_documents(schema)),
        "address": f"{settings.BASE_URL}{START}",
        "openapi": reverse("api:openapi-json"),
    }
    return render(request, "api/description.html", context)


def _operations(schema: Schema) -> Iterator[ShownOperation]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            summary = operation["summary"]
            status, answer = next(iter(operation["responses"].items()))
            yield ShownOperation(
                name=operation["operationId"],
                method=method.upper(),
                path=path.removeprefix(START),
                summary=gettext(summary),
                description=_plain(operation.get("description", "")),
                scope=operation.get("x-scope", ""),
                right=_right(operation),
                parameters=(
                    *_parameters(operation.get("parameters", ())),
                    *_fields(_body(operation)),
                ),
                body=_name_in(_body(operation)),
                answer=_name_in(next(iter(answer["content"].values()))["schema"]),
                status=str(status),
            )


def _right(operation: Schema) -> str:
    if "x-area" not in operation:
        return ""
    return f"{Area(operation['x-area']).label}: {Right(operation['x-right']).label}"


def _parameters(parameters: Any) -> Iterator[ShownValue]:
    for one in parameters:
        yield ShownValue(
            name=one["name"],
            kind=f"{one['in']}, {_kind(one['schema'])}",
            is_required=one.get("required", False),
            description=one.get("description") or one["schema"].get("description", ""),
        )


def _body(operation: Schema) -> Schema:
    for one in operation.get("requestBody", {}).get("content", {}).values():
        schema: Schema = one["schema"]
        return schema
    return {}


def _fields(body: Schema) -> Iterator[ShownValue]:
    """Yield the fields of a form; a JSON document stands below by its name."""
    for name, value in body.get("properties", {}).items():
        yield ShownValue(
            name=name,
            kind=f"form, {_kind(value)}",
            is_required=name in body.get("required", ()),
            description=value.get("description", ""),
        )


def _documents(schema: Schema) -> Iterator[ShownDocument]:
    for name, one in sorted(schema["components"]["schemas"].items()):
        if name.startswith("Asked"):
            # What an address asks for stands with its operation.
            continue
        required = one.get("required", ())
        yield ShownDocument(
            name=name,
            description=" ".join(
                (_plain(one.get("description", "")), " · ".join(one.get("enum", ())))
            ).strip(),
            members=tuple(
                ShownValue(
                    name=member,
                    kind=_kind(value),
                    is_required=member in required,
                    description=value.get("description", ""),
                    link=_name_in(value) or _name_in(value.get("items", {})),
                )
                for member, value in one.get("properties", {}).items()
            ),
        )


def _kind(value: Schema) -> str:
    """Return in a few words what a value may be."""
    if "$ref" in value:
        return _name_in(value)
    choices = value.get("anyOf") or value.get("allOf")
    if choices:
        return " | ".join(_kind(one) for one in choices)
    if "enum" in value:
        return " | ".join(map(str, value["enum"]))
    if value.get("type") == "array":
        return f"[{_kind(value.get('items', {}))}]"
    return str(value.get("format") or value.get("type") or "any")


def _name_in(value: Schema) -> str:
    return str(value.get("$ref", "")).rpartition("/")[2]


def _plain(text: str) -> str:
    return text.replace("``", "")
