"""Files as bureaus have them, one after the other: which run each becomes, and which are held.

Each member is invented. The expected outcome of the last step is given beside it: ``new``,
``revision`` or ``there`` for an import, else the question or refusal, or the problem that holds
the journal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from tests.bureau import NOW, a_linked_company, problem_codes, send

from procountor_sandbox.app import Sandbox
from tilisilta.clients.files.reading import read_journal_file
from tilisilta.domain.journals import Run
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, Journal
from tilisilta.models import Run as NmbrsRun
from tilisilta.services.companies import add_debtor
from tilisilta.services.journals.answers import discard, tell_run
from tilisilta.services.journals.importing import Imported, RunAnswer, import_journal, keep_fetched

pytestmark = pytest.mark.django_db

Lines = Sequence[tuple[str, str, str]]
"""Ledger account, text, amount; debit positive."""

WAGES: Lines = (
    ("5010", "Kuukausipalkat", "4200.00"),
    ("6110", "TyEL", "730.80"),
    ("2961", "Maksettavat palkat", "-4200.00"),
    ("2931", "TyEL-velka", "-730.80"),
)
# The hourly paid: the same accounts and texts, other people, on the same liability account.
HOURLY: Lines = (
    ("5020", "Tuntipalkat", "1811.50"),
    ("6110", "TyEL", "315.20"),
    ("2961", "Maksettavat palkat", "-1811.50"),
    ("2931", "TyEL-velka", "-315.20"),
)
# Holiday pay that shares nothing but the liability account and its text with the wages.
HOLIDAY: Lines = (("5030", "Lomarahat", "2100.00"), ("2961", "Maksettavat palkat", "-2100.00"))
# A payroll that shares no account at all.
BOARD: Lines = (("5040", "Kokouspalkkiot", "600.00"), ("2990", "Maksettavat palkkiot", "-600.00"))
PUT_RIGHT: Lines = (*WAGES[:1], ("6110", "TyEL", "731.80"), WAGES[2], ("2931", "V", "-731.80"))
SPLIT: Lines = (
    ("5010", "Kuukausipalkat", "4000.00"),
    ("5010", "Lisät", "200.00"),
    *WAGES[1:],
    ("5010", "Tyhjä", "0.00"),
)
CANCELLED: Lines = (
    *WAGES[:2],
    ("2961", "Ennakko", "-200.00"),
    ("2961", "Loput", "-4000.00"),
    WAGES[3],
)

FINNISH = "Pvm;Tili;Selite;Summa"
SWEDISH = "Datum;Konto;Beskrivning;Belopp"
ENGLISH = "Date;Account;Description;Amount"


def csv(
    lines: Lines,
    *,
    day: str = "31.8.2026",
    heads: str = FINNISH,
    encoding: str = "utf-8",
    run: str = "",
    comma: bool = True,
) -> bytes:
    """The lines as a CSV file in one of the ways they come."""
    texts = [heads + (";Run" if run else "")]
    for account, text, amount in lines:
        shown = amount.replace(".", ",") if comma else amount
        texts.append(";".join((day, account, text, shown, *([run] if run else []))))
    return "\r\n".join(texts).encode(encoding)


@dataclass
class Bureau:
    """Two companies of one debtor and one of another, and the result of the last step."""

    companies: dict[int, Company] = field(default_factory=dict)
    last: Imported | None = None

    def company(self, number: int) -> Company:
        if number not in self.companies:
            company = a_linked_company(number)
            if number == 1003:
                company.debtor = add_debtor(103, "Saaristo-yhtiöt", user=None)
                company.save()
            self.companies[number] = company
        return self.companies[number]

    def file(self, content: bytes, *, at: int = 1001, run: str = "", **answer: Any) -> None:
        """Import a file, with an answer about its run."""
        named = Run(year=2026, number=run) if run else None
        self.last = import_journal(
            content,
            file_name="palkat.csv",
            company=self.company(at),
            user=None,
            now=NOW,
            answer=RunAnswer(run=named, **answer),
        )

    def nmbrs(self, lines: Lines, *, number: str, day: str = "31.8.2026", id_: int = 1) -> None:
        """Fetch the journal of a run from Nmbrs."""
        company = self.company(1001)
        month = int(day.split(".")[1])
        run, _made = NmbrsRun.objects.get_or_create(
            company=company,
            nmbrs_run_id=id_,
            defaults={"year": 2026, "number": number, "period_start": month, "period_end": month},
        )
        read = read_journal_file(
            csv(lines, day=day), file_name="j.csv", columns=None, company_number=1001
        )
        fetched = SourceJournal(
            kind="nmbrs", run_year=2026, run_number=number, lines=read.lines, sha256="0" * 64
        )
        self.last = keep_fetched(
            fetched, run=run, split=JournalSplit.COMPANY, is_linked=True, now=NOW
        )

    def journal(self, reference: str) -> Journal:
        """A journal by its reference without the company."""
        return next(
            one for one in Journal.objects.all() if one.reference == f"1001-2026-{reference}"
        )


Step = tuple[str, dict[str, Any]]


def file(content: bytes, **more: Any) -> Step:
    return "file", {"content": content, **more}


def nmbrs(lines: Lines, **more: Any) -> Step:
    return "nmbrs", {"lines": lines, **more}


def do(what: str, reference: str, **more: Any) -> Step:
    return what, {"reference": reference, **more}


MEMBERS: dict[str, tuple[tuple[Step, ...], str, list[str]]] = {
    # Two payrolls of one month, no file names its run.
    "wages then holiday pay on one liability account": (
        (file(csv(WAGES)), file(csv(HOLIDAY))),
        "WhichRun guessed",
        ["8-1"],
    ),
    "holiday pay then wages, in Swedish": (
        (file(csv(HOLIDAY, heads=SWEDISH)), file(csv(WAGES, heads=SWEDISH))),
        "WhichRun guessed",
        ["8-1"],
    ),
    "monthly and hourly paid, from two encodings": (
        (file(csv(WAGES, encoding="cp1252")), file(csv(HOURLY, encoding="utf-16"))),
        "WhichRun guessed",
        ["8-1"],
    ),
    "a third payroll of the month": (
        (file(csv(WAGES)), file(csv(HOURLY), another_run=True), file(csv(BOARD), another_run=True)),
        "new",
        ["8-1", "8b-1", "8c-1"],
    ),
    "two payrolls named by the person who imports": (
        (file(csv(WAGES), run="8"), file(csv(HOURLY), run="81")),
        "new",
        ["8-1", "81-1"],
    ),
    "two payrolls that name their runs": (
        (file(csv(WAGES, run="15")), file(csv(HOURLY, run="16"))),
        "new",
        ["15-1", "16-1"],
    ),
    # Numbers with zeros, letters and years.
    "the same run with zeros in front": (
        (file(csv(WAGES), run="08"), file(csv(PUT_RIGHT), run="8")),
        "revision",
        ["8-1", "8-2"],
    ),
    "the same run with the year beside it": (
        (file(csv(WAGES, run="8")), file(csv(PUT_RIGHT, run="8/2026"))),
        "revision",
        ["8-1", "8-2"],
    ),
    "a letter makes another run": (
        (file(csv(WAGES), run="8"), file(csv(HOURLY), run="8A")),
        "new",
        ["8-1", "8A-1"],
    ),
    "a number of zeros alone": (
        (file(csv(WAGES), run="00"), file(csv(WAGES), run="0")),
        "there",
        ["0-1"],
    ),
    # The number is contradicted by what is in the file.
    "next month under last month's number": (
        (file(csv(WAGES), run="8"), file(csv(WAGES, day="30.9.2026"), run="8")),
        "WhichRun month",
        ["8-1"],
    ),
    "another payroll under a run's number": (
        (file(csv(WAGES), run="8"), file(csv(BOARD), run="8")),
        "WhichRun lines",
        ["8-1"],
    ),
    "a file that names last month's run": (
        (file(csv(WAGES, run="8")), file(csv(WAGES, day="30.9.2026", run="8"), another_run=True)),
        "new",
        ["8-1", "9-1"],
    ),
    "a correction of the month before goes with its run": (
        (
            file(csv(WAGES), run="8"),
            file(
                csv(WAGES) + csv(HOLIDAY, day="31.7.2026").partition(b"\n")[2].join((b"\r\n", b"")),
                run="8",
            ),
        ),
        "revision",
        ["8-1", "8-2"],
    ),
    # An older version, again.
    "an older version in another order": (
        (
            file(csv(WAGES), run="8"),
            file(csv(PUT_RIGHT), run="8"),
            file(csv(tuple(reversed(WAGES)))),
        ),
        "there",
        ["8-1", "8-2"],
    ),
    "an older version with lines split, in English": (
        (
            file(csv(WAGES), run="8"),
            file(csv(PUT_RIGHT), run="8"),
            file(csv(SPLIT, heads=ENGLISH, comma=False), run="8"),
        ),
        "there",
        ["8-1", "8-2"],
    ),
    "the newest version again, unnamed and after it was sent": (
        (
            file(csv(WAGES), run="8"),
            do("send", "8-1"),
            file(csv(WAGES, heads=SWEDISH, encoding="cp1252")),
        ),
        "there",
        ["8-1"],
    ),
    "a correction of what was sent": (
        (file(csv(WAGES), run="8"), do("send", "8-1"), file(csv(PUT_RIGHT), run="8")),
        "revision",
        ["8-1", "8-2"],
    ),
    # Files beside Nmbrs.
    "Nmbrs gives what a file gave before": (
        (file(csv(WAGES)), nmbrs(tuple(reversed(WAGES)), number="15")),
        "there",
        ["15-1"],
    ),
    "a guessed number gives way to Nmbrs' own": (
        (file(csv(HOLIDAY)), nmbrs(WAGES, number="8", day="30.4.2026")),
        "new",
        ["8b-1", "8-1"],
    ),
    "a number somebody named does not": (
        (file(csv(BOARD), run="8"), nmbrs(WAGES, number="8", day="30.4.2026")),
        "new",
        ["8-1", "8b-1"],
    ),
    "a file after Nmbrs, with the same lines": (
        (nmbrs(WAGES, number="15"), file(csv(WAGES, encoding="utf-16"))),
        "there",
        ["15-1"],
    ),
    "a file of a month whose number is a run of Nmbrs of another month": (
        (nmbrs(WAGES, number="8", day="30.4.2026"), file(csv(HOURLY))),
        "WhichRun guessed",
        ["8-1"],
    ),
    # The same payroll twice.
    "the same payroll under another number, with lines merged": (
        (file(csv(SPLIT), run="8"), file(csv(WAGES), run="81")),
        "N35",
        ["8-1", "81-1"],
    ),
    "the same payroll with a zero line and other texts": (
        (file(csv(WAGES), run="8"), file(csv(CANCELLED, heads=SWEDISH), run="9A")),
        "N35",
        ["8-1", "9A-1"],
    ),
    "a cent apart is another payroll": (
        (file(csv(WAGES), run="8"), file(csv(PUT_RIGHT), run="81")),
        "new",
        ["8-1", "81-1"],
    ),
    "another company's of the same debtor, saved again": (
        (file(csv(WAGES, encoding="utf-8-sig"), at=1002), file(csv(SPLIT))),
        "N37",
        ["8-1"],
    ),
    "another company's of another debtor": (
        (file(csv(WAGES), at=1003), file(csv(tuple(reversed(WAGES)), heads=SWEDISH))),
        "N37",
        ["8-1"],
    ),
    "the very file of another company": (
        (file(csv(WAGES), at=1003), file(csv(WAGES))),
        "JournalElsewhere",
        [],
    ),
    "the very file under another number": (
        (file(csv(WAGES), run="8"), file(csv(WAGES), run="81")),
        "ImportedAsOtherRun",
        ["8-1"],
    ),
    # Answers, and what comes after them.
    "numbered anew, then imported again": (
        (file(csv(WAGES)), do("number", "8-1", to="81"), file(csv(WAGES))),
        "there",
        ["81-1"],
    ),
    "discarded, then imported in another order": (
        (file(csv(WAGES)), do("discard", "8-1"), file(csv(tuple(reversed(WAGES))))),
        "WasDiscarded",
        ["8-1"],
    ),
    "numbered anew and discarded, then imported under its first number": (
        (
            file(csv(WAGES)),
            do("number", "8-1", to="81"),
            do("discard", "81-1"),
            file(csv(WAGES), run="8"),
        ),
        "WasDiscarded",
        ["81-1"],
    ),
    "discarded, and another payroll takes its number": (
        (file(csv(WAGES)), do("discard", "8-1"), file(csv(HOURLY))),
        "new",
        ["8-1", "8-2"],
    ),
    "discarded, then given by Nmbrs": (
        (file(csv(WAGES)), do("discard", "8-1"), nmbrs(WAGES, number="8")),
        "new",
        ["8-1", "8-2"],
    ),
    "another run, said twice": (
        (file(csv(WAGES)), file(csv(BOARD), another_run=True), file(csv(BOARD), another_run=True)),
        "there",
        ["8-1", "8b-1"],
    ),
}


def outcome(bureau: Bureau, steps: Sequence[Step]) -> str:
    """Return the result of the last step."""
    for what, more in steps:
        if what == "file":
            bureau.file(**more)
        elif what == "nmbrs":
            bureau.nmbrs(**more)
        elif what == "send":
            send(bureau.journal(more["reference"]))
        elif what == "discard":
            discard(bureau.journal(more["reference"]), reason="no", user=None, now=NOW)
        else:
            run = Run(year=2026, number=more["to"])
            tell_run(bureau.journal(more["reference"]), user=None, run=run)
    assert bureau.last is not None
    held = {"N35", "N37"}.intersection(problem_codes(bureau.last.journal))
    if held:
        return held.pop()
    if not bureau.last.is_new:
        return "there"
    return "revision" if bureau.last.previous is not None else "new"


@pytest.mark.parametrize("name", MEMBERS)
def test_a_file_is_of_the_run_it_should_be(procountor: Sandbox, name: str) -> None:
    steps, expected, references = MEMBERS[name]
    bureau = Bureau()

    try:
        found = outcome(bureau, steps)
    except NeedsAttention as refused:
        found = f"{type(refused).__name__} {refused.facts.get('reason', '')}".strip()

    kept = Journal.objects.filter(company__number=1001).order_by("pk")
    assert found == expected
    assert [one.reference.removeprefix("1001-2026-") for one in kept] == references
    # Nothing is booked that was not sent, and nothing was lost on the way.
    total = sum((line.amount for one in kept for line in one.lines.all()), Decimal(0))
    assert total == 0
