"""SOAP answers and faults as they go over the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from nmbrs_sandbox.soap.envelope import SOAP
from nmbrs_sandbox.soap.refusals import SoapFault
from nmbrs_sandbox.soap.schema import Kind, Operation, Service, Structure
from sandbox_parts.markup import Markup, Piece, tag

XML_TYPE = "text/xml; charset=utf-8"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


def answer(service: Service, operation: Operation, value: Any) -> Response:
    """Return the answer to a call, with its result written as the WSDL says."""
    result = _element(f"{operation.name}Result", operation.result, value)
    inside = tag(f"{operation.name}Response", result, xmlns=service.namespace)
    return xml_response(_envelope(inside))


def fault_answer(fault: SoapFault) -> Response:
    """Return a fault. SOAP over HTTP sends every fault with the status 500."""
    inside = tag(
        "soap:Fault",
        tag("faultcode", fault.faultcode),
        tag("faultstring", fault.text),
        tag("detail"),
    )
    return xml_response(_envelope(inside), status=500)


def xml_response(content: Markup, status: int = 200) -> Response:
    """Return a document as a response."""
    # XML has no place for half a character, which an error may repeat and UTF-8 cannot write.
    body = f"{_DECLARATION}{content.text}".encode(errors="replace")
    return Response(body, status=status, content_type=XML_TYPE)


def _envelope(inside: Markup) -> Markup:
    return tag("soap:Envelope", tag("soap:Body", inside), **{"xmlns:soap": SOAP})


def _element(name: str, kind: Kind, value: Any) -> Markup:
    return tag(name, *_inside(kind, value))


def _inside(kind: Kind, value: Any) -> list[Piece]:
    if not isinstance(kind, Structure):
        return [_written(value)]
    if not isinstance(value, Mapping):
        # A list: the structure has nothing but its repeated element.
        value = {kind.fields[0].key: value}
    return [
        _element(field.name, field.kind, one)
        for field in kind.fields
        for one in (value[field.key] if field.is_many else [value[field.key]])
    ]


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.replace(tzinfo=None).isoformat(timespec="seconds")
    return str(value)
