"""The two services as their WSDLs describe them: the files are served, and read for the calls.

The files beside this module are the only place with names, orders and types. Filled in are the
address at which a file is requested, and the one name that is uncertain.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from xml.etree import ElementTree as ET

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
# The name of the year in the two journal calls of version 2. A WSDL of version 2.1 has the first
# one; that version 3 has it too is assumed, so there is an option. The call for cost units has
# ``year`` in any case.
YEAR_PARAMETERS = ("intYear", "Year")
_NAMES = ("DebtorService", "CompanyService")
_FIRST_SITE = "http://127.0.0.1:8200"
# A WSDL of .NET calls every text optional. Here all but this one are required, so that a program
# that forgets one learns it.
_MAY_BE_LEFT_OUT = "Entity"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_BINDING = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element of a request: a number, a text, or others in a fixed order."""

    name: str
    is_number: bool = False
    parts: tuple["Element", ...] | None = None

    @property
    def is_optional(self) -> bool:
        return self.name == _MAY_BE_LEFT_OUT


@dataclass(frozen=True, kw_only=True)
class Signature:
    """The contents of a call of one operation, in its body and in its header."""

    name: str
    action: str
    parameters: tuple[Element, ...]
    header: str
    header_parts: tuple[Element, ...]


@dataclass(frozen=True, kw_only=True)
class Service:
    """One of the services: its WSDL, and the calls it describes."""

    name: str
    namespace: str
    text: str
    signatures: Mapping[str, Signature]

    @property
    def path(self) -> str:
        return f"/soap/v3/{self.name}.asmx"

    def wsdl(self, *, site: str) -> str:
        # A client calls the address in the WSDL: it must be the one it came by. The namespace
        # stays, as clients compare it.
        return self.text.replace(f'"{_FIRST_SITE}{self.path}"', f'"{escape(site)}{self.path}"')


def read_services(*, year_parameter: str) -> Mapping[str, Service]:
    """Return the services by path, with that name for the year in the journal calls."""
    if year_parameter not in YEAR_PARAMETERS:
        raise ValueError(f"the year is called one of {', '.join(YEAR_PARAMETERS)}")
    services = (_read_service(name, year_parameter) for name in _NAMES)
    return {one.path: one for one in services}


@cache
def _read_service(name: str, year_parameter: str) -> Service:
    text = files(__package__).joinpath(f"{name}.wsdl").read_text(encoding="utf-8")
    # Only elements of this name: the Year of other calls is certain.
    text = text.replace(f'name="{YEAR_PARAMETERS[0]}"', f'name="{year_parameter}"')
    root = ET.fromstring(text)  # noqa: S314  # comes with the package
    signatures = {one.name: one for one in _read_signatures(root)}
    namespace = root.attrib["targetNamespace"]
    return Service(name=name, namespace=namespace, text=text, signatures=signatures)


def _read_signatures(root: ET.Element) -> Iterator[Signature]:
    schema = f"{_WSDL}types/{_SCHEMA}schema"
    elements = {one.attrib["name"]: one for one in root.iterfind(f"{schema}/{_SCHEMA}element")}
    types = {one.attrib["name"]: one for one in root.iterfind(f"{schema}/{_SCHEMA}complexType")}
    for operation in root.iterfind(f"{_WSDL}binding/{_WSDL}operation"):
        (bound,) = operation.iterfind(f"{_BINDING}operation")
        (header,) = operation.iterfind(f"{_WSDL}input/{_BINDING}header")
        name = operation.attrib["name"]
        yield Signature(
            name=name,
            action=bound.attrib["soapAction"],
            parameters=_parts(elements[name], types),
            header=header.attrib["part"],
            header_parts=_parts(elements[header.attrib["part"]], types),
        )


def _parts(kind: ET.Element, types: Mapping[str, ET.Element]) -> tuple[Element, ...]:
    return tuple(
        _element(one.attrib["name"], one.attrib["type"], types)
        for one in kind.iterfind(f".//{_SCHEMA}element")
    )


def _element(name: str, kind: str, types: Mapping[str, ET.Element]) -> Element:
    prefix, _, local = kind.partition(":")
    if prefix == "tns":
        return Element(name=name, parts=_parts(types[local], types))
    return Element(name=name, is_number=kind == "s:int")
