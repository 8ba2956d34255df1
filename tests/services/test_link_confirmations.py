"""Links that a person must confirm, as the books may be those of another company."""

from datetime import date

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    deliver,
    link_to,
    problem_codes,
    send,
)

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, Debtor, Journal, ProcountorAccount, User
from tilisilta.services.companies import set_business_id
from tilisilta.services.connections import authorise_with_api_key, create_account
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.links import (
    DifferentNames,
    SharedAdministration,
    confirm_link,
    create_link,
    end_link,
)
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


class TestThreeWaysIntoForeignBooks:
    """By a wrong choice in a list, by sharing, and by a user of another debtor."""

    def test_another_name_is_refused_until_it_is_confirmed(self, procountor: Sandbox) -> None:
        company, account = a_company(1001, "Aivan Muu Oy"), an_account()

        with pytest.raises(DifferentNames):
            create_link(company, account, start_month=JUNE, user=None, shared_administration=True)

        create_link(company, account, start_month=JUNE, user=None, different_names=True)

        entry = AuditEntry.objects.get(action="link_confirmed")
        assert entry.facts["difference"] == "Aivan Muu Oy"
        assert entry.facts["administration"] == "Koivulammi Konepaja Oy, 9901010-1"

    def test_another_business_id_is_refused_although_the_name_is_the_same(
        self, procountor: Sandbox
    ) -> None:
        company = set_business_id(a_company(), "0112038-9", user=None)

        with pytest.raises(DifferentNames):
            create_link(company, an_account(), start_month=JUNE, user=None)

    def test_what_says_nothing_is_no_confirmation(self, procountor: Sandbox) -> None:
        account = an_account()
        ProcountorAccount.objects.update(company_name="", business_id="")

        with pytest.raises(DifferentNames):
            create_link(a_company(), account, start_month=JUNE, user=None)

    def test_case_and_legal_form_need_no_confirmation(self, procountor: Sandbox) -> None:
        company = a_company(1001, "KOIVULAMMI KONEPAJA")

        create_link(company, an_account(), start_month=JUNE, user=None)

        assert not AuditEntry.objects.filter(action="link_confirmed").exists()

    def test_shared_books_are_refused_until_it_is_confirmed(self, procountor: Sandbox) -> None:
        first = a_linked_company(1001)
        second = a_company(1002, "Koivulammi Konepaja Oy")
        account = create_account("toinen", user=None)
        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)

        with pytest.raises(SharedAdministration) as refused:
            create_link(second, account, start_month=JUNE, user=None, different_names=True)
        create_link(second, account, start_month=JUNE, user=None, shared_administration=True)

        assert refused.value.facts["other"] == str(first)

    @pytest.mark.parametrize("was_booked", [False, True])
    def test_books_of_an_ended_link_are_shared_where_it_has_booked(
        self, procountor: Sandbox, was_booked: bool
    ) -> None:
        former = a_linked_company()
        if was_booked:
            # The same company may be here twice, and its payroll in another form is no twin.
            deliver(send_journal(a_journal(former), user=None, now=NOW), Clock())
        end_link(former.link, ends_on=JULY, reason="closed", user=None)
        second, account = a_company(1002, former.name), ProcountorAccount.objects.get()

        if was_booked:
            with pytest.raises(SharedAdministration) as refused:
                create_link(second, account, start_month=JULY, user=None)
            assert refused.value.facts["other"] == str(former)
        create_link(second, account, start_month=JULY, user=None, shared_administration=was_booked)

    def test_a_user_of_another_debtor_does_not_even_see_the_account(
        self, procountor: Sandbox
    ) -> None:
        theirs = a_linked_company().link.procountor_account
        of_no_debtor = an_account(1002)
        user = User.objects.create(username="sari")
        user.debtors.add(Debtor.objects.create(number=999, name="Oma"))

        visible = ProcountorAccount.objects.visible_to(user)

        assert not visible.filter(pk__in=[theirs.pk, of_no_debtor.pk]).exists()


class TestCompaniesThatDifferByNow:
    """The link was right when it was made; a name or a business ID has changed since."""

    @pytest.mark.parametrize(
        "changed",
        [
            {"name": "Aivan toinen Oy"},
            {"name": "Koivulammi Konepaja 2 Oy"},
            {"name": ""},
            {"business_id": "9902020-3"},
        ],
    )
    def test_hold_their_journals_until_a_person_confirms(
        self, procountor: Sandbox, changed: dict[str, str]
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        Company.objects.update(**changed)
        check_journal(journal, now=NOW)

        journal.refresh_from_db()
        assert problem_codes(journal) == ["N39"]
        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=NOW)

        for _click in range(2):
            confirm_link(company.link, user=None)

        assert send(Journal.objects.get()).state == "sent"
        assert AuditEntry.objects.filter(action=AuditEntry.Action.LINK_CONFIRMED).count() == 1

    def test_are_noticed_when_the_business_id_is_entered(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        set_business_id(Company.objects.get(), "9902020-3", user=None)

        journal.refresh_from_db()
        assert problem_codes(journal) == ["N39"]
        set_business_id(Company.objects.get(), "", user=None)
        journal.refresh_from_db()
        assert journal.state == "ready"

    def test_are_asked_about_anew_after_another_change(self, procountor: Sandbox) -> None:
        company = a_company(1001, "Toinen Oy")
        link_to(company, an_account())
        journal = a_journal(company)
        assert journal.state == "ready"
        Company.objects.update(name="Kolmas Oy")

        check_journal(journal, now=NOW)

        journal.refresh_from_db()
        assert problem_codes(journal) == ["N39"]

    @pytest.mark.parametrize("name", ["KOIVULAMMI KONEPAJA", "Koivulammi-Konepaja Oyj"])
    def test_are_not_held_for_another_spelling(self, procountor: Sandbox, name: str) -> None:
        journal = a_journal(a_linked_company())
        Company.objects.update(name=name)

        check_journal(journal, now=NOW)

        journal.refresh_from_db()
        assert journal.state == "ready"

    def test_leave_what_was_sent_alone(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company()))
        Company.objects.update(name="Aivan toinen Oy")

        check_journal(journal, now=NOW)

        journal.refresh_from_db()
        assert journal.state == "sent"
