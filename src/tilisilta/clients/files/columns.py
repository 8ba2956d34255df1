"""Which column of a CSV or XLSX file holds what, by its header or by a person's choice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Self

from tilisilta.clients.files.header_names import known_field, plain_header


@dataclass(frozen=True, kw_only=True)
class ColumnMapping:
    """The header of the column that holds each value; empty for values the file does not have.

    Amounts are in ``amount`` (debit positive, unless ``direction`` says debit or credit), or in
    ``debit`` and ``credit``. A line is dated by ``date``, else by the last day of ``period``,
    which may need ``year`` beside it. Headers are compared regardless of case and blanks.
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
        """Return the mapping that a form or a command line gives: field names to headers.

        Blank headers count as left out. Raises ``ValueError`` for a field we do not have.
        """
        unknown = sorted(set(mapping) - set(FIELDS))
        if unknown:
            raise ValueError(f"No such column field: {', '.join(unknown)}.")
        return cls(**{field: header.strip() for field, header in mapping.items()})

    def to_mapping(self) -> dict[str, str]:
        return {field: header for field, header in asdict(self).items() if header}

    @classmethod
    def guessed_from(cls, headers: Iterable[str]) -> Self:
        """Return the columns that known headers in English, Swedish or Finnish name.

        Where two different headers could mean the same value, neither is used: a person chooses.
        """
        headers_of: dict[str, dict[str, str]] = defaultdict(dict)
        for header in headers:
            field = known_field(header)
            if field:
                headers_of[field].setdefault(plain_header(header), header.strip())
        return cls(
            **{
                field: next(iter(candidates.values()))
                for field, candidates in headers_of.items()
                if len(candidates) == 1
            }
        )

    @property
    def lacks(self) -> tuple[str, ...]:
        """Return the fields a person must name before a file can be read with this mapping."""
        sides = bool(self.debit) + bool(self.credit)
        has = {
            "account": bool(self.account),
            # Amounts in one column or in two; with all three they could contradict each other.
            "amount": sides == (0 if self.amount else 2),
            "date": bool(self.date or self.period),
        }
        return tuple(field for field, is_there in has.items() if not is_there)


FIELDS = tuple(field.name for field in fields(ColumnMapping))
"""Every field a column can hold, in the order a form shows them."""
