"""Who may open which page."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company
from tests.web.conftest import PASSWORD

from tilisilta.models import Area, Debtor, Right, User, UserTemplate
from tilisilta.services.companies import add_company, add_debtor
from tilisilta.services.users import change_template, create_user

pytestmark = pytest.mark.django_db

READ_PAGES = ("companies", "debtors", "audit_log", "nmbrs_connections")
WRITE_PAGES = ("new_company", "new_user", "new_user_template")


def browser_with(**rights: Right) -> Client:
    """Return the browser of a user with these rights and no others."""
    template = UserTemplate.objects.create(name="Some", **rights)
    client = Client()
    client.force_login(create_user("sari", PASSWORD, template=template, user=None))
    return client


class TestRights:
    @pytest.mark.parametrize("name", READ_PAGES)
    def test_of_no_kind_open_no_page(self, name: str) -> None:
        response = browser_with().get(reverse(name))

        assert response.status_code == 403

    @pytest.mark.parametrize("name", READ_PAGES)
    def test_to_read_open_the_page(self, name: str) -> None:
        response = browser_with(**dict.fromkeys(Area, Right.READ)).get(reverse(name))

        assert response.status_code == 200

    @pytest.mark.parametrize("name", WRITE_PAGES)
    def test_to_read_do_not_open_what_changes_something(
        self, name: str, browser_of_reader: Client
    ) -> None:
        response = browser_of_reader.get(reverse(name))

        assert response.status_code == 403

    def test_to_read_do_not_suffice_to_post(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.post(reverse("debtors"), {"number": 1, "name": "Eräs"})

        assert response.status_code == 403
        assert not Debtor.objects.exists()

    def test_without_a_template_lead_to_an_administrator(self) -> None:
        client = Client()
        client.force_login(create_user("sari", PASSWORD, template=None, user=None))

        response = client.get("/")

        assert "Ask an administrator for Read on Journal entries Export" in response.text

    def test_change_at_once_for_users_who_are_logged_in(
        self, administrator: User, browser_of_reader: Client
    ) -> None:
        template = UserTemplate.objects.get(name="Reader")
        change_template(
            template, name="Reader", rights={Area.COMPANIES: Right.NONE}, user=administrator
        )

        response = browser_of_reader.get(reverse("companies"))

        assert response.status_code == 403

    def test_that_are_missing_to_a_part_lead_the_whole_page_to_the_log_in(
        self, client: Client
    ) -> None:
        response = client.get(reverse("overview_progress"), headers={"HX-Request": "true"})

        assert response["HX-Redirect"] == reverse("account_login")


class TestDebtorLimit:
    def test_hides_companies_of_other_debtors(self, administrator: User) -> None:
        shown, hidden = (
            a_company(1001),
            add_company(2001, "Toinen Oy", add_debtor(200, "Toiset", user=None), user=None),
        )
        template = UserTemplate.objects.get(is_administrator=True)
        limited = create_user(
            "sari", PASSWORD, template=template, user=None, debtors=[shown.debtor]
        )
        client = Client()
        client.force_login(limited)

        statuses = [
            client.get(reverse("company", args=[company.number])).status_code
            for company in (shown, hidden)
        ]

        assert statuses == [200, 404]
        assert "Toinen" not in client.get(reverse("companies")).text
        assert "Toiset" not in client.get(reverse("debtors")).text

    def test_prevents_adding_debtors(self, administrator: User) -> None:
        template = UserTemplate.objects.get(is_administrator=True)
        debtor = add_debtor(200, "Toiset", user=None)
        limited = create_user("sari", PASSWORD, template=template, user=None, debtors=[debtor])
        client = Client()
        client.force_login(limited)

        response = client.post(reverse("debtors"), {"number": 201, "name": "Uusi"})

        assert response.status_code == 403
