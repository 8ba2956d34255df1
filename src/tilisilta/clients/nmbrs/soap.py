"""Calls Nmbrs by SOAP. The names of calls and parameters are read from its own WSDL."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
import zeep
from lxml import etree
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault
from zeep.wsdl.bindings.soap import Soap11Binding

from tilisilta.clients.nmbrs.errors import (
    NmbrsAnswerUnknown,
    NmbrsCallForbidden,
    NmbrsIdUnknown,
    NmbrsLoginRefused,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.faults import refuse
from tilisilta.clients.nmbrs.http import Pace, SoapTransport
from tilisilta.clients.nmbrs.journals import journal_of_run
from tilisilta.clients.nmbrs.soap_rows import (
    companies_in,
    id_in,
    id_or_none,
    name_in,
    pair_in,
    rows_of,
    run_in,
    text_in,
)
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import (
    IdOf,
    JournalSplit,
    PayrollCompany,
    PayrollCostObject,
    PayrollDebtor,
    PayrollRun,
    ReadingCost,
    SourceJournal,
)

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

ENTITIES: Mapping[IdOf, str] = {
    IdOf.COMPANY: "Company",
    IdOf.RUN: "Run",
    IdOf.COST_CENTER: "CostCenter",
    IdOf.COST_UNIT: "CostUnit",
}
"""What the converter of ids is asked for. Nmbrs does not document the words; these are assumed."""

# What the library raises for XML that is not the answer to the call.
_MISREADINGS = (AttributeError, LookupError, TypeError, ValueError)


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
    """One user's access to Nmbrs by SOAP.

    ``pace`` is called before each call. A call without an answer is repeated after each of
    ``retry_pauses``, in seconds, which is safe as all calls only read. ``note_call`` is told the
    name of each call that is made.
    """

    cost = ReadingCost(journal=1, company=4)

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
            PayrollDebtor(id=id_in(row, "Id"), number=text_in(row, "Number"), name=name_in(row))
            for row in rows_of(self._call(DEBTORS, "List_GetAll"))
        )

    def companies(self) -> tuple[PayrollCompany, ...]:
        return companies_in(self._call(COMPANIES, "List_GetAll"))

    def companies_of(self, debtor: NmbrsId) -> tuple[PayrollCompany, ...]:
        call = "List_GetByDebtor"
        return companies_in(self._call(COMPANIES, call, {"debtorid": _number(debtor, call)}))

    def period_type(self, company: NmbrsId) -> str:
        listed = (one for one in self.companies() if one.id.is_of(company))
        return next((one.period_type for one in listed), "")

    def runs(self, company: NmbrsId, year: int) -> tuple[PayrollRun, ...]:
        values = {"companyid": _number(company, "Run_GetList"), "year": year}
        return tuple(
            run_in(row, year) for row in rows_of(self._call(COMPANIES, "Run_GetList", values))
        )

    def cost_objects(self, company: NmbrsId, kind: DimensionKind) -> tuple[PayrollCostObject, ...]:
        call = COST_OBJECT_CALLS[kind]
        rows = self._call(COMPANIES, call, {"companyid": _number(company, call)})
        return tuple(
            PayrollCostObject(
                kind=kind,
                # The WSDL lets this id, and no other, be nil.
                id=id_or_none(row, "Id"),
                code=text_in(row, "Code"),
                description=text_in(row, "Description"),
            )
            for row in rows_of(rows)
        )

    def begin_journal(self, company: NmbrsId, run: PayrollRun, split: JournalSplit) -> None:
        """Do nothing: by SOAP a journal is there when it is asked for."""

    def journal(
        self, company: NmbrsId, run: PayrollRun, split: JournalSplit
    ) -> SourceJournal | None:
        """Return the journal of a run as it is now; ``None`` while the run has none.

        Raises ``JournalAnswerRefused`` for a journal that is not reliable, with all that is wrong.
        """
        call = JOURNAL_CALLS[split]
        values = {
            "companyid": _number(company, call),
            "runid": _number(run.id, call),
            "year": run.year,
        }
        return journal_of_run(str(self._call(COMPANIES, call, values) or ""), run)

    def ids_of_debtors(self) -> tuple[NmbrsId, ...]:
        return self._converted(DEBTORS, "Converter_GetDebtors_IntToGuid", {})

    def ids_in(self, company: NmbrsId) -> Mapping[IdOf, tuple[NmbrsId, ...]]:
        """Return both ids of a company and of what it has: four calls."""
        call = "Converter_GetByCompany_IntToGuid"
        number = _number(company, call)
        return {
            one: self._converted(COMPANIES, call, {"entity": entity, "companyid": number})
            for one, entity in ENTITIES.items()
        }

    def _converted(
        self, service: str, call: str, values: Mapping[str, int | str]
    ) -> tuple[NmbrsId, ...]:
        """Return the pairs that Nmbrs' converter knows; none where it does not answer the call.

        They are a help only: things are recognised by their numbers too.
        """
        try:
            answer = self._call(service, call, values)
        except NmbrsLoginRefused:
            raise
        except (NmbrsRefused, NmbrsAnswerUnknown):
            return ()
        mappings = getattr(getattr(answer, "Mappings", None), "Mapping", None)
        pairs = (pair_in(getattr(row, "IdInt", None), row) for row in rows_of(mappings))
        return tuple(pair for pair in pairs if pair is not None)

    def forbidden_calls(self, debtor: NmbrsId, company: NmbrsId, year: int) -> tuple[str, ...]:
        """Return the calls we need that the user's API template forbids, tried one by one."""
        # A run that does not exist, so that no large journal comes back.
        values = {
            "debtorid": _number(debtor, "List_GetByDebtor"),
            "companyid": _number(company, "Run_GetList"),
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

    def _is_forbidden(self, call: str, values: Mapping[str, int | str]) -> bool:
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
        values: Mapping[str, int | str] | None = None,
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

    def _call_once(
        self, service: str, call: str, values: Mapping[str, int | str], header: str
    ) -> Any:
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


def _named(
    binding: Soap11Binding, call: str, values: Mapping[str, int | str]
) -> dict[str, int | str]:
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


def _number(known: NmbrsId, call: str) -> int:
    if known.number is None:
        raise NmbrsIdUnknown(call)
    return known.number
