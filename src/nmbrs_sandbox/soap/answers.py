"""SOAP answers and faults as they go over the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from nmbrs_sandbox.soap.refusals import SoapFault
from nmbrs_sandbox.soap.wsdl import SOAP
from sandbox_parts.markup import Markup, tag

_XML_TYPE = "text/xml; charset=utf-8"
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


def answer(operation: str, value: Any, *, namespace: str) -> Response:
    """Return the answer to a call: a text or number, or elements by name in their order."""
    result = _element(f"{operation}Result", value)
    return _envelope(tag(f"{operation}Response", result, xmlns=namespace))


def fault_answer(fault: SoapFault) -> Response:
    """Return a fault. SOAP over HTTP sends every fault with the status 500."""
    inside = tag(
        "soap:Fault",
        tag("faultcode", fault.faultcode),
        tag("faultstring", fault.text),
        tag("detail"),
    )
    return _envelope(inside, status=500)


def xml_response(text: str, status: int = 200) -> Response:
    """Return an XML document as a response."""
    # XML has no place for half a character, which an error may repeat and UTF-8 cannot write.
    body = text.encode(errors="replace")
    return Response(body, status=status, content_type=_XML_TYPE)


def _envelope(inside: Markup, status: int = 200) -> Response:
    envelope = tag("soap:Envelope", tag("soap:Body", inside), **{"xmlns:soap": SOAP})
    return xml_response(f"{_DECLARATION}{envelope.text}", status)


def _element(name: str, value: Any) -> Markup:
    if not isinstance(value, Mapping):
        return tag(name, _written(value))
    # A list stands for the same element again and again.
    children = (
        _element(child, one)
        for child, inside in value.items()
        for one in (inside if isinstance(inside, list) else [inside])
    )
    return tag(name, *children)


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.replace(tzinfo=None).isoformat(timespec="seconds")
    return str(value)
