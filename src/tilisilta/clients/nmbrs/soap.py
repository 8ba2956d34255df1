"""Calls Nmbrs by SOAP. The names of calls and parameters are read from its own WSDL."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault
from zeep.wsdl.bindings.soap import Soap11Binding

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.files.reading import read_journal_xml
from tilisilta.clients.nmbrs.errors import (
    NmbrsAnswerUnknown,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.faults import refuse
from tilisilta.clients.nmbrs.http import Pace, SoapTransport
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.journals import plain_run_number
from tilisilta.domain.payroll import (
    JournalSplit,
    PayrollCompany,
    PayrollCostObject,
    PayrollDebtor,
    PayrollRun,
    SourceJournal,
)
from tilisilta.domain.problems import ProblemCode

KIND = "nmbrs"
DEBTORS = "DebtorService"
COMPANIES = "CompanyService"
JOURNAL_CALLS: Mapping[JournalSplit, str] = {
    JournalSplit.COMPANY: "Journals_GetByRunCompany_v2",
    JournalSplit.COST_CENTER: "Journals_GetByRunCostCenter_v2",
    JournalSplit.COST_UNIT: "Journals_GetByRunCostCenterCostUnitPerYear",
}
"""The calls with a parameter for the year. The others use the year that is active in Nmbrs."""
COST_OBJECT_CALLS: Mapping[DimensionKind, str] = {
    DimensionKind.COST_CENTER: "CostCenter_GetList",
    DimensionKind.COST_UNIT: "CostUnit_GetList",
}

# What the library raises for XML that is not the answer to the call.
_MISREADINGS = (AttributeError, LookupError, TypeError, ValueError)
# Nmbrs does not document the zone of its times. They only serve to notice that a run was repeated,
# so that a wrong zone does no harm.
_ITS_TIME = ZoneInfo("Europe/Amsterdam")


class SoapServices:
    """The two services of Nmbrs as their WSDLs describe them, each read at its first use.

    One instance serves all threads and all connections of a process.
    """

    def __init__(
        self, soap_url: str, *, transport: httpx2.BaseTransport | None, timeout_seconds: float
    ) -> None:
        self._soap_url = soap_url.rstrip("/")
        self._transport = transport
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._described: dict[str, tuple[zeep.Client, Soap11Binding]] = {}

    def described(self, service: str) -> tuple[zeep.Client, Soap11Binding]:
        """Return the library's client for a service, and its SOAP 1.1 binding."""
        # Under the lock, as threads that start together would otherwise each fetch the WSDL.
        with self._lock:
            if service not in self._described:
                self._described[service] = self._read(service)
            return self._described[service]

    def address(self, service: str) -> str:
        # From our own setting: the token must not go to an address that a WSDL names.
        return f"{self._soap_url}/{service}.asmx"

    def _read(self, service: str) -> tuple[zeep.Client, Soap11Binding]:
        transport = SoapTransport(transport=self._transport, timeout_seconds=self._timeout_seconds)
        try:
            client = zeep.Client(
                f"{self.address(service)}?WSDL",
                transport=transport,
                settings=zeep.Settings(
                    forbid_dtd=True,
                    forbid_entities=True,
                    forbid_external=True,
                    # A journal is one text node, which may be longer than the parser's limit.
                    xml_huge_tree=True,
                ),
            )
        except (ZeepError, etree.XMLSyntaxError) as error:
            raise NmbrsUnavailable(f"The description of {service} cannot be read.") from error
        for binding in client.wsdl.bindings.values():
            if type(binding) is Soap11Binding:
                return client, binding
        raise NmbrsAnswerUnknown(service, "SOAP 1.1 binding")


class NmbrsSoap:
    """One user's access to Nmbrs: the only ``PayrollSource`` today.

    ``pace`` is called before each call. A call without an answer is repeated after each of
    ``retry_pauses``, in seconds, which is safe as all calls only read. ``note_call`` is told the
    name of each call that is made.
    """

    def __init__(
        self,
        services: SoapServices,
        *,
        user_name: str,
        token: str,
        domain: str,
        pace: Pace,
        retry_pauses: Sequence[float],
        note_call: Callable[[str], None] | None = None,
    ) -> None:
        self._services = services
        self._login = {"Username": user_name, "Token": token}
        self._domain = domain
        self._pace = pace
        self._retry_pauses = retry_pauses
        self._note_call = note_call

    def find_domain(self) -> str:
        """Return the domain of the user's environment, which every other call has to name."""
        # This call takes a header without the domain, all others one with it.
        environment = self._call(DEBTORS, "Environment_Get", header="AuthHeader")
        domain = str(getattr(environment, "SubDomain", None) or "")
        if not domain:
            raise NmbrsAnswerUnknown("Environment_Get", "SubDomain")
        self._domain = domain
        return domain

    def debtors(self) -> tuple[PayrollDebtor, ...]:
        return tuple(
            PayrollDebtor(
                nmbrs_debtor_id=_whole(row, "Id"), number=_text(row, "Number"), name=_name(row)
            )
            for row in _rows(self._call(DEBTORS, "List_GetAll"))
        )

    def companies(self) -> tuple[PayrollCompany, ...]:
        return _companies(self._call(COMPANIES, "List_GetAll"))

    def companies_of(self, nmbrs_debtor_id: int) -> tuple[PayrollCompany, ...]:
        return _companies(self._call(COMPANIES, "List_GetByDebtor", {"debtorid": nmbrs_debtor_id}))

    def runs(self, nmbrs_company_id: int, year: int) -> tuple[PayrollRun, ...]:
        values = {"companyid": nmbrs_company_id, "year": year}
        return tuple(_run(row, year) for row in _rows(self._call(COMPANIES, "Run_GetList", values)))

    def cost_objects(
        self, nmbrs_company_id: int, kind: DimensionKind
    ) -> tuple[PayrollCostObject, ...]:
        rows = self._call(COMPANIES, COST_OBJECT_CALLS[kind], {"companyid": nmbrs_company_id})
        return tuple(
            PayrollCostObject(
                kind=kind,
                # The WSDL lets this id, and no other, be nil.
                nmbrs_id=getattr(row, "Id", None),
                code=_text(row, "Code"),
                description=_text(row, "Description"),
            )
            for row in _rows(rows)
        )

    def journal(
        self, nmbrs_company_id: int, run: PayrollRun, split: JournalSplit
    ) -> SourceJournal | None:
        """Return the journal of a run as it is now; ``None`` while the run has none.

        Raises ``FileRefused`` for a journal that is not reliable, with all that is wrong.
        """
        values = {"companyid": nmbrs_company_id, "runid": run.nmbrs_run_id, "year": run.year}
        text = str(self._call(COMPANIES, JOURNAL_CALLS[split], values) or "")
        if not text.strip():
            return None
        try:
            lines, currency = read_journal_xml(text)
        except FileRefused as refusal:
            if [problem.code for problem in refusal.problems] == [ProblemCode.NO_LINES]:
                return None
            raise
        return SourceJournal(
            kind=KIND,
            run_year=run.year,
            run_number=run.number,
            run_description=run.description,
            currency=currency,
            lines=lines,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )

    def forbidden_calls(
        self, nmbrs_debtor_id: int, nmbrs_company_id: int, year: int
    ) -> tuple[str, ...]:
        """Return the calls we need that the user's API template forbids, tried one by one."""
        # A run that does not exist, so that no large journal comes back.
        values = {
            "debtorid": nmbrs_debtor_id,
            "companyid": nmbrs_company_id,
            "runid": 0,
            "year": year,
        }
        calls = (
            "List_GetByDebtor",
            "Run_GetList",
            *COST_OBJECT_CALLS.values(),
            *JOURNAL_CALLS.values(),
        )
        return tuple(call for call in calls if self._is_forbidden(call, values))

    def _is_forbidden(self, call: str, values: Mapping[str, int]) -> bool:
        try:
            self._call(COMPANIES, call, values)
        except NmbrsCallForbidden:
            return True
        except NmbrsLoginRefused:
            raise
        except NmbrsRefused:
            # It refused the run, so it allows the call.
            return False
        return False

    def _call(
        self,
        service: str,
        call: str,
        values: Mapping[str, int] | None = None,
        *,
        header: str = "AuthHeaderWithDomain",
    ) -> Any:
        for pause in self._retry_pauses:
            try:
                return self._call_once(service, call, values or {}, header)
            # Only silence is worth another try; a refusal would be the same again.
            except NmbrsUnavailable:
                time.sleep(pause)
        return self._call_once(service, call, values or {}, header)

    def _call_once(self, service: str, call: str, values: Mapping[str, int], header: str) -> Any:
        client, binding = self._services.described(service)
        arguments = _named(binding, call, values)
        login = self._login if header == "AuthHeader" else {**self._login, "Domain": self._domain}
        self._pace()
        if self._note_call is not None:
            self._note_call(call)
        try:
            return binding.send(
                client,
                {"address": self._services.address(service)},
                call,
                (),
                {**arguments, "_soapheaders": {header: login}},
            )
        except Fault as fault:
            refuse(call, fault)
        except (ZeepError, etree.XMLSyntaxError, *_MISREADINGS) as error:
            # Not chained: its message quotes the answer, which may contain salaries.
            message = f"Nmbrs gave no readable answer to {call}: {type(error).__name__}."
            raise NmbrsUnavailable(message) from None


def _named(binding: Soap11Binding, call: str, values: Mapping[str, int]) -> dict[str, int]:
    """Return ``values`` under the names that the WSDL has for them.

    Some calls have ``Year``, others ``intYear``, and the documentation does not say which.
    """
    try:
        operation = binding.get(call)
    except ValueError as error:
        raise NmbrsAnswerUnknown(call, "description") from error
    known = dict(operation.input.body.type.elements)
    named = {name: values.get(name.casefold().removeprefix("int")) for name in known}
    missing = [name for name, value in named.items() if value is None]
    if missing:
        raise NmbrsAnswerUnknown(call, f"meaning for {', '.join(missing)}")
    return {name: value for name, value in named.items() if value is not None}


def _rows(answer: Any) -> Iterable[Any]:
    # An empty list arrives as None, and a nil element of a list as a row of nothing but None.
    return [row for row in answer or () if any(row[name] is not None for name in dir(row))]


def _companies(answer: Any) -> tuple[PayrollCompany, ...]:
    return tuple(
        PayrollCompany(
            nmbrs_company_id=_whole(row, "ID"),
            number=_whole(row, "Number"),
            name=_name(row),
            period_type=_text(row, "LoonaangifteTijdvak"),
        )
        for row in _rows(answer)
    )


def _run(row: Any, year: int) -> PayrollRun:
    return PayrollRun(
        nmbrs_run_id=_whole(row, "ID"),
        year=int(getattr(row, "Year", None) or year),
        number=plain_run_number(str(_whole(row, "Number"))),
        period_start=_whole(row, "PeriodStart"),
        period_end=_whole(row, "PeriodEnd"),
        description=_text(row, "Description")[:200],
        run_at=_moment(getattr(row, "RunAt", None)),
        is_locked=bool(getattr(row, "IsLocked", False)),
    )


def _whole(row: Any, name: str) -> int:
    value = getattr(row, name, None)
    if value is None:
        raise NmbrsAnswerUnknown(type(row).__name__, name)
    return int(value)


def _text(row: Any, name: str) -> str:
    return str(getattr(row, name, None) or "").strip()


def _name(row: Any) -> str:
    # Nmbrs allows companies and debtors without a name.
    return _text(row, "Name")[:200] or f"({_whole_id(row)})"


def _whole_id(row: Any) -> str:
    return str(getattr(row, "ID", None) or getattr(row, "Id", None) or "")


def _moment(value: datetime | None) -> datetime | None:
    if value is None or value.year < 1900:
        # .NET writes its smallest date for a missing one.
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=_ITS_TIME)
