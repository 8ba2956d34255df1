import re

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import JANUARY, JUNE, KONEPAJA, KULJETUS, client_of

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.payroll.sample import world_of

COMPANY_PAGE = f"/sandbox/companies/{KONEPAJA}"


def press(client: httpx2.Client, words: str, *, run_id: int | None = None) -> httpx2.Response:
    """Press the button of a run, or of the company, as a browser would."""
    page = client.get(COMPANY_PAGE).text
    part = page if run_id is None else page[page.index(f'id="run-{run_id}"') :]
    forms = re.findall(r'<form method="post" action="([^"]+)"><button[^>]*>([^<]+)<', part)
    action = next(action for action, label in forms if label.startswith(words))
    return client.post(action, headers={"Origin": "http://sandbox"})


class TestOverview:
    @pytest.mark.parametrize("path", ["/", "/sandbox"])
    def test_shows_debtors_with_their_companies(self, client: httpx2.Client, path: str) -> None:
        page = client.get(path)

        assert page.status_code == 200
        assert "It is not Nmbrs; all of it is invented." in page.text
        assert "3 debtors, 10 companies." in page.text
        assert page.text.index("Saaristopalvelut") < page.text.index("Skärgårdens Bygg AB")
        assert page.text.index("Koivulammi Testi Oy") < page.text.index("Saaristopalvelut")

    def test_says_what_is_out_of_the_ordinary(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        sandbox.hide_debtor(debtor_id=7103)
        sandbox.hide_company(company_id=KULJETUS)
        sandbox.deny_company(company_id=48106, code=2004)
        sandbox.delete_run(company_id=KONEPAJA, run_id=JUNE)
        sandbox.add_debtor(number="9", name="Tyhjä & Co")

        page = client.get("/").text

        assert page.count("✕ Hidden by the tag filter") == 2
        assert "✕ Refused with 2004" in page
        assert "1 run deleted" in page
        assert "Tyhjä &amp; Co" in page
        assert "This debtor has no companies." in page

    def test_shows_a_hundred_companies_at_a_time(self) -> None:
        client = client_of(create_app(world_of(companies=150, runs=1)))

        first, second = client.get("/").text, client.get("/?page=2").text

        assert "Yritys 100 Oy" in first
        assert "Yritys 101 Oy" not in first
        assert "?page=2" in first
        assert "Yritys 150 Oy" in second
        assert "More companies" not in second

    def test_brings_its_own_style_and_nothing_inline(self, client: httpx2.Client) -> None:
        page = client.get("/")
        style = client.get("/sandbox/sandbox.css")
        icon = client.get("/sandbox/sandbox.svg")

        assert style.headers["Content-Type"].startswith("text/css")
        assert {".run", ".companies"} <= set(re.findall(r"\.[a-z]+", style.text))
        assert icon.headers["Content-Type"] == "image/svg+xml"
        assert "style=" not in page.text
        assert "<script" not in page.text
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy


class TestCompanyPage:
    def test_shows_runs_newest_first_with_their_journals(self, client: httpx2.Client) -> None:
        page = client.get(COMPANY_PAGE).text

        assert page.index("Kesäkuu 2026") < page.index("Tammikuu 2026")
        for text in ("Journal, 57 lines", "Correction booked on 2026-03-31", "P-114 Telakka"):
            assert text in page
        assert page.count("32\u202f243.39") == 1
        assert "450</b> Varikko" in page

    def test_recalculates_a_run_and_leads_back_to_it(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        answer = press(client, "Recalculate", run_id=JUNE)

        page = client.get(answer.headers["Location"]).text
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith(f"?run={JUNE}#run-{JUNE}")
        assert "32\u202f253.39" in page
        assert page.count("<details open") == 1

    def test_deletes_a_run_and_puts_it_back(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        def is_deleted() -> bool:
            run = sandbox.bureau.known_run(KONEPAJA, JANUARY)
            return run.is_deleted

        press(client, "Delete the run", run_id=JANUARY)
        after_deleting, page = is_deleted(), client.get(COMPANY_PAGE).text
        press(client, "Put back", run_id=JANUARY)

        assert after_deleting
        assert "✕ Deleted" in page
        assert not is_deleted()

    def test_adds_the_run_of_the_next_month(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        press(client, "Add a run: Heinäkuu 2026")

        page = client.get(COMPANY_PAGE).text
        assert "Run</dt><dd>7/2026" in page
        assert "Add a run: Elokuu 2026" in page

    def test_makes_a_journal_that_is_missing(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)
        before = client.get(COMPANY_PAGE).text

        press(client, "Make the journal", run_id=run.run_id)

        assert "Nobody has made a journal of this run yet." in before
        assert "Nobody has made a journal" not in client.get(COMPANY_PAGE).text

    @pytest.mark.parametrize("origin", ["http://evil.example", "null"])
    def test_takes_no_button_of_another_site(
        self, client: httpx2.Client, sandbox: Sandbox, origin: str
    ) -> None:
        before = sandbox.world
        addresses = (f"runs/{JUNE}/recalculate", f"runs/{JUNE}/delete", "runs")

        answers = [
            client.post(f"{COMPANY_PAGE}/{address}", headers={"Origin": origin})
            for address in addresses
        ]

        assert [one.status_code for one in answers] == [403] * 3
        assert sandbox.world == before

    def test_says_why_a_button_did_nothing(self, client: httpx2.Client) -> None:
        answer = client.post(f"{COMPANY_PAGE}/runs/1/delete")

        assert answer.status_code == 404
        assert "has no run 1." in answer.text

    def test_writes_texts_without_running_them(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        sandbox.rename_company(company_id=KONEPAJA, name="<script>alert(1)</script>")

        page = client.get(COMPANY_PAGE).text

        assert "<script>" not in page
        assert "&lt;script&gt;" in page


class TestOtherAddress:
    @pytest.mark.parametrize(
        "path",
        ["/sandbox/companies/1", "/sandbox/companies/x", "/nothing", "/soap/v3/ReportService.asmx"],
    )
    def test_leads_nowhere(self, client: httpx2.Client, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_of_a_service_says_where_its_wsdl_is(self, client: httpx2.Client) -> None:
        page = client.get("/soap/v3/CompanyService.asmx")

        assert page.status_code == 200
        assert 'href="?WSDL"' in page.text
        assert "Journals_GetByRunCostCenterCostUnitPerYear" in page.text
