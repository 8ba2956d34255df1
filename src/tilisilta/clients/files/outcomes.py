"""The results of reading a file other than a journal: problems, or a question about columns."""

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import NeedsAttention

JOURNAL_XML = "journal-xml"
JOURNALS_REPORT = "journals-report"
CSV = "csv"
XLSX = "xlsx"
SIE = "sie"
JSON = "json"


class FileRefused(NeedsAttention):
    """The file is no reliable journal; ``problems`` are all that is wrong with it."""

    code = ProblemCode.FILE_REFUSED

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        # The codes only: messages are logged, and the content of the file must not be.
        codes = ", ".join(dict.fromkeys(problem.code.value for problem in problems))
        super().__init__(f"The file cannot be read as a journal: {codes}.")
        self.problems = problems


class JournalAnswerRefused(FileRefused):
    """What Nmbrs answered is no reliable journal; ``content`` are its bytes as they came."""

    def __init__(self, problems: tuple[Problem, ...], content: bytes) -> None:
        super().__init__(problems)
        self.content = content


class PaymentFileRefused(FileRefused):
    """The file is no reliable payment file; ``problems`` are all that is wrong with it."""

    code = ProblemCode.PAYMENT_FILE_REFUSED

    def name(self, name: str) -> None:
        """Note in the refusal which file it is, where several were given."""
        self.facts = {"name": name}


class ColumnsNeeded(NeedsAttention):
    """A person must say which columns hold what, as the file has headers we do not know.

    ``headers`` and the first ``rows`` are shown to that person. ``guess`` is the mapping of the
    headers we do know; it lacks something, or is empty. Of a file without headers they
    ``are_places``, counted from 1, and the guess is what the columns seem to hold.
    """

    code = ProblemCode.COLUMNS_UNKNOWN

    def __init__(
        self,
        *,
        headers: tuple[str, ...],
        rows: tuple[tuple[str, ...], ...],
        guess: ColumnMapping,
        are_places: bool = False,
    ) -> None:
        super().__init__("The columns of the file must be named before it can be read.")
        self.headers = headers
        self.rows = rows
        self.guess = guess
        self.are_places = are_places

    @property
    def what_is_missing(self) -> ProblemCode:
        """Return the code of what is asked about: headers, dates, or what the columns hold."""
        if self.are_places:
            return ProblemCode.NO_HEADER_ROW
        return ProblemCode.NO_DATES if self.guess.lacks == ("date",) else self.code
