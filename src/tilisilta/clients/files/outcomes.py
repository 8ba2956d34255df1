"""What reading a file can end in: a journal, a list of problems, or a question about columns."""

from dataclasses import dataclass

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.problems import Problem
from tilisilta.errors import NeedsAttention

JOURNAL_XML = "journal-xml"
JOURNALS_REPORT = "journals-report"
CSV = "csv"
XLSX = "xlsx"


@dataclass(frozen=True, kw_only=True)
class FileJournal:
    """The journal a file holds, and what the file itself says of its run.

    ``kind`` is one of the four formats. What the file does not say is empty or ``None``: most
    files name neither their run nor a company. ``sha256`` is the digest of the file as it came.
    """

    kind: str
    run_year: int | None = None
    run_number: str = ""
    run_description: str = ""
    currency: str = ""
    company_number: int | None = None
    lines: tuple[JournalLine, ...]
    sha256: str


class FileRefused(NeedsAttention):
    """The file is no journal we can vouch for; ``problems`` are all that was found in it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        # The codes only: a message ends in logs, and what the file says does not belong there.
        codes = ", ".join(dict.fromkeys(problem.code.value for problem in problems))
        super().__init__(f"The file cannot be read as a journal: {codes}.")
        self.problems = problems


class ColumnsNeeded(NeedsAttention):
    """A person must say which columns hold what: the file has headers we do not know.

    ``headers`` and the first ``rows`` are shown to that person; ``guess`` is what we made of the
    headers we do know, and lacks something, or holds nothing at all.
    """

    def __init__(
        self,
        *,
        headers: tuple[str, ...],
        rows: tuple[tuple[str, ...], ...],
        guess: ColumnMapping,
    ) -> None:
        super().__init__("The columns of the file must be named before it can be read.")
        self.headers = headers
        self.rows = rows
        self.guess = guess
