"""Links shown, changed, checked, written and taken in again at the command line."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from tests.bureau import a_company, a_journal, a_linked_company, an_account, link_to, send
from tests.management.conftest import Give
from werkzeug.test import Client

from tilisilta.models import AuditEntry, CheckedLink, Company, Debtor, Link
from tilisilta.services.connections import remove_authorisation

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procountor")]


@pytest.fixture
def two_links(procountor: "Sandbox") -> tuple[Link, Link]:
    """Links of two companies: 1001 of debtor 101, and 1003 of debtor 103."""
    a_linked_company(1001)
    other = Debtor.objects.create(number=103, name="Saaristo-yhtiöt")
    company = Company.objects.create(number=1003, name="Saaristo Siivous Oy", debtor=other)
    link_to(company, an_account(1003))
    first, second = Link.objects.order_by("company__number")
    return first, second


@pytest.fixture
def edit(tmp_path: Path, give: Give) -> Callable[..., Path]:
    """Write the links as a file, with the given changes by company and column."""

    def write(**changes: dict[str, str]) -> Path:
        path = tmp_path / "links.csv"
        give("link", "export", str(path))
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), delimiter=";"))
        rows = [row | changes.get(f"c{row['company']}", {}) for row in rows]
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), encoding="utf-8")
        return path

    return write


def order(procountor: "Sandbox", what: str, **body: Any) -> None:
    """Let the books of company 1001 be changed in Procountor."""
    answer = Client(procountor).post(f"/sandbox/{what}", json={"company_id": 50101, **body})
    assert answer.status_code == 200


def changed_entries() -> list[Any]:
    return list(AuditEntry.objects.filter(action="link_changed"))


@pytest.mark.usefixtures("two_links")
class TestChange:
    def test_changes_all_that_the_condition_names(self, give: Give) -> None:
        dry = give("link", "change", "--where", "debtor=103", "--map", "5035=5030", "--dry-run")
        done = give(
            *("link", "change", "--where", "debtor=101,103", "--map", "5035=5030"),
            *("--closed-period", "next-open", "--json"),
        )
        shown = give("link", "show", "--company", "1003", "--json")

        assert "1 link would change" in dry.text
        assert [one["company"] for one in done.document["changed"]] == [1001, 1003]
        assert shown.document["map"] == {"5035": "5030"}
        assert shown.document["closed_period"] == "next-open"
        assert len(changed_entries()) == 2

    def test_refuses_all_where_one_name_is_unknown(self, give: Give) -> None:
        refused = give(
            *("link", "change", "--where", "debtor=101,103"),
            *("--cost-centers", "Kustanuspaikka", "--json"),
        )

        reasons = refused.document["refused"][0]["reasons"]
        assert refused.status == 1
        assert not refused.document["is_stored"]
        assert "N08" in reasons[0]["cause"]
        assert "Did you mean Kustannuspaikka?" in reasons[0]["remedy"]
        assert not Link.objects.filter(uses_cost_centers=True).exists()
        assert changed_entries() == []

    def test_stores_an_unknown_name_that_is_wanted_all_the_same(self, give: Give) -> None:
        words = ("link", "change", "--company", "1001", "--cost-centers", "Tulossa")

        done = give(*words, "--unchecked-names")
        # What is stored already does not prevent a change of something else.
        more = give("link", "change", "--company", "1001", "--map", "5035=5030")

        assert (done.status, more.status) == (0, 0)
        assert Link.objects.get(company__number=1001).cost_center_dimension == "Tulossa"

    @pytest.mark.parametrize(
        "words",
        [
            ("--company", "1001"),
            ("--map", "5035=5030"),
            ("--where", "colour=red", "--title", "Palkat"),
            ("--company", "1001", "--closed-period", "whenever"),
            ("--company", "1001", "--dimension-accounts", "[3-"),
        ],
    )
    def test_explains_wrong_use(self, give: Give, words: tuple[str, ...]) -> None:
        wrong = give("link", "change", *words)

        assert wrong.status == 2
        assert "\n  " in wrong.complaint

    def test_ends_those_of_a_debtor(self, give: Give) -> None:
        words = ("link", "end", "--where", "debtor=103", "--from", "2026-07-01", "--reason", "left")

        dry = give(*words, "--dry-run")
        shown = give(*words)
        done = give(*words, "--yes", "--json")

        assert "1 link would end" in dry.text
        assert dry.text == shown.text
        assert "To end them, add --yes." in shown.text
        assert done.document["ended"] == [1003]
        assert Link.objects.open().get().company.number == 1001


@pytest.mark.usefixtures("two_links")
class TestFiles:
    def test_round_trip_changes_nothing(self, give: Give, edit: Callable[..., Path]) -> None:
        give("link", "change", "--company", "1001", "--map", "5035=5030", "--title", "=Palkat")

        taken = give("link", "import", str(edit()), "--apply", "--json")

        assert taken.document == {"is_stored": True, "changed": [], "unchanged": 2, "faults": []}

    def test_shows_first_and_changes_when_asked(
        self, give: Give, edit: Callable[..., Path]
    ) -> None:
        path = edit(c1001={"cost_centers": "Kustannuspaikka", "map": "5035=5030"})

        dry = give("link", "import", str(path), "--json")
        stored_by_dry = Link.objects.filter(uses_cost_centers=True).exists()
        done = give("link", "import", str(path), "--apply", "--json")

        assert dry.document["changed"] == done.document["changed"]
        assert not dry.document["is_stored"]
        assert not stored_by_dry
        link = Link.objects.get(company__number=1001)
        assert link.rules().cost_center_dimension == "Kustannuspaikka"
        assert link.rules().account_mappings == (("5035", "5030"),)
        assert len(changed_entries()) == 1

    def test_names_each_wrong_row_and_changes_none(
        self, give: Give, edit: Callable[..., Path]
    ) -> None:
        path = edit(
            c1001={"title": "Palkat 2"},
            c1003={"cost_centers": "Kustanuspaikka", "approve": "kyllä"},
        )

        refused = give("link", "import", str(path), "--apply", "--json")

        (fault,) = refused.document["faults"]
        assert refused.status == 1
        assert fault["line"] == 3
        assert "Did you mean Kustannuspaikka?" in fault["remedy"]
        assert changed_entries() == []

    @pytest.mark.parametrize(
        ("column", "text"),
        [
            ("account", "another"),
            ("approve", "perhaps"),
            ("start", "June"),
            ("map", "5035=5030 5035=5040"),
            ("profile", "missing"),
            ("company", "9999"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, give: Give, edit: Callable[..., Path], column: str, text: str
    ) -> None:
        refused = give("link", "import", str(edit(c1003={column: text})), "--apply", "--json")

        (fault,) = refused.document["faults"]
        assert (fault["line"], fault["column"]) == (3, column)
        assert fault["cause"]
        assert fault["remedy"]

    def test_refuses_a_header_that_it_does_not_know(self, give: Give, tmp_path: Path) -> None:
        path = tmp_path / "links.csv"
        path.write_text("company;clearing\n1001;2990\n", encoding="utf-8")

        refused = give("link", "import", str(path))

        assert refused.status == 1
        assert "clearing_account" in refused.text


class TestCheck:
    def test_finds_what_is_gone_before_a_journal_fails(
        self, give: Give, procountor: "Sandbox"
    ) -> None:
        company = a_linked_company(
            1001, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        send(a_journal(company))
        Link.objects.update(clearing_account="2999")
        order(procountor, "dimensions", name="Kustannuspaikka", new_name="Osasto")
        order(procountor, "years", date=f"{timezone.localdate()}", is_open=False)

        checked = give("link", "check", "--json")

        (link,) = checked.document["links"]
        codes = {problem["code"] for problem in link["problems"]}
        assert checked.status == 1
        assert codes == {"N07", "N08", "N10"}
        assert {problem.code for problem in CheckedLink.objects.get().problems} == codes

    def test_tells_which_authorisation_is_lost(
        self, give: Give, two_links: tuple[Link, Link]
    ) -> None:
        remove_authorisation(two_links[0].procountor_account, user=None)

        checked = give("link", "check", "--where", "debtor=101", "--json")

        assert checked.document["links"][0]["problems"][0]["code"] == "N03"

    def test_is_well_where_all_agrees(self, give: Give, two_links: tuple[Link, Link]) -> None:
        checked = give("link", "check", "--json")

        assert checked.status == 0
        assert checked.document["checked"] == 2


def test_add_asks_whether_another_name_was_meant(give: Give) -> None:
    a_company(1001)
    an_account(1001)

    refused = give(
        *("link", "add", "--company", "1001", "--account", "tili-1001", "--start", "2026-06"),
        *("--cost-centers", "Kustanuspaikka", "--clearing-account", "2999"),
    )

    assert refused.status == 1
    assert "Did you mean Kustannuspaikka?" in refused.complaint
    assert "2999" in refused.complaint
    assert not Link.objects.exists()
