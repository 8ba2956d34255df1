"""The audit log from the command line."""

import pytest
from tests.management.conftest import Give

from tilisilta.management.system_users import system_user
from tilisilta.models import Debtor
from tilisilta.services import audit
from tilisilta.services.companies import add_debtor, set_blocked
from tilisilta.services.users import create_first_administrator

pytestmark = pytest.mark.django_db


def _numbers(give: Give, *words: str) -> list[str]:
    document = give("audit", "--kind", "debtor_added", *words, "--json").document
    return [entry["facts"]["name"].partition(" ")[0] for entry in document["entries"]]


@pytest.fixture
def _three_debtors() -> None:
    """Debtors added by commands of two system users, and by a user on a page."""
    aino = create_first_administrator("aino", "a bridge over the river")
    for number, name in ((201, "anna"), (202, "oona")):
        with audit.command_run_by(name):
            add_debtor(number, "Toiset", user=None)
    add_debtor(203, "Toiset", user=aino)


class TestShowLog:
    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            ((), ["203", "202", "201"]),
            (("--system-user", "anna"), ["201"]),
            (("--commands",), ["202", "201"]),
            (("--user", "Aino"), ["203"]),
            (("--system-user", "nobody-here"), []),
            (("--until", "2020-01-01"), []),
            (("--since", "2020-01-01", "--limit", "1"), ["203"]),
        ],
    )
    @pytest.mark.usefixtures("_three_debtors")
    def test_is_narrowed(self, give: Give, words: tuple[str, ...], numbers: list[str]) -> None:
        assert _numbers(give, *words) == numbers

    def test_names_who_ran_a_command(self, give: Give) -> None:
        give("debtor", "add", "101", "Koivulammi-yhtiöt")

        shown = give("audit")
        entry = give("audit", "--json").document["entries"][0]

        assert f"{system_user()}, by a command" in shown.text
        assert "added debtor 101 Koivulammi-yhtiöt" in shown.text
        assert (entry["user"], entry["system_user"]) == (None, system_user())

    @pytest.mark.usefixtures("_three_debtors")
    def test_says_how_many_more_there_are(self, give: Give) -> None:
        shown = give("audit", "--kind", "debtor_added", "--limit", "1")
        document = give("audit", "--kind", "debtor_added", "--limit", "1", "--json").document

        assert "and 2 earlier entries; --limit shows more" in shown.text
        assert document["count"] == 3

    @pytest.mark.usefixtures("_three_debtors")
    def test_has_what_was_changed(self, give: Give) -> None:
        set_blocked(Debtor.objects.get(number=201), True, user=None)

        entry = give("audit", "--json").document["entries"][0]

        assert entry["action"] == "debtor_blocked"
        assert entry["about"] == "debtor"
        assert entry["sentence"] == "blocked debtor 201 Toiset"

    @pytest.mark.parametrize(
        ("words", "status", "complaint"),
        [
            (("--kind", "danced"), 2, "journal_sent"),
            (("--limit", "0"), 2, "at least 1"),
            (("--user", "oona"), 1, "There is no user named oona"),
            (("--company", "9999"), 1, "9999"),
        ],
    )
    def test_refuses_what_there_is_not(
        self, give: Give, words: tuple[str, ...], status: int, complaint: str
    ) -> None:
        refused = give("audit", *words)

        assert refused.status == status
        assert complaint in refused.complaint

    def test_says_when_nothing_fits(self, give: Give) -> None:
        assert "Nothing was done that fits." in give("audit").text
