"""Many companies set up from a list, at the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.bureau import a_company, a_journal, an_account, book_by_hand, link_to
from tests.management.conftest import Give

from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import AuditEntry, Link, ProcountorAccount
from tilisilta.services.connections import authorise_with_api_key, create_account

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procountor")]

HEADERS = "company;account;key;dimensions;start;profile"
WriteList = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> WriteList:
    """Write a list of the given lines, and return its path."""

    def write_list(*lines: str, name: str = "companies.csv", headers: str = HEADERS) -> str:
        path = tmp_path / name
        path.write_text("\n".join([headers, *lines]), encoding="utf-8")
        return str(path)

    return write_list


def standings(document: Any) -> dict[int, str]:
    return {one["line"]: one["standing"] for one in document["companies"]}


class TestOnboard:
    def test_shows_everything_and_changes_nothing(
        self, give: Give, write: WriteList, procountor: "Sandbox"
    ) -> None:
        for number, name in (
            (1001, "Koivulammi Konepaja Oy"),
            (1002, "Koivulammi Huolto Oy"),
            (1003, "Saaristo Palvelut Oy"),
            (1004, "Saaristo Hoiva Oy"),
            (1005, "Saaristo Kuljetus Oy"),
            (1006, "Skärgårdens Bygg AB"),
            (1008, "Pajulahti Sahat Oy"),
        ):
            a_company(number, name)
        taken = a_company(1009, "Koivulammi Kiinteistöt Oy")
        link_to(taken, an_account(1009))
        path = write(
            "1001;;SANDBOX-KEY-1001;Kustannuspaikka | Projekti;2026-06;",
            "Koivulammi Huolto Oy;huolto;SANDBOX-KEY-1002;;;",
            "1003;;SANDBOX-KEY-1003;;2026-06;",
            "1004;;SANDBOX-KEY-9999;;2026-06;",
            "1005;;;;2026-06;",
            "1008;;SANDBOX-KEY-1009;;2026-06;",
            "1009;tili-1009;;;;",
            "1001;;SANDBOX-KEY-1001;;;",
            "4711;;SANDBOX-KEY-1001;;;",
            "1006;;SANDBOX-KEY-1006;;June;",
        )

        rules = ("--send-by-rule", "yes", "--two-persons", "yes")
        give("profile", "add", "Careful", "--default", *rules)
        shown = give("onboard", path, "--json")
        text = give("onboard", path)

        assert standings(shown.document) == {
            2: "match",
            3: "match",
            4: "names",
            5: "key",
            6: "authorise",
            7: "names",
            8: "linked",
            9: "line",
            10: "line",
            11: "line",
        }
        first = shown.document["companies"][0]
        assert [one["name"] for one in first["dimensions"]] == ["Kustannuspaikka", "Projekti"]
        assert first["business_id"]
        assert all(
            one["cause"] and one["remedy"]
            for one in shown.document["companies"]
            if one["standing"] not in {"match", "linked"}
        )
        assert shown.status == text.status == 1
        assert "2 companies match. Nothing was changed." in text.text
        assert "so the rule only proposes" in text.text
        assert "SANDBOX-KEY" not in shown.text + text.text + text.complaint
        assert Link.objects.count() == ProcountorAccount.objects.count() == 1

    def test_links_what_matches_once(self, give: Give, write: WriteList) -> None:
        a_company(1001, "Koivulammi Konepaja Oy")
        a_company(1003, "Saaristo Palvelut Oy")
        path = write(
            "1001;;SANDBOX-KEY-1001;Kustannuspaikka;2026-06;",
            "1003;;SANDBOX-KEY-1003;;2026-06;",
        )

        done = give("onboard", path, "--apply", "--json")
        again = give("onboard", path, "--apply", "--json")
        confirmed = give(
            *("onboard", path, "--apply", "--json"),
            *("--confirm", "1003=Saaristo Siivous Oy"),
        )

        assert standings(done.document) == {2: "linked", 3: "names"}
        assert standings(again.document) == {2: "linked", 3: "names"}
        assert standings(confirmed.document) == {2: "linked", 3: "linked"}
        link = Link.objects.get(company__number=1001)
        assert link.rules().cost_center_dimension == "Kustannuspaikka"
        assert f"{link.start_month:%Y-%m}" == "2026-06"
        assert link.procountor_account.name == "Koivulammi Konepaja Oy"
        assert link.procountor_account.debtor == link.company.debtor
        actions = list(AuditEntry.objects.values_list("action", flat=True))
        assert [actions.count(one) for one in ("link_created", "link_confirmed")] == [2, 1]
        assert actions.count("account_authorised") == 2
        assert "SANDBOX-KEY" not in str(list(AuditEntry.objects.values()))

    @pytest.mark.parametrize("was_authorised", [False, True])
    def test_goes_on_where_it_was_killed(
        self, give: Give, write: WriteList, was_authorised: bool
    ) -> None:
        a_company(1001)
        left = create_account("Koivulammi Konepaja Oy", user=None)
        if was_authorised:
            authorise_with_api_key(left, "SANDBOX-KEY-1001", user=None)
        keys = write("1001;SANDBOX-KEY-1001", name="keys.csv", headers="company;key")

        done = give("onboard", write("1001;;;;2026-06;"), "--keys", keys, "--apply", "--json")

        assert standings(done.document) == {2: "linked"}
        assert Link.objects.get().procountor_account == left

    def test_begins_after_what_seems_booked(self, give: Give, write: WriteList) -> None:
        company = a_company(1001)
        journal = a_journal(company, 5)
        account = an_account(1001)
        link = link_to(company, account)
        payload = journal.exports.get().payload
        link.exports.all().delete()
        link.delete()
        book_by_hand(account, payload)

        shown = give("onboard", write("1001;tili-1001;;;;"), "--json")

        (found,) = shown.document["companies"]
        assert found["booked"] == {"count": 1, "last": "2026-05"}
        assert found["start"] == "2026-06"

    def test_asks_whether_another_dimension_was_meant(self, give: Give, write: WriteList) -> None:
        a_company(1001)

        shown = give("onboard", write("1001;;SANDBOX-KEY-1001;Kustanuspaikka;2026-06;"), "--apply")

        assert "Did you mean Kustannuspaikka?" in shown.text
        assert not ProcountorAccount.objects.exists()

    def test_waits_where_procountor_asks_for_it(
        self, give: Give, write: WriteList, procountor: "Sandbox"
    ) -> None:
        a_company(1001)
        busy = Fault(kind=FaultKind.BUSY, method="POST", path="/oauth/token", retry_after_seconds=1)
        procountor.faults.add(busy)

        shown = give("onboard", write("1001;;SANDBOX-KEY-1001;;2026-06;"), "--json")

        assert standings(shown.document) == {2: "match"}

    def test_shows_no_key_that_stands_in_the_wrong_place(
        self, give: Give, write: WriteList
    ) -> None:
        key = "SANDBOX-KEY-1001-THAT-IS-AS-LONG-AS-KEYS-ARE"

        without_headers = give("onboard", write("1001", headers=f"{key};1001"))
        exchanged = give("onboard", write(f"{key};1001", headers="company;key"))

        for refused in (without_headers, exchanged):
            assert refused.status == 1
            assert refused.text
            assert "SANDBOX" not in refused.text + refused.complaint

    def test_refuses_a_list_without_companies(self, give: Give, write: WriteList) -> None:
        refused = give("onboard", write("x", headers="name"))

        assert refused.status == 1
        assert "company" in refused.text
