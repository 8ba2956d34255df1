"""Reads the two kinds of XML that Nmbrs makes: journals, and journals reports in both variants.

Values are taken only from the elements we know. The names of employees in a journals report are
not among them, so they are never stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import itemgetter
from xml.parsers import expat

from tilisilta.clients.files.company_headers import CompanyColumn, Mark
from tilisilta.clients.files.encodings import decode_xml
from tilisilta.clients.files.findings import Findings, refused
from tilisilta.clients.files.outcomes import JOURNAL_XML, JOURNALS_REPORT
from tilisilta.clients.files.raw import MOST_LINES, MOST_XML_DEPTH, PartOf, RawJournal, RawLine
from tilisilta.clients.files.sum_words import mark_of
from tilisilta.domain.problems import ProblemCode

_JOURNAL_ELEMENTS = {
    "account": "dim1",
    "cost_center": "dim2",
    "cost_unit": "dim3",
    "amount": "value",
    "direction": "debitcredit",
    "description": "description",
    "date": "date",
    "period": "period",
    "currency": "currency",
}
_REPORT_ELEMENTS = {
    "account": "GeneralLedgerAccount",
    "cost_center": "CostCenter",
    "cost_unit": "CostUnit",
    "description": "ComponentName",
    "debit": "Debit",
    "credit": "Credit",
    "period": "Period",
    "year": "Year",
    "run": "Run",
    "company": "CompanyNr",
}
_JOURNAL_READ = frozenset(name.casefold() for name in _JOURNAL_ELEMENTS.values())
_REPORT_READ = frozenset(name.casefold() for name in _REPORT_ELEMENTS.values())
# Elements that hold values, each with the element that must contain it.
_PARENTS = {
    "line": "lines",
    "header": "transaction",
    "item": "items",
    "journalreportitem": "journalreportitems",
}
_KINDS = {
    "line": JOURNAL_XML,
    "item": JOURNALS_REPORT,
    "journalreportitem": JOURNALS_REPORT,
}
# In the order of the fields of a raw line.
_JOURNAL_TEXTS = itemgetter("dim1", "description", "dim2", "dim3", "debitcredit", "value")
_REPORT_TEXTS = itemgetter("generalledgeraccount", "componentname", "costcenter", "costunit")
_REPORT_SIDES = itemgetter("debit", "credit")
_REPORT_PERIOD = itemgetter("period", "year")
# A transaction and its header count as well as its lines.
_MOST_RECORDS = 3 * MOST_LINES
_ROOTS = ("transactions", "transaction", *dict.fromkeys(_PARENTS.values()))


def read_xml(content: bytes) -> RawJournal:
    return read_xml_text(decode_xml(content))


def read_xml_text(text: str) -> RawJournal:
    """Return the content of a journal XML or a journals report.

    Raises ``FileRefused`` for XML that is malformed, has a document type definition (and so could
    have entities), or is neither of the two.
    """
    elements = _Elements()
    try:
        elements.parse(text)
    except expat.ExpatError as error:
        raise refused(ProblemCode.XML_MALFORMED, line=error.lineno) from error
    elements.repeated.refuse()
    kind = _kind_of(elements)
    elements.misplaced.refuse()
    if kind == JOURNAL_XML:
        return _journal(elements.records)
    return _report(elements.records)


class _Values(dict[str, str]):
    """Values by element; a missing element reads as an empty one."""

    def __missing__(self, _name: str) -> str:
        return ""


_OnStart = Callable[[str, Mapping[str, str]], None]
_OnEnd = Callable[[str], None]


class _Elements:
    """Walks through the elements and collects those of lines, report items and headers.

    ``records`` has them in the order of the file: name, line of the file, values by element. A
    transaction is there without values, as the header of the one before it no longer applies.
    """

    def __init__(self) -> None:
        self.records: list[tuple[str, int, _Values]] = []
        self.root = ""
        self.repeated = Findings(fact_name="element")
        self.misplaced = Findings(fact_name="element")
        self._path: list[str] = []
        self._names: dict[str, str] = {}
        self._values = _Values()
        self._texts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.CharacterDataHandler = self._texts.append
        self._parser.StartDoctypeDeclHandler = self._forbid
        self._listeners = self._inside()
        self._listen_outside()

    def parse(self, text: str) -> None:
        # A text, not bytes: expat then ignores the declared encoding, which Nmbrs gets wrong.
        self._parser.Parse(text, True)

    def _listen_outside(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def _start(self, name: str, _attributes: Mapping[str, str]) -> None:
        local = self._local(name)
        self.root = self.root or local
        path = self._path
        if path and path[-1] == _PARENTS.get(local):
            self._values = self._new_record(local)
            self._parser.StartElementHandler, self._parser.EndElementHandler = self._listeners
            return
        if local == "transaction":
            self._new_record(local)
        elif local in _KINDS:
            # It may still be a line, which would be lost silently.
            line = self._parser.CurrentLineNumber
            self.misplaced.add(ProblemCode.ELEMENT_MISSING, line=line, element=_PARENTS[local])
        path.append(local)
        self._must_not_be_deep(len(path))

    def _must_not_be_deep(self, depth: int) -> None:
        # The parser remembers every open element.
        if depth > MOST_XML_DEPTH:
            raise refused(ProblemCode.XML_MALFORMED, line=self._parser.CurrentLineNumber)

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _inside(self) -> tuple[_OnStart, _OnEnd]:
        """Return the handlers inside of a record, where only its direct elements count.

        Nearly all of a file is there; plain functions on local names take a third less time.
        """
        depth = 0
        texts, names = self._texts, self._names

        def start(_name: str, _attributes: Mapping[str, str]) -> None:
            nonlocal depth
            if depth == 0:
                texts.clear()
            depth += 1
            if depth > MOST_XML_DEPTH:
                self._must_not_be_deep(depth)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if depth == 0:
                self._add_value(names.get(name) or self._local(name), "".join(texts).strip())
            elif depth < 0:
                depth = 0
                self._listen_outside()

        return start, end

    def _add_value(self, local: str, value: str) -> None:
        if local in self._values:
            line = self._parser.CurrentLineNumber
            self.repeated.add(ProblemCode.COLUMN_TWICE, line=line, element=local)
        self._values[local] = value

    def _new_record(self, local: str) -> _Values:
        if len(self.records) > _MOST_RECORDS:
            raise refused(ProblemCode.TOO_MANY_LINES, limit=MOST_LINES)
        values = _Values()
        self.records.append((local, self._parser.CurrentLineNumber, values))
        return values

    def _local(self, name: str) -> str:
        local = name.rpartition(":")[2].casefold()
        self._names[name] = local
        return local

    def _forbid(self, *_: object) -> None:
        raise refused(ProblemCode.XML_FORBIDDEN, line=self._parser.CurrentLineNumber)


def _kind_of(elements: _Elements) -> str:
    kinds = {_KINDS[name] for name, _, _ in elements.records if name in _KINDS}
    if len(kinds) == 1:
        return kinds.pop()
    if kinds or elements.root not in _ROOTS:
        kind = "html" if elements.root == "html" else "xml"
        raise refused(ProblemCode.FILE_TYPE_UNKNOWN, kind=kind, element=elements.root)
    raise refused(ProblemCode.NO_LINES)


def _journal(records: list[tuple[str, int, _Values]]) -> RawJournal:
    lines: list[RawLine] = []
    currencies: dict[str, int] = {}
    header = _Values()
    dated_on = 0
    for name, line, values in records:
        if name == "line":
            dated = ("", "", header["date"], header["period"], "", dated_on)
            rest = _digest_of_others(values, _JOURNAL_READ)
            lines.append(RawLine._make((line, *_JOURNAL_TEXTS(values), *dated, rest)))
            continue
        header, dated_on = values, line
        if currency := header["currency"]:
            currencies.setdefault(currency, line)
    return RawJournal(
        kind=JOURNAL_XML,
        fact_name="element",
        names=_JOURNAL_ELEMENTS,
        lines=lines,
        currencies=currencies,
        decimal_sign=".",
        has_directions=True,
    )


def _report(records: list[tuple[str, int, _Values]]) -> RawJournal:
    """Return a journals report, with a part for each company if it is of several."""
    of_company: dict[str, list[tuple[str, int, _Values]]] = {}
    for record in records:
        of_company.setdefault(record[2]["companynr"], []).append(record)
    whole = _report_of(records)
    if len(of_company) == 1 or "" in of_company:
        return whole
    return replace(
        whole,
        parts=tuple(
            replace(_report_of(some), part_of=PartOf(Mark.NUMBER, number, some[0][1]))
            for number, some in of_company.items()
        ),
    )


def _report_of(records: list[tuple[str, int, _Values]]) -> RawJournal:
    runs: dict[str, int] = {}
    companies: dict[str, int] = {}
    names: dict[str, int] = {}
    for _, line, values in records:
        if run := values["run"]:
            runs.setdefault(run, line)
        if company := values["companynr"]:
            companies.setdefault(company, line)
        if name := values["companyname"]:
            names.setdefault(name, line)
    return RawJournal(
        kind=JOURNALS_REPORT,
        fact_name="element",
        names=_REPORT_ELEMENTS,
        lines=[_report_line(line, values) for _, line, values in records],
        companies=companies,
        company_columns=(CompanyColumn(mark=Mark.NAME, texts=names),) if names else (),
        runs=runs,
        remarks={
            at: ("EmployeeName", values["employeename"])
            for at, (_, _, values) in enumerate(records)
            if mark_of(values["employeename"])
        },
    )


def _report_line(line: int, values: _Values) -> RawLine:
    period = ("", *_REPORT_PERIOD(values), 0)
    rest = _digest_of_others(values, _REPORT_READ)
    return RawLine._make(
        (line, *_REPORT_TEXTS(values), "", "", *_REPORT_SIDES(values), *period, rest)
    )


def _digest_of_others(values: _Values, read: frozenset[str]) -> int:
    # Equal lines of two employees differ in the employee, whose name is not stored. ``hash`` gives
    # other values in another process, but they are only compared within one file.
    others = values.keys() - read
    return hash(tuple((name, values[name]) for name in sorted(others))) if others else 0
