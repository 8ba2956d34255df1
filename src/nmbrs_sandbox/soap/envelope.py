"""Reading SOAP requests. Only those written exactly as the WSDL describes are accepted.

This is assumed to be stricter than Nmbrs: servers of .NET are known to pass over elements that they
do not expect, and a misplaced value would then be lost in silence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Request

from nmbrs_sandbox.soap.refusals import SoapFault, malformed
from nmbrs_sandbox.soap.wsdl import SOAP, Element, Service, Signature

# Far more than any call here needs.
_MOST_BYTES = 1_000_000
_WHOLE = re.compile(r"-?[0-9]{1,10}")
_LARGEST_INT = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The contents of the authentication header."""

    username: str
    token: str = field(repr=False)
    domain: str | None


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that agrees with the WSDL."""

    signature: Signature
    credentials: Credentials
    values: Mapping[str, Any]


class _NoDoctype(ET.TreeBuilder):
    """Builds the tree of a request and refuses a DTD, with which few bytes could become many."""

    def doctype(self, name: str, _pubid: str | None, _system: str | None) -> None:
        raise malformed("DTD", f"a request must have no document type ({name[:40]})")


def parse(request: Request) -> ET.Element:
    """Return the envelope of a request."""
    _check_transport(request)
    body = request.get_data()
    if len(body) > _MOST_BYTES:
        raise malformed("TOO_LARGE", f"more than {_MOST_BYTES} bytes")
    parser = ET.XMLParser(target=_NoDoctype())  # noqa: S314  # without a DTD nothing can expand
    try:
        parser.feed(body)
        root: ET.Element = parser.close()
    except ET.ParseError as error:
        raise malformed("BROKEN_XML", str(error)) from error
    if root.tag != _soap("Envelope"):
        raise malformed("WRONG_ENVELOPE", f"{root.tag} is not the envelope of SOAP 1.1")
    return root


def read_call(request: Request, envelope: ET.Element, service: Service) -> Call:
    """Return the call in an envelope. Raise ``SoapFault`` for its first mistake."""
    header, content = _parts(envelope)
    name = _local(content, service)
    signature = service.signatures.get(name)
    if signature is None:
        raise malformed("UNKNOWN_OPERATION", f"{service.name} has no {name}")
    action = request.headers.get("SOAPAction", "").strip('"')
    if action != signature.action:
        raise malformed("WRONG_SOAPACTION", f"{action!r} is not the action of {name}")
    credentials = _credentials(header, signature, service)
    values = _read_parts(content, signature.parameters, service)
    return Call(signature=signature, credentials=credentials, values=values)


def outline(envelope: ET.Element) -> tuple[str, int | None, str]:
    """Return operation, company id and user of a request, as far as they can be read."""
    # For faults and the log, before the request is checked: it may be anything.
    content = next(iter(envelope.find(_soap("Body")) or ()), None)
    operation = "" if content is None else content.tag.rpartition("}")[2]
    texts = {
        element.tag.rpartition("}")[2]: (element.text or "").strip()
        for place in (envelope.findall(f"{_soap('Header')}/*/*"), content or ())
        for element in place
    }
    company_id = texts.get("CompanyId", "") or texts.get("companyId", "")
    is_id = _WHOLE.fullmatch(company_id) is not None
    return operation[:100], int(company_id) if is_id else None, texts.get("Username", "")


def _check_transport(request: Request) -> None:
    if request.method != "POST":
        raise malformed("METHOD", "calls are sent with POST")
    # SOAP 1.1 is sent as text/xml. Nmbrs offers SOAP 1.2 too, which is not here.
    if request.mimetype != "text/xml":
        raise malformed("CONTENT_TYPE", f"{request.mimetype!r} instead of text/xml")
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() != "utf-8":
        raise malformed("CONTENT_TYPE", f"charset {charset!r} instead of utf-8")


def _parts(envelope: ET.Element) -> tuple[Sequence[ET.Element], ET.Element]:
    """Return the elements of the header, and the one element of the body."""
    elements = list(envelope)
    header: Sequence[ET.Element] = ()
    if elements and elements[0].tag == _soap("Header"):
        header = list(elements.pop(0))
    if [one.tag for one in elements] != [_soap("Body")]:
        raise malformed("WRONG_ENVELOPE", "an envelope has at most one Header, then one Body")
    body = elements[0]
    _no_text(envelope, body)
    if len(body) != 1:
        raise malformed("WRONG_ENVELOPE", "a Body has exactly one element")
    return header, body[0]


def _credentials(
    header: Sequence[ET.Element], signature: Signature, service: Service
) -> Credentials:
    wanted = _qualified(signature.header, service)
    if not header:
        raise malformed(
            "MISSING_HEADER", f"{signature.header} in the namespace {service.namespace}"
        )
    # The namespace is part of the tag: the header is qualified, as the WSDL describes.
    if [one.tag for one in header] != [wanted]:
        tags = ", ".join(one.tag for one in header)
        raise malformed("WRONG_HEADER", f"{tags} instead of {wanted}")
    values = _read_parts(header[0], signature.header_parts, service)
    return Credentials(
        username=values["Username"], token=values["Token"], domain=values.get("Domain")
    )


def _read_parts(
    parent: ET.Element, wanted: Sequence[Element], service: Service
) -> Mapping[str, Any]:
    _no_text(parent)
    elements = list(parent)
    values: dict[str, Any] = {}
    for one in wanted:
        if elements and elements[0].tag == _qualified(one.name, service):
            values[one.name] = _read_value(elements.pop(0), one, service)
        elif not one.is_optional:
            raise _not_expected(parent, one, elements)
    if elements:
        raise malformed("UNKNOWN_ELEMENT", f"{elements[0].tag} in {parent.tag}")
    return values


def _not_expected(parent: ET.Element, wanted: Element, elements: Sequence[ET.Element]) -> SoapFault:
    instead = f", which has {elements[0].tag} there" if elements else ""
    return malformed("MISSING_ELEMENT", f"{wanted.name} is wanted next in {parent.tag}{instead}")


def _read_value(element: ET.Element, wanted: Element, service: Service) -> Any:
    if element.attrib:
        raise malformed("ATTRIBUTE", f"{element.tag} has attributes")
    if wanted.parts is not None:
        return _read_parts(element, wanted.parts, service)
    if len(element):
        raise malformed("UNKNOWN_ELEMENT", f"{element[0].tag} in {element.tag}")
    text = element.text or ""
    return _whole(element, text.strip()) if wanted.is_number else text


def _whole(element: ET.Element, text: str) -> int:
    if _WHOLE.fullmatch(text) is None or abs(int(text)) > _LARGEST_INT:
        raise malformed("NOT_AN_INT", f"{text[:40]!r} in {element.tag}")
    return int(text)


def _no_text(*parents: ET.Element) -> None:
    for parent in parents:
        texts = (parent.text, *(one.tail for one in parent))
        if any(text and text.strip() for text in texts):
            raise malformed("TEXT", f"text between the elements of {parent.tag}")


def _local(content: ET.Element, service: Service) -> str:
    if not content.tag.startswith(f"{{{service.namespace}}}"):
        raise malformed("WRONG_NAMESPACE", f"{content.tag} is not of {service.namespace}")
    return content.tag.rpartition("}")[2]


def _qualified(name: str, service: Service) -> str:
    return f"{{{service.namespace}}}{name}"


def _soap(name: str) -> str:
    return f"{{{SOAP}}}{name}"
