"""The words in which the operations of the two services are declared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nmbrs_sandbox.payroll.access_moves import Bureau

NAMESPACE = "https://api.nmbrs.nl/soap/v3/"
YEAR = "Year"
YEAR_PARAMETERS = ("intYear", "Year")


class Simple(StrEnum):
    """The types that are no structures, by their names in XML Schema."""

    TEXT = "string"
    INT = "int"
    BOOLEAN = "boolean"
    MOMENT = "dateTime"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A text that is one of a few words."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Elements in a fixed order."""

    name: str
    fields: tuple["Field", ...]


Kind = Simple | Choice | Structure


@dataclass(frozen=True)
class Field:
    """One element. ``meaning`` is how the program knows it, where that is not its name."""

    name: str
    kind: Kind = Simple.INT
    is_many: bool = False
    is_optional: bool = False
    meaning: str = ""

    @property
    def key(self) -> str:
        """The name its value is found under."""
        return self.meaning or self.name


class Header(StrEnum):
    """The SOAP header an operation wants, by the name of its element."""

    WITH_DOMAIN = "AuthHeaderWithDomain"
    PLAIN = "AuthHeader"

    @property
    def parts(self) -> tuple[str, ...]:
        """The elements in it, in order."""
        names = ("Username", "Token", "Domain")
        return names if self is Header.WITH_DOMAIN else names[:2]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One call of somebody who may make it: what was asked, and of whom."""

    bureau: "Bureau"
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call of a service: what it takes, what it returns, and the function that answers it."""

    name: str
    answer: Callable[[Question], Any]
    parameters: tuple[Field, ...] = ()
    result: Kind = Simple.TEXT
    header: Header = Header.WITH_DOMAIN

    def with_year_called(self, name: str) -> "Operation":
        """Return the operation with that name for a year nobody is sure about the name of."""
        parameters = tuple(
            replace(one, name=name) if one.meaning == YEAR else one for one in self.parameters
        )
        return replace(self, parameters=parameters)


@dataclass(frozen=True, kw_only=True)
class Service:
    """One of the services, with its operations by name."""

    name: str
    operations: Mapping[str, Operation]

    @property
    def namespace(self) -> str:
        """The namespace of everything in it."""
        return f"{NAMESPACE}{self.name}"

    @property
    def path(self) -> str:
        """Where it is to be found."""
        return f"/soap/v3/{self.name}.asmx"

    def action(self, operation: str) -> str:
        """Return what stands in the SOAPAction header of a call."""
        return f"{self.namespace}/{operation}"


def service(name: str, operations: tuple[Operation, ...], *, year_parameter: str) -> Service:
    """Return a service whose uncertain year is called so."""
    named = (one.with_year_called(year_parameter) for one in operations)
    return Service(name=name, operations={one.name: one for one in named})


def list_of(structure: Structure) -> Structure:
    """Return the structure that repeats another one."""
    return Structure(
        name=f"ArrayOf{structure.name}",
        fields=(Field(structure.name, structure, is_many=True),),
    )
