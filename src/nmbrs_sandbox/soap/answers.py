"""SOAP answers and faults as they go over the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from nmbrs_sandbox.soap.refusals import SoapFault
from nmbrs_sandbox.soap.wsdl import SOAP
from sandbox_parts.markup import Markup, tag

_XML_TYPE = "text/xml; charset=utf-8"
_NIL = {"xsi:nil": "true", "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'


def answer(
    operation: str, value: Any, *, namespace: str, leaves_out_empty: bool = False
) -> Response:
    """Return the answer to a call. A value of ``None`` leaves out the result, as .NET does.

    Otherwise it is a text, a number, or a mapping of element names in the order of the WSDL.
    """
    is_left_out = value is None or (leaves_out_empty and _is_empty_list(value))
    result = () if is_left_out else (_element(f"{operation}Result", value),)
    return _envelope(tag(f"{operation}Response", *result, xmlns=namespace))


def with_nils(value: Any) -> Any:
    """Return a value with all that the WSDL lets be nil: elements of lists, and ids of items."""
    if not isinstance(value, Mapping):
        return value
    return {
        name: [*map(_without_id, inside), None] if isinstance(inside, list) else inside
        for name, inside in value.items()
    }


def fault_answer(fault: SoapFault) -> Response:
    """Return a fault. SOAP over HTTP sends every fault with the status 500."""
    inside = tag(
        "soap:Fault",
        tag("faultcode", fault.faultcode),
        # Programs in use recognise a code by the ---> before it in this text, which is escaped
        # here.
        tag("faultstring", fault.text),
        tag("detail"),
    )
    return _envelope(inside, status=500)


def xml_response(text: str, status: int = 200) -> Response:
    # An error may repeat half a surrogate pair, which UTF-8 cannot write.
    body = text.encode(errors="replace")
    return Response(body, status=status, content_type=_XML_TYPE)


def _envelope(inside: Markup, status: int = 200) -> Response:
    envelope = tag("soap:Envelope", tag("soap:Body", inside), **{"xmlns:soap": SOAP})
    return xml_response(f"{_DECLARATION}{envelope.text}", status)


def _element(name: str, value: Any) -> Markup:
    if value is None:
        return tag(name, **_NIL)
    if not isinstance(value, Mapping):
        return tag(name, _written(value))
    # A list is the same element several times. Of an empty list the result is there without
    # elements, unless it is to be left out.
    children = (
        _element(child, one)
        for child, inside in value.items()
        for one in (inside if isinstance(inside, list) else [inside])
    )
    return tag(name, *children)


def _is_empty_list(value: Any) -> bool:
    return isinstance(value, Mapping) and list(value.values()) == [[]]


def _without_id(value: Any) -> Any:
    # Of cost centers and cost units alone: the ids of all else are never nil.
    is_cost_item = isinstance(value, Mapping) and list(value) == ["Code", "Description", "Id"]
    return {**value, "Id": None} if is_cost_item else value


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            # Assumed: the zone is not in the service's answers.
            return value.replace(tzinfo=None).isoformat(timespec="seconds")
    return str(value)
