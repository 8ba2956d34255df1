"""What stops a month by reason, at the command line."""

import pytest
from tests.bureau import NOW, a_company, a_journal, a_linked_company, csv_file
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.models import AccountMapping, AuditEntry
from tilisilta.services.journals.importing import import_journal

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def bureau(procountor: Sandbox) -> None:
    """Make two companies with an unknown account, and one without a link."""
    for number in (1001, 1002):
        lines = [("5035", f"{number}.00", "2026-06-28"), ("2961", f"-{number}.00", "2026-06-28")]
        import_journal(
            csv_file(lines),
            file_name="journal.csv",
            company=a_linked_company(number),
            user=None,
            now=NOW,
            run=Run(year=2026, number="6"),
        )
    a_journal(a_company(1003), run_number="7")


class TestFix:
    def test_lists_the_reasons_of_the_month_at_work(self, give: Give) -> None:
        answered = give("fix", "--json")

        assert answered.status == 1
        assert answered.document["month"] == "2026-06"
        assert answered.document["company_count"] == 3
        assert [(one["reason"], one["companies"]) for one in answered.document["reasons"]] == [
            ("N07-5035", 2),
            ("N04", 1),
        ]
        assert "--map 5035=5030" in give("fix").text

    def test_changes_nothing_without_yes(self, give: Give) -> None:
        answered = give("fix", "N07-5035")

        assert answered.status == 0
        assert "5030" in answered.text
        assert "Nothing was changed. To do it, add --yes." in answered.text
        assert not AccountMapping.objects.exists()

    def test_maps_in_all_and_twice_is_once(self, give: Give) -> None:
        first = give("fix", "--map", "5035=5030", "--yes", "--json")
        second = give("fix", "--map", "5035=5030", "--yes", "--json")

        assert first.status == 0
        assert first.document["counts"] == {"done": 2, "already": 0, "failed": 0, "uncertain": 0}
        assert [one["ready"] for one in first.document["reasons"][0]["results"]] == [1, 1]
        # Nothing stops for it any more.
        assert second.status == 1
        assert second.document["error"]["message"].startswith("Nothing of 2026-06 stops")
        entry = AuditEntry.objects.filter(action="link_changed").first()
        assert entry is not None
        assert entry.system_user

    def test_is_narrowed_to_a_company(self, give: Give) -> None:
        give("fix", "N07-5035", "--company", "1002", "--yes")

        assert [one.link.company.number for one in AccountMapping.objects.all()] == [1002]

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            (("N07-9999",), 1),
            (("N04", "--yes"), 1),
            (("N07-5035", "--create-items"), 2),
            (("N07-5035", "--map", "5036=5030"), 2),
            (("N07-5035", "--map", "5035=9999", "--yes"), 1),
            (("--first-open-day",), 1),
        ],
    )
    def test_refuses_what_does_not_help(
        self, give: Give, words: tuple[str, ...], status: int
    ) -> None:
        assert give("fix", *words).status == status
        assert not AccountMapping.objects.exists()


class TestStatus:
    def test_counts_what_waits_in_the_month_and_names_others(self, give: Give) -> None:
        a_journal(a_company(1009), 5, run_number="5")

        answered = give("status", "--json").document

        assert answered["month"] == "2026-06"
        assert answered["waiting_count"] == answered["journals"]["problem"] == 3
        assert answered["waiting_in_other_months"] == {"2026-05": 1}
        assert "2026-05 1" in give("status").text
        assert give("status", "--period", "2026-05", "--json").document["waiting_count"] == 1
