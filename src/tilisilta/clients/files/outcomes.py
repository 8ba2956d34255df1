"""What reading a file can end in besides a journal: problems, or a question about columns."""

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import NeedsAttention

JOURNAL_XML = "journal-xml"
JOURNALS_REPORT = "journals-report"
CSV = "csv"
XLSX = "xlsx"


class FileRefused(NeedsAttention):
    """The file is no journal we can vouch for; ``problems`` are all that was found in it."""

    code = ProblemCode.FILE_REFUSED

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

    code = ProblemCode.COLUMNS_UNKNOWN

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
