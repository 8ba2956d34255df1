"""Calls Nmbrs by REST, on behalf of a consent."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from tilisilta.clients.nmbrs.errors import (
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsIdUnknown,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.journals import journal_of_run
from tilisilta.clients.nmbrs.rest.calls import Call, Kind, RestCalls
from tilisilta.clients.nmbrs.rest.documents import (
    MOST_SECONDS,
    BegunDocument,
    ask_ahead,
    begin_document,
    fetch_document,
)
from tilisilta.clients.nmbrs.rest.http import RestHttp
from tilisilta.clients.nmbrs.rest.paging import whole_list
from tilisilta.clients.nmbrs.rest.refusals import SEVERAL_DEBTORS
from tilisilta.clients.nmbrs.rest.tokens import AccessTokens
from tilisilta.clients.nmbrs.rest.waiting import CallRate, Clock, SystemClock
from tilisilta.clients.nmbrs.rest.wire import (
    CompanyRow,
    CostRow,
    DebtorRow,
    PeriodRow,
    RunRow,
    UserRow,
    Wire,
    json_of,
    parsed,
)
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.journals import plain_run_number
from tilisilta.domain.nmbrs_ids import NmbrsId, plain_number
from tilisilta.domain.payroll import (
    IdOf,
    JournalSplit,
    PayrollCompany,
    PayrollCostObject,
    PayrollDebtor,
    PayrollRun,
    ReadingCost,
    SourceJournal,
    period_containing,
)
from tilisilta.errors import TilisiltaError

JOURNAL_CALLS: Mapping[JournalSplit, str] = {
    JournalSplit.COMPANY: "journals",
    JournalSplit.COST_CENTER: "journalscostcenter",
    JournalSplit.COST_UNIT: "journalscostcenterunit",
}
PAYMENT_FILE_CALL = "sepa"
COST_OBJECT_CALLS: Mapping[DimensionKind, tuple[str, str]] = {
    DimensionKind.COST_CENTER: ("costCenters", "costCenterId"),
    DimensionKind.COST_UNIT: ("costUnits", "costUnitId"),
}
"""Each call with the name that its rows give their id."""
# The words of the other API, which the rules about pay periods know.
_PERIOD_TYPES = {"month": "Month", "1-week": "Week", "4-weeks": "Week4"}

R = TypeVar("R", bound=Wire)

RETRY_PAUSES = (0.5, 2.0, 5.0)


class NmbrsRest:
    """One consent's access to Nmbrs by REST. Ids are GUIDs; paging and waiting stay inside.

    A call without an answer, or with a failure of the server, is repeated after each of
    ``retry_pauses``, in seconds, which is safe as all calls only read. ``counted`` is told of each
    call that is made.
    """

    cost = ReadingCost(journal=3, company=4)

    def __init__(  # noqa: PLR0913  # what a client needs, each by its name
        self,
        *,
        base_url: str,
        subscription_key: str,
        tokens: AccessTokens,
        http: RestHttp,
        rate: CallRate,
        clock: Clock | None = None,
        retry_pauses: Sequence[float] = RETRY_PAUSES,
        counted: Callable[[Kind], None] = lambda _kind: None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._calls = RestCalls(
            base_url=base_url,
            subscription_key=subscription_key,
            tokens=tokens,
            http=http,
            rate=rate,
            clock=self._clock,
            retry_pauses=retry_pauses,
            counted=counted,
        )
        self._period_types: dict[NmbrsId, str] = {}
        self._begun: dict[tuple[NmbrsId, NmbrsId, JournalSplit], BegunDocument] = {}

    def debtors(self) -> tuple[PayrollDebtor, ...]:
        call = Call(name="debtors", path="debtors", kind="lists")
        rows = whole_list(self._calls, call, DebtorRow, "debtorId")
        return tuple(
            PayrollDebtor(
                id=NmbrsId(guid=row.debtor_id),
                number=row.number.strip(),
                name=_name(row.name, row.number),
            )
            for row in rows
        )

    def login_email(self) -> str:
        """Return the e-mail of the log-in that consented; empty if Nmbrs says none."""
        call = Call(name="user/info", path="user/info", kind="lists")
        rows = self._rows(call, UserRow)
        return next((row.email.strip() for row in rows if row.email), "")

    def companies(self) -> tuple[PayrollCompany, ...]:
        """Return all companies; one by one debtor, where the consent spans several."""
        call = Call(name="companies", path="companies", kind="lists")
        try:
            rows = whole_list(self._calls, call, CompanyRow, "companyId")
        except NmbrsRefused as error:
            if error.number != SEVERAL_DEBTORS:
                raise
            return self._companies_of_all()
        return tuple(_company(row, None) for row in rows)

    def companies_of(self, debtor: NmbrsId) -> tuple[PayrollCompany, ...]:
        path = f"debtors/{_guid(debtor, 'debtors/companies')}/companies"
        call = Call(name="debtors/companies", path=path, kind="lists")
        rows = whole_list(self._calls, call, CompanyRow, "companyId")
        return tuple(_company(row, debtor) for row in rows)

    def period_type(self, company: NmbrsId) -> str:
        """Return the word of SOAP for the pay periods of a company; another word as it is."""
        call = self._of_company(company, "period", kind="lists")
        said = (row.period_type or "" for row in self._rows(call, PeriodRow))
        word = next(said, "").strip()
        return _PERIOD_TYPES.get(word.casefold(), word)

    def runs(self, company: NmbrsId, year: int) -> tuple[PayrollRun, ...]:
        call = self._of_company(company, "runs", kind="runs")
        rows = whole_list(self._calls, call, RunRow, "payrollRunId", year=year)
        return tuple(self._run(row, company, year) for row in rows)

    def cost_objects(self, company: NmbrsId, kind: DimensionKind) -> tuple[PayrollCostObject, ...]:
        name, key = COST_OBJECT_CALLS[kind]
        call = self._of_company(company, name, kind="cost_objects")
        rows = whole_list(self._calls, call, CostRow, key)
        return tuple(
            PayrollCostObject(
                kind=kind,
                id=None if row.id is None else NmbrsId(guid=row.id),
                code=row.code.strip(),
                description=(row.description or "").strip(),
            )
            for row in rows
        )

    def begin_journal(self, company: NmbrsId, run: PayrollRun, split: JournalSplit) -> None:
        """Let Nmbrs begin making a journal that is asked for soon; asked again, look for it once.

        What fails here fails anew when the journal is asked for, and is told there.
        """
        key = (company, run.id, split)
        begun = self._begun.get(key)
        if run.id.guid is None:
            return
        with suppress(TilisiltaError):
            if begun is None:
                call = self._of_run(company, run.id.guid, JOURNAL_CALLS[split])
                begun = begin_document(self._calls, call, year=run.year, clock=self._clock)
            else:
                begun = ask_ahead(self._calls, begun, clock=self._clock)
            self._begun[key] = begun

    def journal(
        self, company: NmbrsId, run: PayrollRun, split: JournalSplit
    ) -> SourceJournal | None:
        """Return the journal of a run as it is now; ``None`` while the run has none.

        Raises ``JournalNotReady`` where Nmbrs does not make it in time, and
        ``JournalAnswerRefused`` for a journal that is not reliable, with all that is wrong.
        """
        begun = self._begun.pop((company, run.id, split), None)
        content = self._document_of_run(company, run, JOURNAL_CALLS[split], begun=begun)
        return None if content is None else journal_of_run(content, run)

    def payment_file(
        self, company: NmbrsId, run: PayrollRun, *, most_seconds: float = MOST_SECONDS
    ) -> bytes | None:
        """Return the payment file of a run as Nmbrs makes it now; ``None`` where it makes none.

        It has names and bank accounts of people, so it is only read for its sums and not stored.
        Raises ``JournalNotReady`` where Nmbrs does not make it in time.
        """
        # Without a date of payment, so that Nmbrs puts in its own.
        return self._document_of_run(company, run, PAYMENT_FILE_CALL, most_seconds=most_seconds)

    def ids_of_debtors(self) -> tuple[NmbrsId, ...]:
        """Return none: this API knows GUIDs only."""
        return ()

    def ids_in(self, _company: NmbrsId) -> Mapping[IdOf, tuple[NmbrsId, ...]]:
        """Return none: this API knows GUIDs only."""
        return {}

    def _of_run(self, company: NmbrsId, run_guid: UUID, name: str) -> Call:
        return self._of_company(company, f"runs/{run_guid}/{name}", kind="journals", name=name)

    def _document_of_run(
        self,
        company: NmbrsId,
        run: PayrollRun,
        name: str,
        *,
        begun: BegunDocument | None = None,
        most_seconds: float = MOST_SECONDS,
    ) -> bytes | None:
        """Return a document that Nmbrs makes of a run; ``None`` for none, or an empty one."""
        run_guid = run.id.guid or self._guid_of_run(company, run, name)
        content = fetch_document(
            self._calls,
            self._of_run(company, run_guid, name),
            year=run.year,
            clock=self._clock,
            run=f"{run.number}/{run.year}",
            begun=begun,
            most_seconds=most_seconds,
        )
        if not content or not content.strip():
            return None
        if _is_page(content):
            raise NmbrsUnavailable("Nmbrs gave a page in place of a document.")
        return content

    def _rows(self, call: Call, form: type[R]) -> Sequence[R]:
        """Return what is no long list: a single thing comes in an envelope, or without one."""
        answer = json_of(call.name, self._calls.get(call, {}).content)
        data = answer.get("data", answer) if isinstance(answer, dict) else answer
        rows = data if isinstance(data, list) else [data]
        return [parsed(call.name, form, row) for row in rows]

    def _companies_of_all(self) -> tuple[PayrollCompany, ...]:
        found: list[PayrollCompany] = []
        for debtor in self.debtors():
            try:
                found += self.companies_of(debtor.id)
            except NmbrsAccessDenied:
                # It was removed, or taken out of the consent, since the list was read.
                continue
        return tuple({one.id: one for one in found}.values())

    def _run(self, row: RunRow, company: NmbrsId, year: int) -> PayrollRun:
        return PayrollRun(
            id=NmbrsId(guid=row.payroll_run_id),
            year=row.year or year,
            number=plain_run_number(str(row.number)),
            period_start=self._period(row.period_start, company),
            period_end=self._period(row.period_end, company),
            description=(row.description or "").strip()[:200],
            run_at=None,
            is_locked=bool(row.locked),
            created_at=(row.created_at or "").strip(),
            run_type=(row.type or "").strip(),
        )

    def _period(self, value: int | str | None, company: NmbrsId) -> int:
        """Return a period by its number; Nmbrs' own description gives moments as well."""
        text = str(value if value is not None else "").strip()
        if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS_OF_PERIOD:
            return int(text)
        try:
            day = datetime.fromisoformat(text).date()
        except ValueError:
            raise NmbrsAnswerUnknown("runs", "period") from None
        if company not in self._period_types:
            self._period_types[company] = self.period_type(company)
        return period_containing(self._period_types[company], day)

    def _guid_of_run(self, company: NmbrsId, run: PayrollRun, call: str) -> UUID:
        """Return the GUID of a run that is only known by number: one of a year not listed since."""
        same = [one for one in self.runs(company, run.year) if one.number == run.number]
        guid = same[0].id.guid if len(same) == 1 else None
        if guid is None:
            raise NmbrsAccessDenied(call, number="")
        return guid

    def _of_company(self, company: NmbrsId, rest: str, *, kind: Kind, name: str = "") -> Call:
        name = name or rest
        return Call(name=name, path=f"companies/{_guid(company, name)}/{rest}", kind=kind)


_MOST_DIGITS_OF_PERIOD = 3
_MOST_DIGITS_OF_NUMBER = 18
_START_BYTES = 2000
_PAGE = re.compile(
    rb"[\xef\xbb\xbf\xff\xfe\s]*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+)?html\b",
    re.IGNORECASE | re.DOTALL,
)


def _guid(known: NmbrsId, call: str) -> object:
    if known.guid is None:
        raise NmbrsIdUnknown(call)
    return known.guid


def _company(row: CompanyRow, debtor: NmbrsId | None) -> PayrollCompany:
    number = plain_number(row.number)
    is_number = number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS_OF_NUMBER
    return PayrollCompany(
        id=NmbrsId(guid=row.company_id),
        number=int(number) if is_number else 0,
        name=_name(row.name, row.number),
        period_type="",
        debtor_id=NmbrsId(guid=row.debtor_id) if row.debtor_id is not None else debtor,
    )


def _is_page(content: bytes) -> bool:
    """Return whether ``content`` is HTML, which a gateway gives in any encoding."""
    return _PAGE.match(content[:_START_BYTES].replace(b"\0", b"")) is not None


def _name(name: str | None, number: str) -> str:
    # Nmbrs allows companies and debtors without a name.
    return (name or "").strip()[:200] or f"({number.strip()})"
