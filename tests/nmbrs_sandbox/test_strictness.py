"""How careless clients are refused. Every request here is wrong in one place only."""

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    COMPANY,
    CREDENTIALS,
    DEBTOR,
    KONEPAJA,
    NAMESPACE,
    envelope,
    fault,
    qualified,
    request_text,
    result,
    send,
)

VALUES = {"CompanyId": KONEPAJA, "Year": 2026}
RIGHT = request_text("Run_GetList", VALUES)
HEADER = qualified("AuthHeaderWithDomain", CREDENTIALS)
BODY = qualified("Run_GetList", VALUES)


class TestRequest:
    def test_is_answered_when_it_is_right(self, client: httpx2.Client) -> None:
        assert len(result(send(client, RIGHT))) == 6

    def test_may_have_a_declaration_a_comment_and_blanks(self, client: httpx2.Client) -> None:
        text = '<?xml version="1.0" encoding="utf-8"?><!-- x -->' + RIGHT.replace("><", ">\n  <")

        assert len(result(send(client, text))) == 6

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            (RIGHT[:-9], "BROKEN_XML"),
            ("", "BROKEN_XML"),
            ('<!DOCTYPE x [<!ENTITY a "b">]>' + RIGHT, "DTD"),
            ("<Envelope/>", "WRONG_ENVELOPE"),
            (
                RIGHT.replace("schemas.xmlsoap.org/soap", "www.w3.org/2003/05/soap"),
                "WRONG_ENVELOPE",
            ),
            (envelope(BODY + BODY, HEADER), "WRONG_ENVELOPE"),
            (envelope("", HEADER), "WRONG_ENVELOPE"),
            (envelope(BODY.replace(COMPANY, DEBTOR), HEADER), "WRONG_NAMESPACE"),
            (envelope("<Run_GetList/>", HEADER), "WRONG_NAMESPACE"),
            (envelope(qualified("Run_Get", VALUES), HEADER), "UNKNOWN_OPERATION"),
            (RIGHT.replace("2026<", "2026 AD<"), "NOT_AN_INT"),
            (RIGHT.replace("2026<", "<"), "NOT_AN_INT"),
            (RIGHT.replace("2026<", "2147483648<"), "NOT_AN_INT"),
            (RIGHT.replace("2026<", "2026<b/><"), "UNKNOWN_ELEMENT"),
            (RIGHT.replace("<Year>", '<Year x="1">'), "ATTRIBUTE"),
            (RIGHT.replace("<Year>", "x<Year>"), "TEXT"),
            (" " * 1_000_001, "TOO_LARGE"),
        ],
    )
    def test_is_refused_when_it_breaks_the_rules_of_soap(
        self, client: httpx2.Client, text: str, word: str
    ) -> None:
        assert fault(send(client, text)) == f"SANDBOX_{word}"

    @pytest.mark.parametrize(
        ("values", "word"),
        [
            ({"Year": 2026, "CompanyId": KONEPAJA}, "MISSING_ELEMENT"),
            ({"CompanyId": KONEPAJA}, "MISSING_ELEMENT"),
            ({"companyid": KONEPAJA, "Year": 2026}, "MISSING_ELEMENT"),
            ({"CompanyId": KONEPAJA, "Year": 2026, "Month": 6}, "UNKNOWN_ELEMENT"),
        ],
    )
    def test_is_refused_when_its_elements_are_not_those_of_the_wsdl(
        self, client: httpx2.Client, values: dict[str, object], word: str
    ) -> None:
        assert fault(send(client, request_text("Run_GetList", values))) == f"SANDBOX_{word}"

    @pytest.mark.parametrize(
        ("header", "word"),
        [
            ("", "MISSING_HEADER"),
            (HEADER.replace(COMPANY, DEBTOR), "WRONG_HEADER"),
            (qualified("AuthHeader", CREDENTIALS), "WRONG_HEADER"),
            (HEADER + HEADER, "WRONG_HEADER"),
            (qualified("AuthHeaderWithDomain", {"username": "x"}), "MISSING_ELEMENT"),
            (HEADER.replace("<Domain>koivulammi</Domain>", ""), "MISSING_ELEMENT"),
            (
                qualified("AuthHeaderWithDomain", dict(reversed(CREDENTIALS.items()))),
                "MISSING_ELEMENT",
            ),
        ],
    )
    def test_is_refused_without_the_right_header(
        self, client: httpx2.Client, header: str, word: str
    ) -> None:
        assert fault(send(client, envelope(BODY, header))) == f"SANDBOX_{word}"

    @pytest.mark.parametrize(
        "action", ["", f"{NAMESPACE}{COMPANY}/Run_getlist", f"{NAMESPACE}{DEBTOR}/Run_GetList"]
    )
    def test_is_refused_with_another_action(self, client: httpx2.Client, action: str) -> None:
        assert fault(send(client, RIGHT, SOAPAction=action)) == "SANDBOX_WRONG_SOAPACTION"

    @pytest.mark.parametrize(
        "kind",
        ["application/soap+xml; charset=utf-8", "application/xml", "text/xml; charset=latin1"],
    )
    def test_is_refused_as_another_type(self, client: httpx2.Client, kind: str) -> None:
        assert fault(send(client, RIGHT, Content_Type=kind)) == "SANDBOX_CONTENT_TYPE"

    def test_is_refused_unless_it_is_posted(self, client: httpx2.Client) -> None:
        answer = client.put("/soap/v3/CompanyService.asmx", content=RIGHT)

        assert fault(answer) == "SANDBOX_METHOD"

    def test_needs_the_plain_header_for_the_environment(self, client: httpx2.Client) -> None:
        body = qualified("Environment_Get", {}, DEBTOR)
        header = qualified("AuthHeaderWithDomain", CREDENTIALS, DEBTOR)

        answer = send(client, envelope(body, header), operation="Environment_Get", service=DEBTOR)

        assert fault(answer) == "SANDBOX_WRONG_HEADER"

    def test_repeats_what_is_wrong_without_breaking_the_answer(self, client: httpx2.Client) -> None:
        text = RIGHT.replace("2026<", "&lt;b&gt;&amp;<")

        answer = send(client, text)

        assert fault(answer) == "SANDBOX_NOT_AN_INT"
        assert "&lt;b&gt;" in answer.text

    def test_is_not_a_request_for_the_wsdl(self, client: httpx2.Client) -> None:
        text = request_text("WSDL", {})

        assert fault(send(client, text, operation="WSDL")) == "SANDBOX_UNKNOWN_OPERATION"
