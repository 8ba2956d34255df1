"""Users and user templates."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError

from tilisilta.models import Area, AuditEntry, Debtor, Right, User, UserTemplate
from tilisilta.services.companies import add_debtor
from tilisilta.services.users import (
    AdministratorTemplateFixed,
    LastAdministrator,
    TemplateNameTaken,
    UserNameTaken,
    change_template,
    change_user,
    choose_language,
    create_first_administrator,
    create_template,
    create_user,
    has_second_step,
    turn_off_second_step,
)

PASSWORD = "a bridge over the river"

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> User:
    return create_first_administrator("aino", PASSWORD)


def last_entry() -> AuditEntry:
    return AuditEntry.objects.latest("pk")


class TestCreateFirstAdministrator:
    def test_may_do_everything(self, administrator: User) -> None:
        allowed = [administrator.can(Right.WRITE, area) for area in Area]

        assert all(allowed)

    def test_makes_the_standard_templates_once(self, administrator: User) -> None:
        create_first_administrator("sari", PASSWORD)

        names = list(UserTemplate.objects.values_list("name", flat=True))
        assert names == ["Administrator", "Payroll clerk", "Reader"]

    def test_lets_a_payroll_clerk_send_and_not_set_up(self, administrator: User) -> None:
        template = UserTemplate.objects.get(name="Payroll clerk")
        clerk = create_user("sari", PASSWORD, template=template, user=administrator)

        assert clerk.can(Right.WRITE, Area.JOURNAL_EXPORTS)
        assert not clerk.can(Right.WRITE, Area.PROCOUNTOR)
        assert not clerk.can(Right.READ, Area.USERS)

    def test_refuses_a_weak_password(self) -> None:
        with pytest.raises(ValidationError):
            create_first_administrator("aino", "password")

        assert not User.objects.exists()


class TestCreateUser:
    def test_records_the_user_who_created_it(self, administrator: User) -> None:
        create_user("oona", PASSWORD, template=None, user=administrator)

        entry = last_entry()
        assert (entry.action, entry.user, entry.facts) == (
            AuditEntry.Action.USER_CREATED,
            administrator,
            {"name": "oona"},
        )

    def test_refuses_a_name_that_is_taken(self, administrator: User) -> None:
        with pytest.raises(UserNameTaken):
            create_user("aino", PASSWORD, template=None, user=administrator)

    def test_refuses_a_name_with_odd_characters(self, administrator: User) -> None:
        with pytest.raises(ValidationError):
            create_user("no blanks", PASSWORD, template=None, user=administrator)

    def test_never_writes_the_password_down(self, administrator: User) -> None:
        create_user("oona", PASSWORD, template=None, user=administrator)

        assert PASSWORD not in str(list(AuditEntry.objects.values()))


class TestChangeUser:
    def test_writes_down_what_was_changed(self, administrator: User) -> None:
        person = create_user("oona", PASSWORD, template=None, user=administrator)

        change_user(
            person, user=administrator, first_name="Oona", last_name="", password="another bridge"
        )

        person.refresh_from_db()
        assert person.check_password("another bridge")
        assert last_entry().facts == {"name": "oona", "fields": "first_name, password"}

    def test_leaves_the_password_when_none_is_given(self, administrator: User) -> None:
        change_user(administrator, user=administrator, first_name="Aino")

        administrator.refresh_from_db()
        assert administrator.check_password(PASSWORD)

    def test_limits_a_user_to_debtors(self, administrator: User) -> None:
        person = create_user("oona", PASSWORD, template=None, user=administrator)
        debtor = add_debtor(101, "Koivulammi", user=administrator)

        change_user(person, user=administrator, debtors=[debtor])

        assert list(person.debtors.all()) == [debtor]
        assert last_entry().facts["fields"] == "debtors"

    def test_limits_what_the_user_sees_at_once(self, administrator: User) -> None:
        person = create_user("oona", PASSWORD, template=None, user=administrator)
        debtor = add_debtor(101, "Koivulammi", user=administrator)
        other = add_debtor(102, "Salainen", user=administrator)
        seen_before = set(Debtor.objects.visible_to(person))

        changed = change_user(person, user=administrator, debtors=[debtor])

        assert seen_before == {debtor, other}
        assert list(Debtor.objects.visible_to(changed)) == [debtor]

    @pytest.mark.parametrize("changes", [{"is_active": False}, {"template": None}])
    def test_never_locks_out_the_last_administrator(
        self, administrator: User, changes: dict[str, Any]
    ) -> None:
        with pytest.raises(LastAdministrator):
            change_user(administrator, user=administrator, **changes)

        administrator.refresh_from_db()
        assert administrator.can(Right.WRITE, Area.USERS)

    def test_never_limits_the_last_administrator(self, administrator: User) -> None:
        debtor = add_debtor(101, "Koivulammi", user=administrator)

        with pytest.raises(LastAdministrator):
            change_user(administrator, user=administrator, debtors=[debtor])

        assert not administrator.debtors.exists()

    def test_lets_one_of_two_administrators_go(self, administrator: User) -> None:
        create_user("sari", PASSWORD, template=administrator.template, user=administrator)

        change_user(administrator, user=administrator, is_active=False)

        assert not administrator.can(Right.READ, Area.COMPANIES)


class TestChangeTemplate:
    def test_cannot_weaken_the_administrators(self, administrator: User) -> None:
        template = UserTemplate.objects.get(is_administrator=True)

        with pytest.raises(AdministratorTemplateFixed):
            change_template(
                template,
                name=template.name,
                rights={Area.AUDIT_LOG: Right.READ},
                user=administrator,
            )

        template.refresh_from_db()
        assert template.right_to(Area.AUDIT_LOG) == Right.WRITE

    def test_changes_what_its_users_may_do(self, administrator: User) -> None:
        template = UserTemplate.objects.get(name="Reader")
        person = create_user("oona", PASSWORD, template=template, user=administrator)

        change_template(
            template, name="Reader", rights={Area.PROCOUNTOR: Right.WRITE}, user=administrator
        )

        assert User.objects.get(pk=person.pk).can(Right.WRITE, Area.PROCOUNTOR)
        assert last_entry().facts == {"name": "Reader", "fields": "procountor"}

    def test_refuses_a_name_that_is_taken(self, administrator: User) -> None:
        template = UserTemplate.objects.get(name="Reader")

        with pytest.raises(TemplateNameTaken):
            change_template(template, name="Payroll clerk", rights={}, user=administrator)

    def test_leaves_a_user_who_may_give_rights(self, administrator: User) -> None:
        template = create_template("Rights", {Area.USERS: Right.WRITE}, user=administrator)
        change_user(
            create_user("sari", PASSWORD, template=template, user=administrator),
            user=administrator,
        )
        change_user(administrator, user=administrator, is_active=False)

        with pytest.raises(LastAdministrator):
            change_template(
                template, name="Rights", rights={Area.USERS: Right.READ}, user=administrator
            )


class TestCreateTemplate:
    def test_gives_nothing_that_was_not_named(self) -> None:
        template = create_template("Sender", {Area.JOURNAL_EXPORTS: Right.WRITE}, user=None)

        assert template.right_to(Area.JOURNAL_EXPORTS) == Right.WRITE
        assert template.right_to(Area.PROCOUNTOR) == Right.NONE

    def test_refuses_a_name_that_is_taken(self) -> None:
        create_template("Sender", {}, user=None)

        with pytest.raises(TemplateNameTaken):
            create_template("Sender", {}, user=None)


class TestTurnOffSecondStep:
    def test_removes_the_app_and_its_recovery_codes(self, administrator: User) -> None:
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
            Authenticator.objects.create(user=administrator, type=kind, data={})

        turn_off_second_step(administrator, user=administrator)

        assert not has_second_step(administrator)
        assert not Authenticator.objects.exists()
        assert last_entry().facts["fields"] == "second_step"


class TestChooseLanguage:
    def test_is_stored_for_the_next_log_in(self, administrator: User) -> None:
        choose_language(administrator, "fi")

        administrator.refresh_from_db()
        assert administrator.language == "fi"
