"""The status by command."""

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from tests.bureau import (
    a_company,
    a_connection,
    a_linked_company,
    an_account,
    fetch_everything,
    link_to,
)
from tests.management.conftest import Give

from tilisilta.models import Journal, JournalState

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox


pytestmark = pytest.mark.django_db


class TestStatus:
    def test_counts_journals_and_names_what_waits(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        shown = give("status", "--json").document

        assert shown["journals"]["problem"] == 1
        assert shown["workers"] == []
        assert [item["reference"] for item in shown["waiting"]] == ["1001-2026-6-1"]

    def test_shows_a_person_the_first_problem(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        shown = give("status")

        assert "N04 No administration is linked" in shown.text

    def test_does_not_name_what_is_before_the_start_of_its_link(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        link_to(a_company(), an_account(), start_month=date(2026, 7, 1))
        give("import", june_file, "--company", "1001")

        shown = give("status", "--json").document

        assert shown["waiting"] == []
        assert shown["journals"]["before_start"] == 1
        assert not shown["journals"].get("problem")

    def test_names_accounts_that_died(self, give: Give, procountor: "Sandbox") -> None:
        company = a_linked_company()
        company.link.procountor_account.mark_ended(timezone.now())

        shown = give("status")

        assert "Account tili-1001 is not authorised" in shown.text

    def test_shows_what_came_of_fetching(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_connection("palkat")
        nmbrs.deny_company(company_id=48103)
        fetch_everything()

        shown = give("status", "--json").document["synchronisation"]
        text = give("status").text

        assert shown["is_finished"] is True
        assert (shown["company_count"], shown["failed_count"]) == (10, 1)
        assert [failed["number"] for failed in shown["failed"]] == [1003]
        assert "10 companies, 1 failed, 54 new journals, 0 changed" in text
        assert "Companies with trouble: 1003." in text

    def test_shows_that_fetching_is_under_way(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_connection("palkat")
        give("sync", "--no-wait")

        assert "the lists of debtors and companies are not read yet" in give("status").text

    def test_names_connections_that_died(self, give: Give, nmbrs: "Nmbrs") -> None:
        a_connection("palkat")
        fetch_everything()
        nmbrs.change_token(token="another")
        give("nmbrs", "test")

        text = give("status").text

        assert "Connection palkat\nError P02" in text

    def test_has_nothing_to_say_of_fetching_before_the_first_time(self, give: Give) -> None:
        assert give("status", "--json").document["synchronisation"] is None

    def test_shows_all_journals_of_a_company(
        self, give: Give, procountor: "Sandbox", june_file: str
    ) -> None:
        a_linked_company()
        give("import", june_file, "--company", "1001")
        Journal.objects.update(state=JournalState.SENT)

        shown = give("status", "--company", "1001", "--json")

        assert json.loads(shown.text)["journals"][0]["state"] == "sent"
