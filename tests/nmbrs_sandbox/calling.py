"""Short ways to call the sandbox, with requests that are right, or wrong in one place."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx2

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll.sample import DOMAIN, TOKEN, USERNAME

SITE = "http://sandbox/"
NAMESPACE = "https://api.nmbrs.nl/soap/v3/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
COMPANY = "CompanyService"
DEBTOR = "DebtorService"
KONEPAJA = 48101
KULJETUS = 48105
JANUARY = 48101001
JUNE = 48101006
CREDENTIALS = {"Username": USERNAME, "Token": TOKEN, "Domain": DOMAIN}


def client_of(sandbox: Sandbox) -> httpx2.Client:
    """Return a client that talks to the sandbox without a network."""
    return httpx2.Client(transport=httpx2.WSGITransport(app=sandbox), base_url=SITE)


def envelope(body: str, header: str = "") -> str:
    """Return a SOAP envelope around a body and a header."""
    head = f"<soap:Header>{header}</soap:Header>" if header else ""
    return f'<soap:Envelope xmlns:soap="{SOAP}">{head}<soap:Body>{body}</soap:Body></soap:Envelope>'


def elements(values: Mapping[str, object]) -> str:
    """Return elements, in the order given."""
    return "".join(
        f"<{name}>{elements(value) if isinstance(value, Mapping) else escape(str(value))}</{name}>"
        for name, value in values.items()
    )


def qualified(name: str, values: Mapping[str, object], service: str = COMPANY) -> str:
    """Return an element of a service's namespace."""
    return f'<{name} xmlns="{NAMESPACE}{service}">{elements(values)}</{name}>'


def request_text(
    operation: str,
    values: Mapping[str, object],
    *,
    service: str = COMPANY,
    credentials: Mapping[str, str] = CREDENTIALS,
) -> str:
    """Return a whole request that keeps to the WSDL."""
    header = qualified("AuthHeaderWithDomain", credentials, service)
    return envelope(qualified(operation, values, service), header)


def send(
    client: httpx2.Client,
    text: str | bytes,
    *,
    operation: str = "Run_GetList",
    service: str = COMPANY,
    **headers: str,
) -> httpx2.Response:
    """Send a request of ours, with the HTTP headers it should have or with others."""
    usual = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{NAMESPACE}{service}/{operation}"',
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(f"/soap/v3/{service}.asmx", content=text, headers=usual | given)


def call(
    client: httpx2.Client, operation: str, service: str = COMPANY, /, **values: object
) -> httpx2.Response:
    """Make a call as it should be made."""
    text = request_text(operation, values, service=service)
    return send(client, text, operation=operation, service=service)


def parsed(text: str | bytes) -> ET.Element:
    """Return the XML our own sandbox wrote."""
    return ET.fromstring(text)  # noqa: S314  # our own sandbox wrote it


def result(response: httpx2.Response) -> ET.Element:
    """Return the result in an answer, which must be no fault."""
    assert response.status_code == 200, response.text
    found = parsed(response.content).find(f"{{{SOAP}}}Body/*/*")
    assert found is not None
    return found


def journal(response: httpx2.Response) -> ET.Element:
    """Return the journal that stands as text in an answer."""
    return parsed(result(response).text or "")


def texts(response: httpx2.Response, name: str) -> list[str]:
    """Return the text of every element of that name in an answer."""
    return [one.text or "" for one in result(response).iter() if one.tag.rpartition("}")[2] == name]


def fault(response: httpx2.Response) -> str:
    """Return the code of a fault: the number after the arrow, or the sandbox's own word."""
    assert response.status_code == 500
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    found = parsed(response.content).find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    assert found is not None
    text = found.findtext("faultstring", "")
    is_own = text.startswith("SANDBOX_")
    assert found.findtext("faultcode") == ("soap:Client" if is_own else "soap:Server")
    return text.partition(":")[0] if is_own else text.rpartition("---> ")[2].partition(":")[0]
