"""A linked Procountor account comes back as the same company, and hardly ever as another."""

from datetime import date

import pytest
from tests.bureau import a_company, a_journal, a_linked_company, an_account, link_to, send

from procountor_sandbox.app import Sandbox
from tilisilta.models import ProcountorAccount
from tilisilta.services.connections import OtherCompanyChosen, authorise_with_api_key
from tilisilta.services.links import end_link

pytestmark = pytest.mark.django_db

JULY = date(2026, 7, 1)


class TestALinkedAccount:
    def test_comes_back_only_as_the_company_it_is_linked_to(self, procountor: Sandbox) -> None:
        account = a_linked_company().link.procountor_account

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(account, "SANDBOX-KEY-1002", user=None)

        assert ProcountorAccount.objects.get().company_name == account.company_name

    def test_linked_behind_a_form_that_was_open_is_protected_too(self, procountor: Sandbox) -> None:
        shown = an_account()
        link_to(a_company(), ProcountorAccount.objects.get())

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(shown, "SANDBOX-KEY-1002", user=None)

    def test_through_which_nothing_was_sent_may_come_back_as_the_right_company(
        self, procountor: Sandbox
    ) -> None:
        company = a_company(1001, "Koivulammi Huolto Oy")
        link_to(company, an_account(1001))

        account = authorise_with_api_key(
            ProcountorAccount.objects.get(), "SANDBOX-KEY-1002", user=None
        )

        assert account.company_name == "Koivulammi Huolto Oy"

    def test_does_not_take_the_months_of_an_ended_link_to_other_books(
        self, procountor: Sandbox
    ) -> None:
        """They are still sent through it, wherever its account leads then."""
        company = a_linked_company()
        journal = a_journal(company)
        end_link(company.link, ends_on=JULY, reason="moved", user=None)
        account = ProcountorAccount.objects.get()

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(account, "SANDBOX-KEY-1002", user=None)
        journal.refresh_from_db()
        assert journal.state == "ready"

    def test_is_free_for_another_company_when_its_link_was_wrong_and_unused(
        self, procountor: Sandbox
    ) -> None:
        link = a_linked_company().link
        end_link(link, ends_on=link.start_month, reason="wrong", user=None)

        account = authorise_with_api_key(
            ProcountorAccount.objects.get(), "SANDBOX-KEY-1002", user=None
        )

        assert account.company_name == "Koivulammi Huolto Oy"

    def test_does_not_come_back_into_the_books_of_another_company(
        self, procountor: Sandbox
    ) -> None:
        """A shared administration is confirmed when a link is made, never by logging in."""
        link_to(a_company(1002, "Koivulammi Huolto Oy"), an_account(1002))
        weekly = a_company(1012, "Koivulammi Huolto Oy")
        account = an_account(1001)
        link_to(weekly, account)

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(account, "SANDBOX-KEY-1002", user=None)

        assert ProcountorAccount.objects.get(pk=account.pk).company_name == account.company_name

    def test_does_not_come_back_as_a_company_of_an_unknown_name(self, procountor: Sandbox) -> None:
        nameless = a_company(1012, "")
        account = an_account(1001)
        link_to(nameless, account)

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(account, "SANDBOX-KEY-1002", user=None)

    def test_through_which_was_sent_never_comes_back_as_another(self, procountor: Sandbox) -> None:
        company = a_company(1001, "Koivulammi Huolto Oy")
        link_to(company, an_account(1001))
        send(a_journal(company))

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(ProcountorAccount.objects.get(), "SANDBOX-KEY-1002", user=None)
