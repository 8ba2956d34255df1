"""Divides the rows of a table that is of several companies, as bureaus write it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tilisilta.clients.files.alignment import Row
from tilisilta.clients.files.company_headers import CompanyColumn, Mark
from tilisilta.clients.files.findings import Findings, refused
from tilisilta.clients.files.raw import PartOf, RawJournal, text_of
from tilisilta.domain.company_match import plain_business_id
from tilisilta.domain.named_companies import exact_name
from tilisilta.domain.problems import ProblemCode

MOST_COMPANIES = 5000
"""Of one file, more than any bureau has."""


class Part(NamedTuple):
    """The rows of one company."""

    company: PartOf
    body: list[Row]


def parts_by_company(raw: RawJournal, body: Sequence[Row], number_at: int | None) -> Sequence[Part]:
    """Return the rows of each company, in the order of the file; none for a single company.

    A column of numbers counts before one of business IDs, and that before names. Raises
    ``FileRefused`` for a row that names no company among those that do.
    """
    mark, place = _deciding_column(raw, number_at)
    if place is None:
        return ()
    parts: dict[str, Part] = {}
    findings = Findings()
    for row in body:
        text = text_of(row.cells[place]) if place < len(row.cells) else ""
        if not text:
            findings.add(ProblemCode.SEVERAL_RUNS, line=row.line, reason="company-missing")
            continue
        if len(parts) > MOST_COMPANIES:
            count = len(parts)
            raise refused(ProblemCode.SEVERAL_RUNS, line=row.line, reason="company", count=count)
        part = parts.setdefault(_plain(text, mark), Part(PartOf(mark, text, row.line), []))
        part.body.append(row)
    if len(parts) < 2:
        return ()
    findings.refuse()
    return tuple(parts.values())


def _deciding_column(raw: RawJournal, number_at: int | None) -> tuple[Mark, int | None]:
    if number_at is not None:
        return Mark.NUMBER, number_at
    columns = {column.mark: column.place for column in _certain_columns(raw)}
    for mark in (Mark.BUSINESS_ID, Mark.NAME):
        if mark in columns:
            return mark, columns[mark]
    return Mark.NUMBER, None


def _certain_columns(raw: RawJournal) -> Iterator[CompanyColumn]:
    return (one for one in raw.company_columns if one.place is not None and not one.is_of_one)


def _plain(text: str, mark: Mark) -> str:
    if mark is Mark.NUMBER:
        return text.lstrip("0")
    # Never without its legal form: an Oy and an Ab of one name are two companies.
    return plain_business_id(text) if mark is Mark.BUSINESS_ID else exact_name(text)
