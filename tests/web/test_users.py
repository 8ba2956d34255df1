"""Users and user templates on their pages."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD
from tests.web.reading import squeezed

from tilisilta.models import Area, Debtor, Right, User, UserTemplate
from tilisilta.services.companies import add_debtor

pytestmark = pytest.mark.django_db


def filled(person: User, **changes: Any) -> dict[str, Any]:
    """Return the form of a user as the page shows it, with changes."""
    form = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "template": person.template_id or "",
        "is_active": "on",
        "password": "",
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


class TestUsers:
    def test_are_listed_with_what_they_may_do(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        text = browser_of_administrator.get(reverse("users")).text

        assert ">oona</a>" in text
        assert ">Reader</td>" in squeezed(text)

    def test_are_made_with_a_first_password(self, browser_of_administrator: Client) -> None:
        template = UserTemplate.objects.get(name="Reader")

        browser_of_administrator.post(
            reverse("new_user"),
            {"username": "sari", "password": PASSWORD, "template": template.pk},
        )

        made = User.objects.get(username="sari")
        assert made.check_password(PASSWORD)
        assert made.template == template

    def test_are_not_made_with_a_weak_password(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            reverse("new_user"), {"username": "sari", "password": "sari"}
        )

        assert "too short" in response.text
        assert not User.objects.filter(username="sari").exists()

    def test_are_not_made_twice(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            reverse("new_user"), {"username": "aino", "password": PASSWORD}
        )

        assert "There is already a user of this name" in response.text

    def test_are_not_made_with_odd_names(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(
            reverse("new_user"), {"username": "no blanks", "password": PASSWORD}
        )

        assert "Enter a valid username" in response.text

    def test_are_limited_to_debtors(self, browser_of_administrator: Client, reader: User) -> None:
        debtor = add_debtor(101, "Koivulammi", user=None)

        browser_of_administrator.post(
            reverse("user", args=[reader.pk]), filled(reader, debtors=[debtor.pk])
        )

        assert list(reader.debtors.all()) == [debtor]

    def test_see_none_where_none_is_chosen(
        self, browser_of_administrator: Client, browser_of_reader: Client, reader: User
    ) -> None:
        add_debtor(101, "Koivulammi", user=None)

        browser_of_administrator.post(
            reverse("user", args=[reader.pk]), filled(reader, sees="chosen")
        )

        assert "Koivulammi" not in browser_of_reader.get(reverse("debtors")).text
        assert ">none<" in squeezed(browser_of_administrator.get(reverse("users")).text)

    def test_that_are_new_see_none_unless_it_is_said(
        self, browser_of_administrator: Client
    ) -> None:
        add_debtor(101, "Koivulammi", user=None)
        new = {"username": "sari", "password": PASSWORD}

        browser_of_administrator.post(reverse("new_user"), new)
        browser_of_administrator.post(
            reverse("new_user"), {**new, "username": "oili", "sees": "all"}
        )

        seen = {
            person.username: Debtor.objects.visible_to(person).count()
            for person in User.objects.filter(username__in=["sari", "oili"])
        }
        assert seen == {"sari": 0, "oili": 1}

    def test_see_all_again_once_it_is_said(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        debtor = add_debtor(101, "Koivulammi", user=None)
        reader.debtors.add(debtor)

        browser_of_administrator.post(
            reverse("user", args=[reader.pk]), filled(reader, sees="all", debtors=[debtor.pk])
        )

        assert not User.objects.get(pk=reader.pk).is_limited

    def test_keep_what_they_see_where_a_form_says_nothing_of_it(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        browser_of_administrator.post(
            reverse("user", args=[reader.pk]), filled(reader, first_name="Oona")
        )

        assert not User.objects.get(pk=reader.pk).is_limited

    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
    def test_get_debtors_from_a_search_that_keeps_the_ticked_ones(
        self, browser_of_administrator: Client, reader: User, headers: dict[str, str]
    ) -> None:
        ticked = add_debtor(101, "Koivulammi", user=None)
        for number in range(200, 300):
            add_debtor(number, f"Asiakas {number}", user=None)
        add_debtor(900, "Pajulahti", user=None)
        address = reverse("user", args=[reader.pk])
        assert "There are more" in browser_of_administrator.get(address).text

        text = browser_of_administrator.post(
            address,
            filled(reader, find="1", search="pajul", debtors=[ticked.pk]),
            headers=headers,
        ).text

        assert "101 Koivulammi" in text
        assert "900 Pajulahti" in text
        assert "Asiakas" not in text
        assert text.count(" checked") == 1 + (0 if headers else 1)
        assert not reader.debtors.exists()

    def test_get_a_new_password_from_an_administrator(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        browser_of_administrator.post(
            reverse("user", args=[reader.pk]), filled(reader, password="another bridge")
        )

        reader.refresh_from_db()
        assert reader.check_password("another bridge")

    def test_stay_logged_in_when_they_set_their_own(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        browser_of_administrator.post(
            reverse("user", args=[administrator.pk]),
            filled(administrator, password="another bridge"),
        )

        assert browser_of_administrator.get(reverse("users")).status_code == 200

    def test_are_logged_out_where_they_may_not_log_in_any_more(
        self, browser_of_administrator: Client, browser_of_reader: Client, reader: User
    ) -> None:
        browser_of_administrator.post(
            reverse("user", args=[reader.pk]), filled(reader, is_active=None)
        )

        response = browser_of_reader.get("/")

        assert response.status_code == 302

    def test_never_lose_the_last_administrator(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        response = browser_of_administrator.post(
            reverse("user", args=[administrator.pk]), filled(administrator, template="")
        )

        administrator.refresh_from_db()
        assert administrator.template is not None
        assert "Somebody must stay administrator" in response.text

    def test_get_rid_of_a_lost_authenticator_app(
        self, browser_of_administrator: Client, reader: User
    ) -> None:
        Authenticator.objects.create(user=reader, type=Authenticator.Type.TOTP, data={})

        browser_of_administrator.post(
            reverse("user_second_step", args=[reader.pk]), {"own_password": PASSWORD}
        )

        assert not Authenticator.objects.exists()


class TestUserTemplates:
    def test_are_listed_with_their_rights(self, browser_of_administrator: Client) -> None:
        text = browser_of_administrator.get(reverse("user_templates")).text

        assert ">Payroll clerk</a>" in text
        assert "<span>None</span>" in text

    def test_are_made(self, browser_of_administrator: Client) -> None:
        rights = {area.value: Right.NONE for area in Area} | {"procountor": "write"}

        browser_of_administrator.post(reverse("new_user_template"), {"name": "Set-up", **rights})

        made = UserTemplate.objects.get(name="Set-up")
        assert made.right_to(Area.PROCOUNTOR) == Right.WRITE

    def test_give_a_right_in_every_area(self, browser_of_administrator: Client) -> None:
        wanted = {area.value: Right.READ.value for area in Area}

        page = browser_of_administrator.get(reverse("new_user_template")).text
        browser_of_administrator.post(
            reverse("new_user_template"), {"name": "Looks at all", **wanted}
        )

        made = UserTemplate.objects.get(name="Looks at all")
        assert all(f'name="{area.value}"' in page for area in Area)
        assert {made.right_to(area) for area in Area} == {Right.READ}

    def test_cannot_weaken_the_administrators(self, browser_of_administrator: Client) -> None:
        template = UserTemplate.objects.get(is_administrator=True)
        rights = {area.value: Right.READ for area in Area}

        response = browser_of_administrator.post(
            reverse("user_template", args=[template.pk]), {"name": "Administrator", **rights}
        )

        template.refresh_from_db()
        assert template.right_to(Area.USERS) == Right.WRITE
        assert "user template stays as it is" in response.text


class TestStandardNames:
    @pytest.fixture
    def in_finnish(self, browser_of_administrator: Client) -> Client:
        browser_of_administrator.post(reverse("language"), {"language": "fi"})
        return browser_of_administrator

    def filled_template(self, template: UserTemplate, *, name: str) -> dict[str, str]:
        return {"name": name} | {area.value: template.right_to(area) for area in Area}

    def test_are_in_the_readers_language(self, in_finnish: Client) -> None:
        pages = [in_finnish.get(reverse(name)).text for name in ("user_templates", "new_user")]

        assert all("Palkanlaskija" in page and "Payroll clerk" not in page for page in pages)

    def test_are_not_changed_by_saving_the_page(self, in_finnish: Client) -> None:
        template = UserTemplate.objects.get(name="Reader")
        address = reverse("user_template", args=[template.pk])

        in_finnish.post(address, self.filled_template(template, name="Lukija"))

        template.refresh_from_db()
        assert template.name == "Reader"

    def test_give_way_to_what_the_bureau_calls_them(self, in_finnish: Client) -> None:
        template = UserTemplate.objects.get(name="Reader")
        address = reverse("user_template", args=[template.pk])

        in_finnish.post(address, self.filled_template(template, name="Tilintarkastaja"))

        template.refresh_from_db()
        assert template.name == template.shown_name == "Tilintarkastaja"

    @pytest.mark.parametrize("name", ["Lukija", "Reader"])
    def test_are_taken_in_every_form(self, in_finnish: Client, name: str) -> None:
        rights = {area.value: Right.NONE for area in Area}

        in_finnish.post(reverse("new_user_template"), {"name": name, **rights})

        assert UserTemplate.objects.count() == 3
