"""What a person said of the columns of a company's files, remembered for the next ones."""

from collections.abc import Mapping
from datetime import datetime

from tilisilta.clients.files.columns import ColumnMapping, digest_of_headers
from tilisilta.clients.files.reading import JournalFile
from tilisilta.domain.personal_codes import mask_personal_codes
from tilisilta.models import ColumnChoice, Company, User


def remembered_columns(company: Company | None) -> Mapping[str, ColumnMapping]:
    """Return the mappings of a company's files by their headers; without one, those of all.

    Of several companies the latest choice counts, for files that name their companies themselves.
    """
    choices = ColumnChoice.objects.order_by("chosen_at", "pk")
    if company is not None:
        choices = choices.filter(company=company)
    return {
        choice.headers_sha256: ColumnMapping.from_mapping(choice.mapping)
        for choice in choices
        if company is not None or choice.mapping.get("company")
    }


def remember_columns(
    file: JournalFile, company: Company, *, user: User | None, now: datetime
) -> None:
    """Keep what was chosen for ``file``, in the transaction that takes it in."""
    if file.mapping is None:
        return
    ColumnChoice.objects.update_or_create(
        company=company,
        headers_sha256=digest_of_headers(file.headers),
        defaults={
            "headers": list(map(mask_personal_codes, file.headers)),
            "mapping": file.mapping.to_mapping(),
            "chosen_at": now,
            "chosen_by": user,
        },
    )


def forget_columns(company: Company, choice_id: int | None = None) -> int:
    """Forget one choice of ``company``, or all of them, and return how many there were."""
    choices = ColumnChoice.objects.filter(company=company)
    if choice_id is not None:
        choices = choices.filter(pk=choice_id)
    return choices.delete()[0]
