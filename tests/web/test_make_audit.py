"""The audit can fail. With axe-core and Lighthouse themselves it proves that in each run."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from tests.audit import proof
from tests.audit.addresses import Address, ids_of, open_routes
from tests.audit.answers import MOST_BYTES, Answer, Kind
from tests.audit.development_tools import FOLDER, ToolMissing, install_tools
from tests.audit.filling import ADMINISTRATOR, WITH_NOTHING
from tests.audit.findings import Finding, View, told
from tests.audit.lighthouse import NOT_FOR_US, findings_of
from tests.audit.looking import THEMES, WIDTHS, Looking, window
from tests.audit.report import report
from tests.audit.walking import Walked, equal_titles, wrong_answers
from tests.journeys.browsing import chromium

VIEW = View(page="/here", language="en")
# Says what axe-core would say of fields without a label, for machines without npm.
STAND_IN_FOR_AXE = """
window.axe = { run: async () => ({ violations: [{ id: 'label', help: 'No label', nodes:
  [...document.querySelectorAll('input:not([type=hidden])')].filter(one => !one.labels.length)
    .map(one => ({ target: [`[name=${one.name}]`] })) }] }) };
"""
NEEDS_AXE = pytest.mark.skipif(
    not (FOLDER / "node_modules" / "axe-core").is_dir(), reason="make audit installs axe-core."
)


@pytest.fixture
def log_in_page(client: Client) -> str:
    """The source of the page of the log-in."""
    return client.get(reverse("account_login")).text


@pytest.fixture
def opened() -> Iterator[Page]:
    with chromium() as browser, window(browser, "en", {}) as opened:
        yield opened


def looked_at(page: Page, source: str, axe: Path) -> list[Finding]:
    looking = Looking(page, axe)
    page.set_content(source)
    return list(looking.look(VIEW))


@pytest.mark.browser
@pytest.mark.django_db
class TestLooking:
    @pytest.mark.parametrize(
        "is_real",
        [pytest.param(True, marks=NEEDS_AXE, id="axe-core"), pytest.param(False, id="stand-in")],
    )
    def test_finds_a_label_that_was_taken_away_in_each_theme_and_width(
        self, opened: Page, log_in_page: str, tmp_path: Path, *, is_real: bool
    ) -> None:
        axe = tmp_path / "axe.js"
        axe.write_text(STAND_IN_FOR_AXE, encoding="utf-8")
        if is_real:
            axe = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
        labels = log_in_page.count("<label")

        found = looked_at(opened, proof.with_faults(log_in_page), axe)

        missing = [one for one in found if one.rule == "axe label"]
        assert len({(one.view.theme, one.view.width) for one in missing}) == len(THEMES) * len(
            WIDTHS
        )
        assert len({one.selector for one in missing}) == labels >= 2
        assert not [one for one in looked_at(opened, log_in_page, axe) if one.rule == "axe label"]

    def test_finds_a_page_that_scrolls_sideways_and_what_the_console_says(
        self, opened: Page, tmp_path: Path
    ) -> None:
        axe = tmp_path / "axe.js"
        axe.write_text(STAND_IN_FOR_AXE, encoding="utf-8")

        found = looked_at(
            opened, '<p style="width: 600px">x</p><script>console.error("oh")</script>', axe
        )

        assert {one.view.width for one in found if one.rule == "width"} == {390}
        assert [one.text for one in found if one.rule == "console"] == ["oh"]


class TestProof:
    def test_says_which_planted_fault_was_not_found(self) -> None:
        found = [Finding(rule=rule, text="x", view=VIEW) for rule in proof.FOUND_BY[1:]]

        (one,) = proof.not_found(found)

        assert one.text.endswith("axe label")

    @pytest.mark.django_db
    def test_needs_a_page_on_which_the_faults_can_be_planted(self, log_in_page: str) -> None:
        with pytest.raises(AssertionError, match="plant another fault"):
            proof.with_faults(proof.with_faults(log_in_page))


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "rule"),
        [
            (Answer(kind=Kind.BROKEN, status=HTTPStatus.INTERNAL_SERVER_ERROR), "status"),
            (Answer(kind=Kind.REFUSED, status=HTTPStatus.FORBIDDEN), "status"),
            (Answer(kind=Kind.PAGE, status=HTTPStatus.OK, bytes_of_page=MOST_BYTES + 1), "weight"),
        ],
    )
    def test_that_are_wrong_are_findings(self, answer: Answer, rule: str) -> None:
        address = Address(name="x", url="http://x/here", user=ADMINISTRATOR)

        assert [one.rule for one in wrong_answers(address, answer)] == [rule]

    def test_that_are_meant_so_are_none(self) -> None:
        address = Address(name="x", url="http://x/here", user=WITH_NOTHING)
        refused = Answer(kind=Kind.REFUSED, status=HTTPStatus.FORBIDDEN)
        page = Answer(kind=Kind.PAGE, status=HTTPStatus.OK, bytes_of_page=MOST_BYTES)

        assert not list(wrong_answers(address, refused))
        assert not list(wrong_answers(address, page))


class TestLighthouse:
    FAILED = {
        "failed": [{"id": next(iter(NOT_FOR_US)), "title": "x", "error": "", "selectors": []}]
    }

    def test_counts_on_our_pages_what_is_left_out_on_those_of_the_stand_ins(self) -> None:
        assert len(list(findings_of(self.FAILED, VIEW, is_ours=True))) == 1
        assert not list(findings_of(self.FAILED, VIEW, is_ours=False))

    def test_that_could_not_look_is_a_finding(self) -> None:
        (one,) = findings_of({"refused": "no page", "failed": []}, VIEW, is_ours=True)

        assert one.text == "no page"

    def test_is_said_in_the_documentation_what_is_left_out(self) -> None:
        text = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")

        assert all(
            f"| `{name}` on pages of the stand-ins | {why} |" in text
            for name, why in NOT_FOR_US.items()
        )


class TestTools:
    def test_say_which_program_is_missing_and_how_to_get_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(ToolMissing, match="apt-get install nodejs npm chromium"):
            install_tools()


class TestReport:
    def test_counts_findings_and_tells_equal_ones_once_with_the_first_places(self) -> None:
        findings = [
            Finding(rule="width", text="wide", view=View(page=f"/{number}", language="fi"))
            for number in range(6)
        ]

        lines = list(report(Walked(findings=findings)))

        assert lines[-1] == "Findings: 6"
        assert list(told(findings)) == [
            "6 x width: wide",
            *(f"    /{number} fi" for number in range(4)),
            "    and 2 more places",
        ]

    def test_finds_titles_that_several_pages_have(self) -> None:
        walked = Walked()
        walked.titles["en", "Companies"] |= {"companies", "new_company"}
        walked.titles["en", "Users"] |= {"users"}

        (one,) = equal_titles(walked)

        assert one.view.page == "companies, new_company"


@pytest.mark.once
@pytest.mark.django_db
def test_knows_with_which_ids_every_address_is_asked() -> None:
    addresses = [
        reverse(name, kwargs=dict(ids))
        for name, route in open_routes()
        for ids in ids_of(name, route)
    ]

    assert {"/month-end", "/companies/1001/months/2026-06", "/api/"} <= set(addresses)
