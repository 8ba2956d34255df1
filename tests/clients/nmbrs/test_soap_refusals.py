"""What Nmbrs refuses by SOAP, in whatever words, and what to do about each."""

from typing import Any

import pytest
from tests.clients.nmbrs.soap_calling import KOIVULAMMI, KONEPAJA, client_of, june_of

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import (
    NO_SUCH_PERIOD,
    NmbrsAccessDenied,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
)
from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.domain.payroll import JournalSplit


class TestRefusals:
    def test_recognises_a_token_that_is_not_accepted(self, nmbrs_sandbox: Sandbox) -> None:
        client = client_of(nmbrs_sandbox, token="another")

        with pytest.raises(NmbrsLoginRefused, match="1001"):
            client.debtors()

    def test_recognises_a_call_that_the_template_forbids(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.forbid_call(operation="Run_GetList")

        with pytest.raises(NmbrsCallForbidden) as refusal:
            client.runs(KONEPAJA, 2026)

        assert refusal.value.call == "Run_GetList"

    @pytest.mark.parametrize("code", [1003, 2004])
    def test_recognises_a_company_the_user_may_not_see(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, code: int
    ) -> None:
        nmbrs_sandbox.deny_company(company_id=KONEPAJA.number or 0, code=code)

        with pytest.raises(NmbrsAccessDenied):
            client.runs(KONEPAJA, 2026)

    def test_reports_the_number_of_any_other_refusal(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="2011", text="Protected Mode"))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert refusal.value.number == "2011"

    def test_repeats_nothing_of_the_message_of_nmbrs(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, text="salary of somebody"))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert "salary" not in str(refusal.value)
        assert refusal.value.__cause__ is None

    def test_finds_the_calls_that_are_forbidden(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        calls = ("List_GetByDebtor", "CostUnit_GetList", "Journals_GetByRunCostCenter_v2")
        for call in calls:
            nmbrs_sandbox.forbid_call(operation=call)

        assert client.forbidden_calls(KOIVULAMMI, KONEPAJA, 2026) == calls

    def test_does_not_take_an_empty_answer_for_a_forbidden_call(self, client: NmbrsSoap) -> None:
        assert client.forbidden_calls(KOIVULAMMI, KONEPAJA, 2026) == ()

    def test_refuses_an_unreliable_journal(self, nmbrs_sandbox: Sandbox) -> None:
        def odd_amounts(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [answer.replace(b"&lt;value&gt;", b"&lt;value&gt;0x")]

        client = client_of(odd_amounts)

        with pytest.raises(FileRefused) as refusal:
            client.journal(KONEPAJA, june_of(client), JournalSplit.COMPANY)

        assert {problem.code.value for problem in refusal.value.problems} == {"F08"}


class TestFaultTexts:
    """Faults in forms other than the usual one, each with the frame of .NET around it."""

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Invalid combination email/password", NmbrsLoginRefused),
            ("Invalid Authentication", NmbrsLoginRefused),
            ("Login failed", NmbrsLoginRefused),
            ("Invalid domain", NmbrsLoginRefused),
            ("No valid subscription", NmbrsLoginRefused),
            ("NmbrsException: 1001: Invalid Authentication", NmbrsLoginRefused),
            ("Error 1001 - something else", NmbrsLoginRefused),
            ("(1002) Unauthorized Access", NmbrsCallForbidden),
            ("This call is switched off in the API template", NmbrsCallForbidden),
            ("System.Exception ---&gt; 1003: Unauthorized", NmbrsAccessDenied),
            ("Unauthorized Access", NmbrsAccessDenied),
            ("Company 2004: no access to it", NmbrsAccessDenied),
            ("Company not found", NmbrsAccessDenied),
            ("2046", NmbrsAccessDenied),
        ],
    )
    def test_keep_their_remedy(
        self,
        nmbrs_sandbox: Sandbox,
        client: NmbrsSoap,
        text: str,
        kind: type[NmbrsRefused],
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text=text))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert type(refusal.value) is kind

    @pytest.mark.parametrize("text", ["Run 2026-1001 failed", "At 10/1001", "Something of 2003x"])
    def test_are_not_sorted_by_numbers_that_are_no_codes(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, text: str
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text=text))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert (type(refusal.value), refusal.value.number) == (NmbrsRefused, "")

    def test_without_a_number_still_say_that_a_year_is_not_there(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text="Invalid Period"))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert (refusal.value.reason, refusal.value.number) == (NO_SUCH_PERIOD, "")

    def test_are_read_with_any_status(self, nmbrs_sandbox: Sandbox) -> None:
        def with_status_200(environ: Any, start_response: Any) -> Any:
            def start(_status: str, headers: Any, _error: Any = None, /) -> Any:
                return start_response("200 OK", headers)

            return nmbrs_sandbox(environ, start)

        with pytest.raises(NmbrsLoginRefused):
            client_of(with_status_200, token="another").debtors()

    def test_are_read_in_the_form_of_soap_1_2(self, nmbrs_sandbox: Sandbox) -> None:
        soap_12 = (
            b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>'
            b"<e:Code><e:Value>e:Receiver</e:Value></e:Code><e:Reason><e:Text xml:lang='en'>"
            b"Server was unable to process request. ---&gt; 1001: Invalid Authentication"
            b"</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>"
        )

        def other_form(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [soap_12 if b"faultstring" in answer else answer]

        with pytest.raises(NmbrsLoginRefused):
            client_of(other_form, token="another").debtors()
