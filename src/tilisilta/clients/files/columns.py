"""Which column of a CSV or XLSX file holds what, told by its header or by a person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

from tilisilta.clients.files.header_names import known_field, plain_header


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """The header of the column that holds each value; empty for values the file does not have.

    Amounts stand in ``amount`` (debit positive, unless ``direction`` says debit or credit), or in
    ``debit`` and ``credit``. A line is dated by ``date``, else by the last day of ``period``,
    which may need ``year`` beside it. Headers count as equal regardless of case and blanks.
    """

    account: str = ""
    description: str = ""
    amount: str = ""
    debit: str = ""
    credit: str = ""
    direction: str = ""
    cost_center: str = ""
    cost_unit: str = ""
    date: str = ""
    period: str = ""
    year: str = ""
    company: str = ""
    run: str = ""
    run_description: str = ""
    currency: str = ""

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> Self:
        """The mapping a form or a command line gives: field names to headers.

        Blank headers count as left out. Raises ``ValueError`` for a field we do not have.
        """
        unknown = sorted(set(mapping) - set(FIELDS))
        if unknown:
            raise ValueError(f"No such column field: {', '.join(unknown)}.")
        return cls(**{field: header.strip() for field, header in mapping.items()})

    def to_mapping(self) -> dict[str, str]:
        """The fields that have a column, with its header; ``from_mapping`` takes it back."""
        return {field: header for field, header in asdict(self).items() if header}

    @classmethod
    def guessed_from(cls, headers: Iterable[str]) -> Self:
        """What headers in English, Swedish or Finnish say by themselves.

        Where two different headers could mean the same value neither is taken: a person chooses.
        """
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for header in headers:
            field = known_field(header)
            if field:
                found[field].setdefault(plain_header(header), header.strip())
        return cls(
            **{
                field: next(iter(candidates.values()))
                for field, candidates in found.items()
                if len(candidates) == 1
            }
        )

    @property
    def lacks(self) -> tuple[str, ...]:
        """The fields a person must name before a file can be read with this mapping."""
        sides = bool(self.debit) + bool(self.credit)
        has = {
            "account": bool(self.account),
            # Amounts in one column or in two; with both nobody could say which to believe.
            "amount": sides == (0 if self.amount else 2),
            "date": bool(self.date or self.period),
        }
        return tuple(field for field, is_there in has.items() if not is_there)


FIELDS = tuple(field.name for field in fields(ColumnMapping))
"""Every field a column can hold, in the order a form shows them."""
