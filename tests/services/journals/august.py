"""What the tests of runs share: the files of one August, and a short way to take them in."""

from tests.bureau import NOW

from tilisilta.domain.journals import Run
from tilisilta.models import Company, Journal
from tilisilta.services.journals.importing import Imported, RunAnswer, import_journal

HEADS = "Pvm;Tili;Selite;Debet;Kredit"
WAGES = "\n".join(
    (HEADS, "31.8.2026;5010;Kuukausipalkat;4200,00;", "31.8.2026;2961;Maksettavat palkat;;4200,00")
)
HOLIDAY_PAY = "\n".join(
    (HEADS, "31.8.2026;5110;Lomarahat;2100,00;", "31.8.2026;2961;Maksettavat lomarahat;;2100,00")
)
WAGES_OF_SEPTEMBER = WAGES.replace("31.8.", "30.9.")
RECALCULATED = WAGES.replace("4200,00", "4350,00")


def take_in(
    company: Company, text: str, *, run: str | None = None, name: str = "j.csv", **answer: object
) -> Imported:
    """Import ``text`` with a person's answer about its run."""
    named = Run(year=2026, number=run) if run else None
    return import_journal(
        text.encode(),
        file_name=name,
        company=company,
        user=None,
        now=NOW,
        answer=RunAnswer(run=named, **answer),  # type: ignore[arg-type]  # each by its name
    )


def numbers(company: Company) -> list[str]:
    """The journals of a company by their references, without the company."""
    return [
        one.reference.partition("-")[2]
        for one in Journal.objects.filter(company=company).order_by("pk")
    ]
