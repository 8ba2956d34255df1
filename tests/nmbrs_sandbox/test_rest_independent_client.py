"""The stand-in against a client for the REST API that others wrote for the real service."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from nmbrs_rest import Nmbrs
from nmbrs_rest.auth import OAuth
from nmbrs_rest.errors import (
    APIError,
    CompanyNotFoundError,
    DataAccessError,
    InsufficientScopeError,
    InvalidClientError,
    InvalidGrantError,
    QuotaExceededError,
    RateLimitError,
    ReauthorizationRequired,
    ServerError,
    SubscriptionError,
    ValidationError,
)
from nmbrs_rest.tokens import Token
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, parsed
from tests.nmbrs_sandbox.rest_calling import brought_back

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL, world_of
from nmbrs_sandbox.rest.grants import Tokens
from nmbrs_sandbox.rest.partners import DEVELOPMENT, USUAL_SCOPES
from nmbrs_sandbox.traps import Trap

RUNS = "/api/companies/{companyId}/runs"
JOURNAL = "/api/companies/{companyId}/runs/{payrollRunId}/journalscostcenterunit"
DOCUMENT = "/api/documents/{taskId}"
COMPANY = guid(Entity.COMPANY, KONEPAJA)
THEIR_IDENTITY = "identityservice.nmbrs.com"


class ToSandbox(httpx.BaseTransport):
    """Brings a request to the sandbox. The client has the identity service's host built in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == THEIR_IDENTITY:
            target = b"/identity" + request.url.raw_path
            request.url = request.url.copy_with(host="sandbox", scheme="http", raw_path=target)
        return self._inner.handle_request(request)


@pytest.fixture
def http(sandbox: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(transport=ToSandbox(sandbox)) as client:
        yield client


def client_of(sandbox: Sandbox, http: httpx.Client, tokens: Token | Tokens | None = None) -> Nmbrs:
    """Return the client with tokens of a consent for everything, or with those."""
    given = sandbox.sign_in() if tokens is None else tokens
    return Nmbrs(
        DEVELOPMENT.client_id,
        DEVELOPMENT.client_secret,
        DEVELOPMENT.subscription_key,
        access_token=given.access_token,
        refresh_token=given.refresh_token,
        scopes=given.scopes,
        expires_at=datetime.now(tz=UTC) + timedelta(hours=1),
        base_url="http://sandbox",
        max_retries=0,
        http_client=http,
    )


@pytest.fixture
def api(sandbox: Sandbox, http: httpx.Client) -> Nmbrs:
    return client_of(sandbox, http)


@pytest.fixture
def identity(http: httpx.Client) -> OAuth:
    return OAuth(
        DEVELOPMENT.client_id,
        DEVELOPMENT.client_secret,
        DEVELOPMENT.redirect_uris[0],
        http_client=http,
    )


def consent(http: httpx.Client, url: str) -> dict[str, str]:
    """Press the buttons of the pages as a person would and return what the browser brings back."""
    form = {"email": LOGIN_OF_ALL, "debtor": ["7101", "7102"], "answer": "allow"}
    assert http.get(url).status_code == 200
    response = http.post(url, data=form)
    return brought_back(response.headers["Location"])


def read_journal(api: Nmbrs) -> httpx.Response:
    run = guid(Entity.RUN, JUNE)
    path = JOURNAL.format(companyId=COMPANY, payrollRunId=run)
    task = api.transport.get_json(JOURNAL, path=path, params={"year": 2026})
    document = DOCUMENT.format(taskId=task["taskId"])
    waiting = api.transport.get_json(DOCUMENT, path=document)
    assert waiting == {"data": "Document is being processed"}
    return api.transport.request("GET", DOCUMENT, path=document)


class TestReading:
    def test_lists_debtors_and_goes_to_companies_by_them(self, api: Nmbrs) -> None:
        debtors = api.debtors()
        companies = api.companies()

        assert next(one.name for one in debtors) == "Koivulammi-yhtiöt"
        assert len(companies) == 10
        assert {one.debtor_id for one in companies} == {one.id for one in debtors}

    def test_reads_every_page(self) -> None:
        sandbox = create_app(world_of(companies=230, runs=0))
        with httpx.Client(transport=ToSandbox(sandbox)) as http:
            api = client_of(sandbox, http)

            assert len(api.debtors()) == 46
            assert len(api.companies()) == 230
            only = sandbox.sign_in(debtor_ids=(7101,))
            assert len(client_of(sandbox, http, only).companies()) == 5

    @pytest.mark.parametrize("trap", [None, Trap.NEXT_PAGE_EMPTY, Trap.EXTRA_FIELDS])
    def test_reads_what_a_company_has(
        self, sandbox: Sandbox, api: Nmbrs, trap: Trap | None
    ) -> None:
        if trap is not None:
            sandbox.traps.on(trap)
        company = api.company(COMPANY)

        assert [one["code"] for one in company.cost_centers()][:2] == ["100", "210"]
        assert next(one["code"] for one in company.cost_units()) == "P-108"
        assert company.period()[0]["displayPeriod"] == "2026-6-M"
        runs = api.transport.get_json(
            RUNS, path=RUNS.format(companyId=COMPANY), params={"year": 2026}
        )
        assert [one["number"] for one in runs["data"]] == [1, 2, 3, 4, 5, 6]

    def test_reads_a_journal_by_its_task(self, api: Nmbrs) -> None:
        root = parsed(read_journal(api).content)

        assert len(list(root)) == 6
        assert root.findtext(".//line/dim1") == "5010"


class TestSigningIn:
    @pytest.mark.parametrize("pkce", [True, False])
    def test_goes_from_the_consent_to_the_debtors(
        self, sandbox: Sandbox, http: httpx.Client, identity: OAuth, pkce: bool
    ) -> None:
        asked = identity.authorization_url(USUAL_SCOPES, pkce=pkce)
        back = consent(http, asked.url)

        token = identity.exchange_code(
            back["code"],
            code_verifier=asked.code_verifier,
            returned_state=back["state"],
            expected_state=asked.state,
        )

        assert token.scopes == USUAL_SCOPES
        assert len(client_of(sandbox, http, token).debtors()) == 2

    def test_rotates_its_tokens_and_notices_a_dead_one(
        self, sandbox: Sandbox, identity: OAuth
    ) -> None:
        first = sandbox.sign_in().refresh_token or ""
        second = identity.refresh(first)

        assert second.refresh_token not in {None, first}
        with pytest.raises(InvalidGrantError):
            identity.refresh(first)
        with pytest.raises(InvalidGrantError):
            identity.refresh(second.refresh_token or "")

    def test_renews_a_refused_token_by_itself(
        self, sandbox: Sandbox, http: httpx.Client, identity: OAuth
    ) -> None:
        tokens = sandbox.sign_in()
        identity.revoke(tokens.access_token, token_type_hint="access_token")
        api = client_of(sandbox, http, tokens)
        # The client makes its own one without the transport.
        api.transport.oauth = identity

        assert len(api.debtors()) == 3
        sandbox.withdraw_consent(LOGIN_OF_ALL)
        with pytest.raises(ReauthorizationRequired):
            api.debtors()

    def test_is_told_that_its_secret_is_wrong(self, http: httpx.Client) -> None:
        with pytest.raises(InvalidClientError):
            OAuth(DEVELOPMENT.client_id, "wrong", http_client=http).refresh("x")


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "error"),
        [
            ("40303", DataAccessError),
            ("40304", SubscriptionError),
            ("40404", CompanyNotFoundError),
            ("40033", ValidationError),
            ("42909", QuotaExceededError),
            ("50001", ServerError),
            ("50301", ServerError),
        ],
    )
    def test_are_understood(
        self, sandbox: Sandbox, api: Nmbrs, code: str, error: type[APIError]
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.REFUSAL, operation="rest/debtors", code=code))

        with pytest.raises(error):
            api.debtors()

    def test_of_too_many_calls_are_obeyed(self, sandbox: Sandbox, api: Nmbrs) -> None:
        sandbox.faults.add(
            Fault(kind=FaultKind.REFUSAL, operation="rest/debtors", code="42908", seconds=0)
        )

        assert len(api.debtors()) == 3
        api.transport.max_rate_limit_retries = 0
        sandbox.faults.add(Fault(kind=FaultKind.REFUSAL, operation="rest/debtors", code="42908"))
        with pytest.raises(RateLimitError):
            api.debtors()

    def test_of_a_gateway_in_html_are_no_surprise(self, sandbox: Sandbox, api: Nmbrs) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, operation="rest/debtors", status=502))

        with pytest.raises(ServerError):
            api.debtors()

    def test_name_the_scopes_that_are_missing(self, sandbox: Sandbox, http: httpx.Client) -> None:
        tokens = sandbox.sign_in(scopes=("company.info.read",))
        api = client_of(sandbox, http, tokens)

        with pytest.raises(InsufficientScopeError):
            api.company(COMPANY).cost_centers()
