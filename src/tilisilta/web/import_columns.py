"""What the columns of a file hold: asked of a person, and remembered for the company."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from tilisilta.clients.files.columns import FIELDS, ColumnMapping
from tilisilta.models import ColumnChoice, Company
from tilisilta.web.import_forms import ImportForm

FIELD_LABELS: Mapping[str, Any] = {
    "account": gettext_lazy("Ledger account"),
    "description": gettext_lazy("Description"),
    "amount": gettext_lazy("Amount, debit positive"),
    "debit": gettext_lazy("Debit"),
    "credit": gettext_lazy("Credit"),
    "direction": gettext_lazy("Debit or credit, as a word or letter"),
    "cost_center": gettext_lazy("Cost center"),
    "cost_unit": gettext_lazy("Cost unit"),
    "date": gettext_lazy("Booking date"),
    "period": gettext_lazy("Period"),
    "year": gettext_lazy("Year of the period"),
    "company": gettext_lazy("Company number"),
    "run": gettext_lazy("Run"),
    "run_description": gettext_lazy("Description of the run"),
    "currency": gettext_lazy("Currency"),
}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One value of a journal, and the header a person or we chose for it."""

    field: str
    label: str
    chosen: str


@dataclass(frozen=True, kw_only=True)
class RememberedColumns:
    """A mapping that is remembered, with its fields in words."""

    choice: ColumnChoice
    columns: tuple[Column, ...]


def remembered_of(company: Company) -> tuple[RememberedColumns, ...]:
    """What is remembered of the columns of a company's files, the latest first."""
    choices = ColumnChoice.objects.filter(company=company).select_related("chosen_by")
    return tuple(
        RememberedColumns(choice=choice, columns=tuple(chosen_columns(choice.mapping)))
        for choice in choices
    )


def chosen_columns(mapping: Mapping[str, str]) -> list[Column]:
    """The fields that ``mapping`` has, in the order of the form."""
    return [column for column in all_columns(mapping) if column.chosen]


def all_columns(mapping: Mapping[str, str]) -> list[Column]:
    return [
        Column(field=field, label=str(FIELD_LABELS[field]), chosen=mapping.get(field, ""))
        for field in FIELDS
    ]


def are_places(headers: Sequence[str]) -> bool:
    """Return whether headers are only the places of the columns, as of a file without any."""
    return list(headers) == [str(place) for place in range(1, len(headers) + 1)]


def columns_of(posted: Mapping[str, str]) -> ColumnMapping | None:
    """The columns a person chose in the second step; ``None`` in the first."""
    chosen = {field: posted.get(f"column-{field}", "") for field in FIELDS}
    return ColumnMapping.from_mapping(chosen) if any(chosen.values()) else None


def posted_table(form: ImportForm) -> dict[str, Any] | None:
    """The headers and sample rows that the page carried on, if it is us who wrote them."""
    try:
        table = json.loads(form.cleaned_data.get("table") or "null")
        rows = [[str(cell) for cell in row] for row in table["rows"]]
        return {"headers": [str(header) for header in table["headers"]], "rows": rows}
    except (ValueError, TypeError, KeyError):
        return None
