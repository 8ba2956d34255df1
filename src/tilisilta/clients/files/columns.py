"""Which column of a CSV or XLSX file holds what, by its header or by a person's choice."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
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
        return cls(**{name: header.strip() for name, header in mapping.items()})

    def to_mapping(self) -> dict[str, str]:
        return {name: header for name, header in asdict(self).items() if header}

    @classmethod
    def guessed_from(cls, headers: Iterable[str]) -> Self:
        """Return the columns that known headers in English, Swedish or Finnish name.

        Where two different headers could mean the same value, neither is used: a person chooses.
        """
        headers_of: dict[str, dict[str, str]] = defaultdict(dict)
        for header in headers:
            name = known_field(header)
            if name:
                headers_of[name].setdefault(plain_header(header), header.strip())
        return cls(
            **{
                name: next(iter(candidates.values()))
                for name, candidates in headers_of.items()
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
        return tuple(name for name, is_there in has.items() if not is_there)


FIELDS = tuple(one.name for one in fields(ColumnMapping))
"""Every field a column can hold, in the order a form shows them."""


@dataclass(frozen=True, kw_only=True)
class GivenDate:
    """The booking date or the period, as 2026-07, that a person gives all lines of a file.

    Only a file without dates and periods of its own takes it, and it is remembered nowhere.
    """

    day: date | None = None
    period: str = ""

    def __bool__(self) -> bool:
        return self.day is not None or bool(self.period)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.day.isoformat() if self.day else "", self.period)))


NO_DATE_GIVEN = GivenDate()


@dataclass(frozen=True, kw_only=True)
class SaidOfColumns:
    """What a person says of the columns of this file, and what was said of earlier ones.

    ``remembered`` has earlier mappings by the digest of the headers they were chosen for, and
    ``given`` is the date of lines that have none.
    """

    chosen: ColumnMapping | None = None
    remembered: Mapping[str, ColumnMapping] = field(default_factory=dict)
    given: GivenDate = NO_DATE_GIVEN

    def lacking(self, mapping: ColumnMapping) -> tuple[str, ...]:
        """Return the fields that ``mapping`` lacks and no person has said."""
        return tuple(name for name in mapping.lacks if name != "date" or not self.given)

    def mapping_for(self, headers: Sequence[str]) -> ColumnMapping | None:
        return self.chosen or self.remembered.get(digest_of_headers(headers))


def digest_of_headers(headers: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()
