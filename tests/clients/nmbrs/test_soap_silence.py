"""Calls by SOAP that are not answered, or in a way that the client does not know."""

from dataclasses import replace
from typing import Any

import pytest
from tests.clients.nmbrs.soap_calling import KONEPAJA, client_of, june_of

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown, NmbrsUnavailable
from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.domain.payroll import JournalSplit


class TestSilence:
    @pytest.mark.parametrize(
        "kind", [FaultKind.DOWN, FaultKind.BROKEN_XML, FaultKind.CONNECTION_LOST]
    )
    def test_is_recognised(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, kind: FaultKind
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=kind, operation="Run_GetList"))

        with pytest.raises(NmbrsUnavailable):
            client.runs(KONEPAJA, 2026)

    @pytest.mark.parametrize(
        "kind", [FaultKind.DOWN, FaultKind.BROKEN_XML, FaultKind.CONNECTION_LOST]
    )
    def test_is_reported_only_after_retries(self, nmbrs_sandbox: Sandbox, kind: FaultKind) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=kind, operation="Run_GetList", times=2))
        client = client_of(nmbrs_sandbox, pauses=(0.0, 0.0))

        assert len(client.runs(KONEPAJA, 2026)) == 6

    def test_quotes_nothing_of_a_broken_journal(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        june = june_of(client)
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.BROKEN_XML))

        with pytest.raises(NmbrsUnavailable) as silence:
            client.journal(KONEPAJA, june, JournalSplit.COMPANY)

        assert "21480" not in str(silence.value)
        assert silence.value.__cause__ is None

    def test_covers_the_description_of_the_services_too(self, nmbrs_sandbox: Sandbox) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.DOWN, operation="WSDL"))
        client = client_of(nmbrs_sandbox)

        with pytest.raises(NmbrsUnavailable):
            client.debtors()

        assert len(client.debtors()) == 3

    def test_never_follows_a_redirect_with_the_token(self) -> None:
        def moved(_environ: Any, start_response: Any) -> Any:
            start_response("302 Found", [("Location", "http://elsewhere.invalid/")])
            return [b""]

        with pytest.raises(NmbrsUnavailable):
            client_of(moved).debtors()


class TestUnknownAnswers:
    def test_guesses_nothing_about_a_call_that_is_not_there(self, nmbrs_sandbox: Sandbox) -> None:
        def older(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [answer.replace(b"Run_GetList", b"Runs_List")]

        with pytest.raises(NmbrsAnswerUnknown, match="Run_GetList"):
            client_of(older).runs(KONEPAJA, 2026)

    def test_guesses_nothing_about_a_parameter_it_does_not_know(
        self, nmbrs_sandbox: Sandbox
    ) -> None:
        def newer(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [answer.replace(b'name="intYear"', b'name="ScenarioId"')]

        client = client_of(newer)
        june = replace(june_of(client))

        with pytest.raises(NmbrsAnswerUnknown, match="ScenarioId"):
            client.journal(KONEPAJA, june, JournalSplit.COMPANY)
