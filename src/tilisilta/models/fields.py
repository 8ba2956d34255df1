"""Columns that hold more than their database type says: secrets, and values of the domain."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from pydantic import TypeAdapter

from tilisilta.domain.both_ways import ComparedRun
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.looks import EmptyLook
from tilisilta.domain.problems import Problem
from tilisilta.models.encryption import decrypted, encrypted

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
    _ProblemsField = models.JSONField[Iterable[Problem], tuple[Problem, ...]]
    _ItemsField = models.JSONField[Iterable[ItemToMake], tuple[ItemToMake, ...]]
    _LooksField = models.JSONField[Iterable[EmptyLook], tuple[EmptyLook, ...]]
    _RunsField = models.JSONField[Iterable[ComparedRun], tuple[ComparedRun, ...]]
else:
    _TextField = models.TextField
    _ProblemsField = _ItemsField = _LooksField = _RunsField = models.JSONField


class EncryptedTextField(_TextField):
    """Text that leaves this process only encrypted, with the newest of the encryption keys.

    Older keys stay readable, so keys can be changed by putting a new one in front. A value that
    no key opens is an ``UnreadableSecret``.
    """

    def get_prep_value(self, value: Any) -> Any:
        return encrypted(value or "")

    def from_db_value(self, value: str | None, *_: object) -> str:
        return decrypted(value or "")


class _ValuesField:
    """A JSON column that is a tuple of the domain's frozen values in Python, empty by default."""

    values: ClassVar[TypeAdapter[Any]]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default": tuple, "blank": True, **options})

    def get_prep_value(self, value: Any) -> Any:
        return self.values.dump_python(tuple(value), mode="json")

    def from_db_value(self, value: str | None, *_: object) -> tuple[Any, ...]:
        """Return the values; none where a subquery found no row."""
        return () if value is None else self.values.validate_json(value)

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(self.get_prep_value(value), model_instance)  # type: ignore[misc]

    def deconstruct(self) -> Any:
        """Return plain JSON, so that old migrations need no domain of today."""
        name, _, positional, options = super().deconstruct()  # type: ignore[misc]
        return name, "django.db.models.JSONField", positional, {**options, "default": list}


class ProblemsField(_ValuesField, _ProblemsField):
    """The problems of a row, or of what it stands for."""

    values = TypeAdapter(tuple[Problem, ...])


class ItemsToMakeField(_ValuesField, _ItemsField):
    """Dimension items that have to be made before a row can be sent."""

    values = TypeAdapter(tuple[ItemToMake, ...])


class LooksField(_ValuesField, _LooksField):
    """The looks that did not find a receipt."""

    values = TypeAdapter(tuple[EmptyLook, ...])


class ComparedRunsField(_ValuesField, _RunsField):
    """The runs of a company as both APIs of Nmbrs give them."""

    values = TypeAdapter(tuple[ComparedRun, ...])
