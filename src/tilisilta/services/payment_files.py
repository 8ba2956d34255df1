"""Fetches the payment files of a month's runs from Nmbrs, to compare net pay with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tilisilta.clients.nmbrs.errors import JournalNotReady
from tilisilta.clients.nmbrs.rest.client import NmbrsRest
from tilisilta.clients.nmbrs.rest.documents import MOST_SECONDS
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.nmbrs_scopes import Scope, missing_scopes
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, NmbrsCompany, NmbrsGrant, PaymentFile, Run, User
from tilisilta.services.fetching.client import nmbrs
from tilisilta.services.fetching.runs import run_as_asked
from tilisilta.services.verifying.net_pay_changes import replace_payment_file
from tilisilta.services.verifying.parts import newest_journals

_NEEDED = frozenset({Scope.COMPANY_DOCUMENTS, Scope.DOCUMENTS})


class CannotFetchPayments(NeedsAttention):
    """Nmbrs gives no payment file of the month; ``reason`` says why in one word."""

    code = ProblemCode.CANNOT_FETCH_PAYMENTS

    def __init__(self, company: Company, month: BookingPeriod, reason: str) -> None:
        super().__init__(f"No payment file of {month} of {company.number}: {reason}.")
        self.facts = {"company": str(company), "period": str(month), "reason": reason}


class ConsentTooNarrow(NeedsAttention):
    """The consent does not let us read documents, which payment files are."""

    code = ProblemCode.SCOPES_MISSING

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("The consent does not cover payment files.")
        self.facts = {"scopes": ", ".join(missing)}


@dataclass(frozen=True, kw_only=True)
class FetchedPayments:
    """What came of fetching: files that are new, and how many runs Nmbrs gave one for."""

    added: tuple[PaymentFile, ...]
    file_count: int


def fetch_payment_files(
    company: Company,
    month: BookingPeriod,
    *,
    user: User | None,
    now: datetime,
    most_seconds: float = MOST_SECONDS,
) -> FetchedPayments:
    """Fetch the payment file of each run of ``month`` and add its sums to the month.

    A file that was made again takes the place of the former one of its run. Names and accounts of
    people are read past and the file itself is not stored. Each is waited for ``most_seconds`` at
    most. Raises ``CannotFetchPayments``,
    ``ConsentTooNarrow``, what adding a file raises, and what the client raises.
    """
    nmbrs_company, runs = must_be_fetchable(company, month)
    contents = _contents(nmbrs_company, runs, month, most_seconds=most_seconds)
    if not contents:
        raise CannotFetchPayments(company, month, "none")
    added = [
        replace_payment_file(company, month, content, user=user, now=now) for content in contents
    ]
    return FetchedPayments(
        added=tuple(one for one in added if one is not None), file_count=len(contents)
    )


def must_be_fetchable(company: Company, month: BookingPeriod) -> tuple[NmbrsCompany, list[Run]]:
    """Return whom Nmbrs is asked about, and the runs of ``month``, before anything is asked.

    Raises ``CannotFetchPayments`` or ``ConsentTooNarrow``.
    """
    nmbrs_company = _asked_company(company, month)
    runs = _runs(company, month)
    if not runs:
        raise CannotFetchPayments(company, month, "no_run")
    return nmbrs_company, runs


def _asked_company(company: Company, month: BookingPeriod) -> NmbrsCompany:
    found = (
        NmbrsCompany.objects.fetchable()
        .filter(company=company)
        .select_related("company", "connection")
        .first()
    )
    if found is None:
        raise CannotFetchPayments(company, month, "not_in_nmbrs")
    if not found.connection.is_by_rest:
        raise CannotFetchPayments(company, month, "soap")
    grant = NmbrsGrant.objects.filter(connection=found.connection).first()
    missing = (
        [one for one in missing_scopes(grant.scopes_granted) if one in _NEEDED] if grant else []
    )
    if missing:
        raise ConsentTooNarrow(missing)
    return found


def _runs(company: Company, month: BookingPeriod) -> list[Run]:
    """Return the runs of a month that came from Nmbrs and are there still."""
    journals = newest_journals(company, [month])
    ids = [
        one.run_id
        for one in journals
        if one.booking_period == month and one.run_id is not None
        if not one.is_deleted_at_source
    ]
    return list(Run.objects.filter(pk__in=ids, gone_at__isnull=True).order_by("pk"))


def _contents(
    nmbrs_company: NmbrsCompany,
    runs: Sequence[Run],
    month: BookingPeriod,
    *,
    most_seconds: float,
) -> list[tuple[str, bytes]]:
    """Return the payment files that Nmbrs makes, each with a name that says its run."""
    contents = []
    with nmbrs(nmbrs_company.connection) as source:
        if not isinstance(source, NmbrsRest):
            raise CannotFetchPayments(nmbrs_company.company, month, "soap")
        for run in runs:
            try:
                content = source.payment_file(
                    nmbrs_company.id_in_nmbrs, run_as_asked(run), most_seconds=most_seconds
                )
            except JournalNotReady as error:
                raise CannotFetchPayments(nmbrs_company.company, month, "not_ready") from error
            if content is not None:
                contents.append((f"nmbrs-{run.year}-{run.number}.xml", content))
    return contents
