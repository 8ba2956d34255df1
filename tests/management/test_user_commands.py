"""Users from the command line: add them, and change what they may and see."""

import io

import pytest
from tests.management.conftest import Give

from tilisilta.models import User
from tilisilta.services.users import create_first_administrator, create_user

pytestmark = pytest.mark.django_db


class TestUserCommands:
    def test_add_a_user_who_sees_one_debtor(
        self, give: Give, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_first_administrator("aino", "a bridge over the river")
        give("debtor", "add", "101", "Koivulammi-yhtiöt")
        monkeypatch.setenv("TILISILTA_PASSWORD", "another bridge over it")

        added = give(*("user", "add", "anna", "--template", "Reader", "--debtor", "101", "--json"))

        assert added.document == {
            "name": "anna",
            "template": "Reader",
            "sees_all_debtors": False,
            "debtors": [101],
            "is_active": True,
        }
        assert User.objects.get(username="anna").check_password("another bridge over it")

    def test_add_a_user_who_sees_no_debtor(
        self, give: Give, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_first_administrator("aino", "a bridge over the river")
        monkeypatch.setenv("TILISILTA_PASSWORD", "another bridge over it")

        added = give("user", "add", "anna", "--template", "Reader", "--no-debtors")
        listed = give("user", "list", "--json").document["users"]

        assert "who sees these debtors: none." in added.text
        assert not User.objects.get(username="anna").sees_all_debtors
        assert (listed[1]["sees_all_debtors"], listed[1]["debtors"]) == (False, [])

    def test_say_that_a_user_sees_all_debtors(
        self, give: Give, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create_first_administrator("aino", "a bridge over the river")
        monkeypatch.setenv("TILISILTA_PASSWORD", "another bridge over it")

        added = give("user", "add", "anna", "--template", "Reader")

        assert "who sees these debtors: all." in added.text

    def test_change_which_debtors_a_user_sees(self, give: Give) -> None:
        template = create_first_administrator("aino", "a bridge over the river").template
        create_user("anna", "another bridge over it", template=template, user=None)
        give("debtor", "add", "101", "Koivulammi-yhtiöt")

        one = give("user", "change", "anna", "--debtor", "101", "--json").document
        none = give("user", "change", "Anna", "--no-debtors", "--template", "Reader", "--json")
        every = give("user", "change", "anna", "--all-debtors", "--json").document

        assert (one["sees_all_debtors"], one["debtors"]) == (False, [101])
        assert (none.document["sees_all_debtors"], none.document["debtors"]) == (False, [])
        assert none.document["template"] == every["template"] == "Reader"
        assert (every["sees_all_debtors"], every["debtors"]) == (True, [])

    def test_leave_what_a_change_does_not_name(self, give: Give) -> None:
        template = create_first_administrator("aino", "a bridge over the river").template
        create_user(
            "anna", "another bridge over it", template=template, sees_all_debtors=False, user=None
        )

        changed = give("user", "change", "anna", "--template", "Reader", "--json")
        nothing = give("user", "change", "anna")

        assert changed.document["sees_all_debtors"] is False
        assert nothing.status == 2
        assert "Say what to change" in nothing.complaint

    def test_keep_an_administrator_who_sees_all(self, give: Give) -> None:
        create_first_administrator("aino", "a bridge over the river")

        refused = give("user", "change", "aino", "--no-debtors")

        assert refused.status == 1
        assert User.objects.get(username="aino").sees_all_debtors

    def test_take_one_way_to_say_which_debtors(self, give: Give) -> None:
        with pytest.raises(SystemExit) as ended:
            give("user", "change", "anna", "--no-debtors", "--debtor", "101")

        assert ended.value.code == 2

    def test_refuse_a_weak_password(self, give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
        create_first_administrator("aino", "a bridge over the river")
        monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))

        refused = give("user", "add", "anna", "--template", "Reader", "--password", "-")

        assert refused.status == 1
        assert "too short" in refused.complaint

    def test_name_the_templates_there_are(self, give: Give) -> None:
        create_first_administrator("aino", "a bridge over the river")

        refused = give("user", "add", "anna", "--template", "Nobody")

        assert "Administrator, Payroll clerk, Reader" in refused.complaint

    def test_list_all(self, give: Give) -> None:
        create_first_administrator("aino", "a bridge over the river")

        listed = give("user", "list", "--json")

        assert [item["name"] for item in listed.document["users"]] == ["aino"]
