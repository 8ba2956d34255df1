"""Why a file is not taken in, or a journal not made another run, with the facts a person needs."""

from tilisilta.domain import journals as domain
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.run_comparisons import RunComparison, compare_runs
from tilisilta.domain.run_identity import RunDoubt
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, Journal


class JournalElsewhere(NeedsAttention):
    """The very same file was imported for another company already."""

    code = ProblemCode.SAME_FILE

    def __init__(self, other: Company) -> None:
        super().__init__(f"This very file was imported for {other} already.")
        self.other = other
        self.facts = {"other": str(other)}


class ImportedAsOtherRun(NeedsAttention):
    """The very same file was imported for another run of the company already."""

    code = ProblemCode.OTHER_RUN

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"This very file is journal {journal.reference} already.")
        self.journal = journal
        self.facts = {"journal": journal.reference}


class WhichRun(NeedsAttention):
    """It is not certain which run a file is of; ``known`` is the journal it may be again.

    ``read`` is the content of the file, and ``free`` the run it would be if it is another one.
    """

    code = ProblemCode.WHICH_RUN

    def __init__(
        self, known: Journal, *, read: SourceJournal, free: domain.Run, doubt: RunDoubt
    ) -> None:
        super().__init__(f"It may be journal {known.reference} again, or another run.")
        self.known = known
        self.read = read
        self.free = free
        self.doubt = doubt
        self.comparison: RunComparison = compare_runs(read.lines, known.content().lines)
        self.facts = {
            "journal": known.reference,
            "run": f"{known.run_number}/{known.run_year}",
            "period": str(self.comparison.file.period),
            "free": f"{free.number}/{free.year}",
            "reason": doubt.value,
        }


class RunTaken(NeedsAttention):
    """Another journal has this run, and no person has answered that one revises the other."""

    code = ProblemCode.RUN_TAKEN

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"That run is journal {journal.reference} already.")
        self.facts = {
            "journal": journal.reference,
            "run": f"{journal.run_number}/{journal.run_year}",
        }


class NotOfTheCompany(NeedsAttention):
    """The journal to be revised belongs to another company."""

    code = ProblemCode.NOT_OF_THE_COMPANY

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"Journal {journal.reference} is another company's.")
        self.facts = {"journal": journal.reference}


class WasDiscarded(NeedsAttention):
    """The file is a journal that a person discarded on purpose."""

    code = ProblemCode.WAS_DISCARDED

    def __init__(self, journal: Journal) -> None:
        super().__init__(f"This file is journal {journal.reference}, which was discarded.")
        self.journal = journal
        self.facts = {"journal": journal.reference, "reason_text": journal.discard_reason}
