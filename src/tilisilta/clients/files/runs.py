"""What a file contains about its run and its company, and whether it is consistent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tilisilta.clients.files.company_headers import Mark
from tilisilta.clients.files.currencies import currency_code
from tilisilta.clients.files.findings import Findings, showable
from tilisilta.clients.files.raw import RawJournal
from tilisilta.domain.journals import plain_run_number
from tilisilta.domain.problems import ProblemCode

MOST_RUN_CHARACTERS = 20
MOST_RUN_DESCRIPTION_CHARACTERS = 200
_MOST_NAMED = 5
_NUMBER_AND_YEAR = re.compile(r"([0-9A-Za-z]{1,15}) ?/ ?(20[0-9]{2})")
_YEAR_AND_NUMBER = re.compile(r"(20[0-9]{2}) ?[-/] ?([0-9A-Za-z]{1,15})")


@dataclass(frozen=True, kw_only=True)
class FileRun:
    """The run a file names, its company and its currency; empty for what it does not name."""

    year: int | None
    number: str
    description: str
    currency: str
    company_number: int | None
    company_names: tuple[str, ...] = ()
    business_ids: tuple[str, ...] = ()


def read_run(
    raw: RawJournal, findings: Findings, *, company_number: int, currencies: Mapping[str, int]
) -> FileRun:
    """Return the run that ``raw`` names; several runs and other companies become findings.

    ``currencies`` are those that stand beside its amounts.
    """
    year, number = _number_and_year(_only(raw.runs, findings, reason="run"))
    if len(number) > MOST_RUN_CHARACTERS:
        findings.add(ProblemCode.TEXT_TOO_LONG, field="run", limit=MOST_RUN_CHARACTERS)
    # A description may differ from line to line and changes no money: the first one will do.
    description = next(iter(raw.run_descriptions), "")
    codes = _codes(raw.currencies, findings)
    for code, line in currencies.items():
        codes.setdefault(code, line)
    currency = _only(codes, findings, reason="currency")
    return FileRun(
        year=year,
        number=number,
        description=description[:MOST_RUN_DESCRIPTION_CHARACTERS],
        currency=currency,
        company_number=_company(raw, findings, company_number),
        company_names=_named_companies(raw, findings, Mark.NAME),
        business_ids=_named_companies(raw, findings, Mark.BUSINESS_ID),
    )


def _named_companies(raw: RawJournal, findings: Findings, mark: Mark) -> tuple[str, ...]:
    """Return the file's names for its company; a column that names several is a finding."""
    columns = [column for column in raw.company_columns if column.mark is mark]
    for column in columns:
        if not column.is_of_one:
            line = list(column.texts.values())[1]
            count = len(column.texts)
            findings.add(ProblemCode.SEVERAL_RUNS, line=line, reason="company", count=count)
    return tuple(dict.fromkeys(text for column in columns for text in column.texts))


def _codes(texts: Mapping[str, int], findings: Findings) -> dict[str, int]:
    """Return the codes of the currencies that ``texts`` mean; what means none is a finding."""
    codes: dict[str, int] = {}
    for text, line in texts.items():
        if code := currency_code(text):
            codes.setdefault(code, line)
        else:
            findings.add(
                ProblemCode.CURRENCY_UNKNOWN, line=line, field="currency", value=showable(text)
            )
    return codes


def _only(texts: Mapping[str, int], findings: Findings, *, reason: str) -> str:
    if len(texts) > 1:
        line = list(texts.values())[1] or None
        named = ", ".join(text for text in map(showable, list(texts)[:_MOST_NAMED]) if text)
        findings.add(
            ProblemCode.SEVERAL_RUNS,
            line=line,
            reason=reason,
            count=len(texts),
            **{reason: named},
        )
    return next(iter(texts), "")


def _number_and_year(text: str) -> tuple[int | None, str]:
    if match := _NUMBER_AND_YEAR.fullmatch(text):
        return int(match[2]), plain_run_number(match[1])
    if match := _YEAR_AND_NUMBER.fullmatch(text):
        return int(match[1]), plain_run_number(match[2])
    return None, plain_run_number(text)


def _company(raw: RawJournal, findings: Findings, company_number: int) -> int | None:
    for text, line in raw.companies.items():
        if not re.fullmatch("[0-9]{1,9}", text) or int(text) != company_number:
            findings.add(
                ProblemCode.OTHER_COMPANY,
                line=line,
                company=showable(text),
                expected=company_number,
            )
    return company_number if raw.companies else None
