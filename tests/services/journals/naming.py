"""What the tests of files that name a company share: such files, and a way to take them in."""

import io
from collections.abc import Sequence

import pytest
from openpyxl import Workbook
from tests.bureau import NOW

from tilisilta.clients.files.reading import FileRefused
from tilisilta.models import Company, Journal
from tilisilta.services.journals.importing import Imported, import_journal

LINES = (("2026-07-31", "5010", "Wages", "18.10"), ("2026-07-31", "2961", "Payable", "-18.10"))


def rows_with(header: str, *texts: str) -> list[list[str]]:
    """A journal with one more column; a single text is repeated on each line."""
    said = texts if len(texts) == len(LINES) else texts * len(LINES)
    lines = [[text, *line] for text, line in zip(said, LINES, strict=True)]
    return [[header, "Date", "Account", "Description", "Amount"], *lines]


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode(encoding)


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(list(row))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def take(company: Company, content: bytes, name: str = "j.csv", **more: object) -> Imported:
    given: dict[str, object] = {"user": None, **more}
    return import_journal(
        content,
        file_name=name,
        company=company,
        now=NOW,
        **given,  # type: ignore[arg-type]  # each by its name
    )


def refusal(company: Company, content: bytes, name: str = "j.csv", **more: object) -> FileRefused:
    """What the refusal of ``content`` says."""
    with pytest.raises(FileRefused) as refused:
        take(company, content, name, **more)
    assert not Journal.objects.exists()
    return refused.value
