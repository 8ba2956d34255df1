"""The WSDL of a service, made from the declarations of its operations."""

from collections.abc import Iterator

from nmbrs_sandbox.soap.schema import (
    Choice,
    Field,
    Header,
    Kind,
    Operation,
    Service,
    Simple,
    Structure,
)
from sandbox_parts.markup import Markup, join, tag

_TRANSPORT = "http://schemas.xmlsoap.org/soap/http"


def wsdl(service: Service, *, address: str) -> Markup:
    """Return the whole description of a service that answers at an address."""
    operations = tuple(service.operations.values())
    return tag(
        "wsdl:definitions",
        tag("wsdl:types", _schema(service)),
        *(message for one in operations for message in _messages(one)),
        tag("wsdl:portType", *(_abstract(one) for one in operations), name=_port(service)),
        _binding(service, operations),
        _address(service, address),
        targetNamespace=service.namespace,
        **{
            "xmlns:wsdl": "http://schemas.xmlsoap.org/wsdl/",
            "xmlns:soap": "http://schemas.xmlsoap.org/wsdl/soap/",
            "xmlns:s": "http://www.w3.org/2001/XMLSchema",
            "xmlns:tns": service.namespace,
        },
    )


def _schema(service: Service) -> Markup:
    operations = service.operations.values()
    kinds = dict.fromkeys(kind for one in operations for kind in _kinds_of(one))
    return tag(
        "s:schema",
        *(element for one in operations for element in _elements(one)),
        *(_type(kind) for kind in kinds),
        *(_header_element(header) for header in Header),
        elementFormDefault="qualified",
        targetNamespace=service.namespace,
    )


def _kinds_of(operation: Operation) -> Iterator[Choice | Structure]:
    for kind in (*(one.kind for one in operation.parameters), operation.result):
        yield from _named(kind)


def _named(kind: Kind) -> Iterator[Choice | Structure]:
    """Yield a type and those it is made of, as far as they have names of their own."""
    if isinstance(kind, Simple):
        return
    yield kind
    if isinstance(kind, Structure):
        for field in kind.fields:
            yield from _named(field.kind)


def _elements(operation: Operation) -> tuple[Markup, Markup]:
    result = Field(f"{operation.name}Result", operation.result)
    return (
        tag("s:element", _sequence(operation.parameters), name=operation.name),
        tag("s:element", _sequence((result,)), name=f"{operation.name}Response"),
    )


def _header_element(header: Header) -> Markup:
    fields = tuple(Field(name, Simple.TEXT) for name in header.parts)
    return tag("s:element", _sequence(fields), name=header.value)


def _type(kind: Choice | Structure) -> Markup:
    if isinstance(kind, Structure):
        return tag("s:complexType", _fields(kind.fields), name=kind.name)
    words = (tag("s:enumeration", value=word) for word in kind.words)
    return tag("s:simpleType", tag("s:restriction", *words, base="s:string"), name=kind.name)


def _sequence(fields: tuple[Field, ...]) -> Markup:
    return tag("s:complexType", _fields(fields))


def _fields(fields: tuple[Field, ...]) -> Markup:
    return tag("s:sequence", *(_field(one) for one in fields))


def _field(field: Field) -> Markup:
    kind = field.kind
    # What is no number may be left out as far as the schema goes, as .NET writes it.
    may_be_missing = field.is_optional or field.is_many or kind is Simple.TEXT
    may_be_missing = may_be_missing or isinstance(kind, Structure)
    return tag(
        "s:element",
        minOccurs="0" if may_be_missing else "1",
        maxOccurs="unbounded" if field.is_many else "1",
        name=field.name,
        type=f"s:{kind.value}" if isinstance(kind, Simple) else f"tns:{kind.name}",
    )


def _messages(operation: Operation) -> tuple[Markup, ...]:
    name, header = operation.name, operation.header.value
    return (
        _message(f"{name}SoapIn", "parameters", name),
        _message(f"{name}SoapOut", "parameters", f"{name}Response"),
        # Programs name the header by its part, which therefore must be called as its element.
        _message(f"{name}{header}", header, header),
    )


def _message(name: str, part: str, element: str) -> Markup:
    return tag("wsdl:message", tag("wsdl:part", name=part, element=f"tns:{element}"), name=name)


def _abstract(operation: Operation) -> Markup:
    return tag(
        "wsdl:operation",
        tag("wsdl:input", message=f"tns:{operation.name}SoapIn"),
        tag("wsdl:output", message=f"tns:{operation.name}SoapOut"),
        name=operation.name,
    )


def _binding(service: Service, operations: tuple[Operation, ...]) -> Markup:
    return tag(
        "wsdl:binding",
        tag("soap:binding", transport=_TRANSPORT),
        *(_bound(service, one) for one in operations),
        name=_port(service),
        type=f"tns:{_port(service)}",
    )


def _bound(service: Service, operation: Operation) -> Markup:
    header = operation.header.value
    body = tag("soap:body", use="literal")
    in_header = tag(
        "soap:header", message=f"tns:{operation.name}{header}", part=header, use="literal"
    )
    return tag(
        "wsdl:operation",
        tag("soap:operation", soapAction=service.action(operation.name), style="document"),
        tag("wsdl:input", join((body, in_header))),
        tag("wsdl:output", body),
        name=operation.name,
    )


def _address(service: Service, address: str) -> Markup:
    port = tag(
        "wsdl:port",
        tag("soap:address", location=address),
        name=_port(service),
        binding=f"tns:{_port(service)}",
    )
    return tag("wsdl:service", port, name=service.name)


def _port(service: Service) -> str:
    return f"{service.name}Soap"
