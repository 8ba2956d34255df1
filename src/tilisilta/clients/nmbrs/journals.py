"""Reads the journal of a run, in the XML that both APIs of Nmbrs give."""

import hashlib

from tilisilta.clients.files.encodings import decode_xml
from tilisilta.clients.files.outcomes import FileRefused, JournalAnswerRefused
from tilisilta.clients.files.reading import read_journal_xml
from tilisilta.domain.payroll import PayrollRun, SourceJournal
from tilisilta.domain.problems import ProblemCode

KIND = "nmbrs"


def journal_of_run(answer: str | bytes, run: PayrollRun) -> SourceJournal | None:
    """Return the journal that ``answer`` is; ``None`` where it has no lines, or is empty.

    Raises ``JournalAnswerRefused`` for a journal that is not reliable, with all that is wrong.
    """
    if not answer.strip():
        return None
    try:
        text = answer if isinstance(answer, str) else decode_xml(answer)
        lines, currency = read_journal_xml(text)
    except FileRefused as refusal:
        if [problem.code for problem in refusal.problems] == [ProblemCode.NO_LINES]:
            return None
        content = answer.encode() if isinstance(answer, str) else answer
        raise JournalAnswerRefused(refusal.problems, content) from refusal
    return SourceJournal(
        kind=KIND,
        run_year=run.year,
        run_number=run.number,
        run_description=run.description,
        currency=currency,
        lines=lines,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
