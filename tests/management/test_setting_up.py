"""Debtors, companies, accounts, links and users, all from the command line."""

import io
from typing import TYPE_CHECKING, Any

import pytest
from tests.bureau import (
    NOW,
    a_company,
    a_connection,
    a_journal,
    a_linked_company,
    an_account,
    book_by_hand,
    fetch_everything,
    link_to,
    problem_codes,
)
from tests.management.conftest import Give

from tilisilta.models import (
    AuditEntry,
    Company,
    Debtor,
    Journal,
    Link,
    ProcountorAccount,
)
from tilisilta.services.connections import authorise_with_api_key, create_account
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.link_removal import remove_link

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db

LINK_1001 = ("link", "add", "--company", "1001", "--account", "tili-1001")


class TestDebtorCommands:
    def test_add_list_block_and_unblock(self, give: Give) -> None:
        added = give("debtor", "add", "101", "Koivulammi-yhtiöt")
        blocked = give("debtor", "block", "101", "--json")
        listed = give("debtor", "list", "--json")
        unblocked = give("debtor", "unblock", "101", "--json")

        assert added.text == "Added debtor 101 Koivulammi-yhtiöt.\n"
        assert blocked.document["is_blocked"] is True
        assert listed.document == {
            "debtors": [{"number": 101, "name": "Koivulammi-yhtiöt", "is_blocked": True}]
        }
        assert unblocked.document["is_blocked"] is False
        assert not Debtor.objects.get().is_blocked

    def test_refuse_a_number_that_is_taken(self, give: Give) -> None:
        give("debtor", "add", "101", "Koivulammi-yhtiöt")

        refused = give("debtor", "add", "101", "Another", "--json")

        assert refused.status == 1
        assert refused.document["error"]["kind"] == "DebtorNumberTaken"
        assert refused.document["error"]["code"] == "E21"
        assert refused.document["error"]["remedy"]

    def test_refuse_a_debtor_that_is_not_there(self, give: Give) -> None:
        refused = give("debtor", "block", "999")

        assert refused.status == 1
        assert refused.complaint.startswith("tilisilta: E35 There is no debtor 999")
        assert refused.text == ""


class TestCompanyCommands:
    def test_add_mark_and_unmark(self, give: Give) -> None:
        give("debtor", "add", "101", "Koivulammi-yhtiöt")

        added = give("company", "add", "1007", "Koivulammi Testi Oy", "--debtor", "101", "--json")
        marked = give("company", "mark-test", "1007", "--json")
        listed = give("company", "list")
        unmarked = give("company", "mark-test", "1007", "--undo", "--json")

        assert added.document["debtor"]["number"] == 101
        assert marked.document["is_test"] is True
        assert "test company" in listed.text
        assert unmarked.document["is_test"] is False

    def test_refuse_a_name_that_is_empty(self, give: Give) -> None:
        give("debtor", "add", "101", "Koivulammi-yhtiöt")

        refused = give("company", "add", "1001", " ", "--debtor", "101", "--json")

        assert refused.status == 1
        assert "name" in refused.document["error"]["message"]
        assert not Company.objects.exists()

    def test_list_says_how_fetching_stands(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_company(2001, "Käsin lisätty Oy")
        a_connection()
        nmbrs.deny_company(company_id=48103)
        fetch_everything()
        nmbrs.hide_company(company_id=48104)
        fetch_everything()

        listed = give("company", "list", "--json")
        shown = give("company", "list")

        companies = {company["number"]: company for company in listed.document["companies"]}
        by_hand, fetched, failed, gone = (companies[number] for number in (2001, 1001, 1003, 1004))
        assert (by_hand["nmbrs_number"], by_hand["fetched_at"], by_hand["trouble"]) == (
            None,
            None,
            [],
        )
        assert fetched["nmbrs_number"] == 1001
        assert fetched["fetched_at"]
        assert fetched["trouble"] == []
        assert failed["fetched_at"] is None
        assert [problem["code"] for problem in failed["trouble"]] == ["P04"]
        assert gone["gone_at"]
        lines = {line.split()[0]: line for line in shown.text.splitlines()}
        assert "not from Nmbrs" in lines["2001"]
        assert "never" in lines["1003"]
        assert "P04 Nmbrs does not let the user see this" in lines["1003"]
        assert "no longer in Nmbrs since" in lines["1004"]

    def test_list_asks_the_database_as_often_for_many(
        self, give: Give, nmbrs: "Nmbrs", django_assert_max_num_queries: Any
    ) -> None:
        a_connection()
        fetch_everything()

        # Three of them make sure that the database is up to date.
        with django_assert_max_num_queries(4):
            give("company", "list")

    def test_start_stops_what_is_earlier(
        self, give: Give, procountor: "Sandbox", nmbrs: "Nmbrs"
    ) -> None:
        a_linked_company()
        a_connection()
        fetch_everything()

        started = give("company", "start", "1001", "2026-06-01", "--json")
        shown = give("company", "start", "1001", "2026-06-01")

        codes = {
            journal.run_number: [problem.code for problem in journal.problems]
            for journal in Journal.objects.filter(company__number=1001)
        }
        assert started.document["start_date"] == "2026-06-01"
        assert "N28" in codes["5"]
        assert "N28" not in codes["6"]
        assert shown.text == (
            "Nothing of 1001 Koivulammi Konepaja Oy before 2026-06-01 is fetched or sent.\n"
        )

    def test_start_is_lifted_again(self, give: Give) -> None:
        a_company()
        give("company", "start", "1001", "2026-06-01")

        lifted = give("company", "start", "1001", "--none")

        assert "All journals of 1001 Koivulammi Konepaja Oy" in lifted.text
        assert Company.objects.get().start_date is None

    @pytest.mark.parametrize("words", [(), ("2026-06-01", "--none")], ids=["neither", "both"])
    def test_start_needs_a_date(self, give: Give, words: tuple[str, ...]) -> None:
        a_company()

        wrong = give("company", "start", "1001", *words)

        assert wrong.status == 2
        assert "Give a date, or --none" in wrong.complaint

    def test_business_id_is_stored_changed_and_listed(self, give: Give) -> None:
        give("debtor", "add", "101", "Koivulammi-yhtiöt")
        konepaja = ("1001", "Koivulammi Konepaja Oy")

        added = give(
            *("company", "add", *konepaja, "--debtor", "101", "--business-id", "0112038-9"),
            "--json",
        )
        changed = give("company", "change", "1001", "--business-id", "9901010-1", "--json")
        listed = give("company", "list")
        cleared = give("company", "change", "1001", "--business-id", "", "--json")

        assert added.document["business_id"] == "0112038-9"
        assert changed.document["business_id"] == "9901010-1"
        assert "9901010-1" in listed.text
        assert cleared.document["business_id"] is None
        entries = AuditEntry.objects.filter(action="company_changed")
        assert [entry.facts["fields"] for entry in entries] == ["business_id"] * 2

    def test_business_id_that_is_mistyped_is_refused(self, give: Give) -> None:
        a_company()

        refused = give("company", "change", "1001", "--business-id", "9901010-2")

        assert refused.status == 1
        assert "9901010-2 is no Finnish business ID" in refused.complaint
        assert Company.objects.get().business_id == ""


class TestAccountCommands:
    def test_add_with_a_key_from_standard_input(
        self, give: Give, procountor: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("SANDBOX-KEY-1001\n"))

        added = give("account", "add", "konepaja", "--api-key", "-", "--json")

        assert added.document["state"] == "authorised"
        assert added.document["procountor_company_id"] == 50101
        assert "SANDBOX-KEY" not in added.text

    def test_add_with_a_key_from_the_environment(
        self, give: Give, procountor: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_API_KEY", "SANDBOX-KEY-1002")

        added = give("account", "add", "huolto")

        assert "is authorised for Koivulammi Huolto Oy" in added.text

    def test_add_without_a_key_leaves_it_grey(self, give: Give) -> None:
        added = give("account", "add", "konepaja", "--json")

        assert added.document["state"] == "new"

    def test_add_for_a_debtor(self, give: Give) -> None:
        give("debtor", "add", "101", "Koivulammi-yhtiöt")

        owned = give("account", "add", "konepaja", "--debtor", "101", "--json")
        common = give("account", "add", "muu", "--json")
        unknown = give("account", "add", "kolmas", "--debtor", "999")

        assert owned.document["debtor"] == 101
        assert common.document["debtor"] is None
        assert "There is no debtor 999" in unknown.complaint
        assert not ProcountorAccount.objects.filter(name="kolmas").exists()

    def test_never_show_a_wrong_key(self, give: Give, procountor: "Sandbox") -> None:
        refused = give("account", "add", "konepaja", "--api-key", "NOT-A-KEY")

        assert refused.status == 1
        assert "NOT-A-KEY" not in refused.complaint + refused.text
        assert ProcountorAccount.objects.get().state == "new"

    def test_authorise_again(self, give: Give, procountor: "Sandbox") -> None:
        give("account", "add", "konepaja")

        give("account", "authorise", "konepaja", "--api-key", "SANDBOX-KEY-1001")
        listed = give("account", "list", "--json")

        assert [item["state"] for item in listed.document["accounts"]] == ["authorised"]

    def test_refuse_to_authorise_without_a_key(self, give: Give) -> None:
        give("account", "add", "konepaja")

        refused = give("account", "authorise", "konepaja")

        assert refused.status == 1
        assert "There is no API key" in refused.complaint


class TestLinkCommands:
    def test_add_with_every_choice(self, give: Give, procountor: "Sandbox") -> None:
        a_company()
        an_account()

        added = give(
            *("link", "add", "--company", "1001", "--account", "tili-1001", "--json"),
            *("--start", "2026-06"),
            *("--cost-centers", "Kustannuspaikka", "--cost-units", "Projekti", "--create-items"),
            *("--closed-period", "next-open", "--clearing-account", "2990"),
            *("--fallback-account", "5010", "--map", "5035=5030", "--map", "5036=5030"),
            *("--sum-equal-lines", "--approve", "--two-persons", "--attach", "report"),
            *("--language", "sv", "--dimension-accounts", "[3-8]...", "--variance-amount", "0"),
        )

        assert added.status == 0
        assert added.document == {
            "company": 1001,
            "account": "tili-1001",
            "administration": "Koivulammi Konepaja Oy",
            "profile": None,
            "own": [],
            "cost_centers": "Kustannuspaikka",
            "cost_units": "Projekti",
            "create_items": True,
            "dimension_accounts": "[3-8]...",
            "closed_period": "next-open",
            "clearing_account": "2990",
            "fallback_account": "5010",
            "map": {"5035": "5030", "5036": "5030"},
            "sum_equal_lines": True,
            "approve": True,
            "two_persons": True,
            "attach": "report",
            "variance_percent": 20,
            "variance_amount": 0,
            "verify_only": False,
            "account_may_write": None,
            "start": "2026-06",
            "booked_already": [],
            "ends_on": None,
            "end_reason": None,
            "language": "sv",
            "title": "Löner",
            "send_by_rule": False,
            "rule_hours": 24,
            "rule_percent": 10,
            "rule_since": None,
        }

    def test_add_the_plain_way(self, give: Give, procountor: "Sandbox") -> None:
        a_company()
        an_account()

        give(*LINK_1001, "--start", "2026-06")

        link = Link.objects.get()
        assert not link.uses_cost_centers
        assert link.closed_period_policy == "stop"
        assert (link.receipt_language, link.receipt_title) == ("fi", "Palkat")

    def test_refuse_a_second_link(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company()

        refused = give(*LINK_1001, "--start", "2026-06", "--json")

        assert refused.status == 1
        assert refused.document["error"]["kind"] == "CompanyLinked"

    def test_need_a_first_month_that_is_one(self, give: Give) -> None:
        with pytest.raises(SystemExit) as ended:
            give(*LINK_1001, "--start", "June")

        assert ended.value.code == 2

    def test_need_the_first_month_of_a_company_without_runs(
        self, give: Give, procountor: "Sandbox"
    ) -> None:
        a_company()
        an_account()

        refused = give(*LINK_1001, "--json")

        assert refused.status == 2
        assert "has no run yet" in refused.document["error"]["message"]
        assert not Link.objects.exists()

    def test_begin_after_what_is_booked_already_unless_a_month_is_given(
        self, give: Give, procountor: "Sandbox"
    ) -> None:
        company, account = a_company(), an_account()
        link = link_to(company, account)
        export = a_journal(company, 6).exports.get()
        book_by_hand(account, export.payload.replace(export.token, "NMBRS"))
        remove_link(link, user=None)

        made = give(*LINK_1001, "--json")

        assert made.document["start"] == "2026-07"
        assert [run["reference"] for run in made.document["booked_already"]] == ["1001-2026-6-1"]
        assert Journal.objects.get().state == "before_start"

    def test_refuse_another_name_until_it_is_confirmed(
        self, give: Give, procountor: "Sandbox"
    ) -> None:
        a_company(1001, "Aivan Muu Oy")
        an_account()

        refused = give(*LINK_1001, "--start", "2026-06", "--json")
        made = give(*LINK_1001, "--start", "2026-06", "--different-names")

        assert refused.document["error"]["code"] == "E40"
        assert "Aivan Muu Oy" in refused.document["error"]["message"]
        assert "Koivulammi Konepaja Oy, 9901010-1" in refused.document["error"]["message"]
        assert "--different-names" in refused.document["error"]["remedy"]
        assert made.status == 0
        entry = AuditEntry.objects.get(action="link_confirmed")
        assert entry.facts["administration"] == "Koivulammi Konepaja Oy, 9901010-1"
        assert "Aivan Muu Oy" in entry.facts["difference"]

    def test_refuse_a_shared_administration_until_it_is_confirmed(
        self, give: Give, procountor: "Sandbox"
    ) -> None:
        a_linked_company()
        a_company(1002, "Koivulammi Konepaja Oy")
        account = create_account("toinen", user=None)
        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)
        words = (*("link", "add", "--company", "1002"), "--account", "toinen", "--start", "2026-06")

        refused = give(*words, "--different-names", "--json")
        made = give(*words, "--shared-administration")

        assert refused.document["error"]["code"] == "E41"
        assert made.status == 0

    def test_confirm_lets_go_what_a_new_name_holds(self, give: Give, procountor: "Sandbox") -> None:
        journal = a_journal(a_linked_company())
        Company.objects.update(name="Toinen nimi Oy")
        check_journal(journal, now=NOW)
        journal.refresh_from_db()
        assert problem_codes(journal) == ["N39"]

        confirmed = give("link", "confirm", "--company", "1001")

        journal.refresh_from_db()
        assert "1001 Toinen nimi Oy goes to Koivulammi Konepaja Oy" in confirmed.text
        assert journal.state == "ready"

    def test_end_frees_company_and_account(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company()
        end = ("link", "end", "--company", "1001", "--from", "2026-07-01", "--reason", "moved")

        ended = give(*end, "--json")
        again = give(*end)
        successor = give(*LINK_1001, "--start", "2026-07")

        assert ended.document["ends_on"] == "2026-07-01"
        assert ended.document["end_reason"] == "moved"
        assert again.status == 1
        assert "has no link" in again.complaint
        assert successor.status == 0

    def test_end_wants_a_reason(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company()

        refused = give(
            *("link", "end", "--company", "1001", "--from", "2026-07-01", "--reason", " ")
        )

        assert refused.status == 1
        assert "Say why the link ends." in refused.complaint
        assert Link.objects.open().exists()

    def test_list_all(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company()

        listed = give("link", "list")

        assert "1001 Koivulammi Konepaja Oy" in listed.text
