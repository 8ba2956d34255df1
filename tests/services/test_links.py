"""Links: one company, one administration, and a trail that stays."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from tests.bureau import (
    FIRST_MONTH,
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
    states,
)
from werkzeug.test import Client as SandboxClient

from procountor_sandbox.app import Sandbox
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import (
    AccountMapping,
    AuditEntry,
    Company,
    Debtor,
    Export,
    Journal,
    Link,
    ProcountorAccount,
    User,
)
from tilisilta.services.companies import set_business_id
from tilisilta.services.connections import (
    OtherCompanyChosen,
    authorise_with_api_key,
    create_account,
    remove_authorisation,
)
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.link_proposals import proposed_start
from tilisilta.services.links import (
    AccountNotAuthorised,
    AccountTaken,
    CompanyLinked,
    DifferentNames,
    LinkBusy,
    MonthsCovered,
    SharedAdministration,
    change_link,
    confirm_link,
    create_link,
    end_link,
)
from tilisilta.services.sending.asking import (
    AlreadySent,
    CannotBeSent,
    PreviewChanged,
    send_journal,
)

pytestmark = pytest.mark.django_db

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def link_booking(journal: Journal) -> Link | None:
    return Link.objects.booking(journal.booking_period, company_id=journal.company_id)


def booked(sandbox: Sandbox, company_id: int) -> list[Any]:
    """The receipts in the books of one company, the oldest first."""
    address = f"/sandbox/receipts.json?company_id={company_id}"
    found: list[Any] = SandboxClient(sandbox).get(address).json["receipts"]  # type: ignore[index]  # it answers
    return sorted(found, key=lambda one: one["receiptDate"])


def close(sandbox: Sandbox, company_id: int, *, month: int) -> None:
    order = {"company_id": company_id, "date": f"2026-{month:02}-01", "status": "CLOSED"}
    assert SandboxClient(sandbox).post("/sandbox/periods", json=order).status_code == 200


class TestCreateLink:
    def test_makes_waiting_journals_ready(self, procountor: Sandbox) -> None:
        company = a_company()
        journal = a_journal(company)

        link_to(company, an_account())

        journal.refresh_from_db()
        assert journal.state == "ready"

    def test_refuses_a_second_link_of_the_company(self, procountor: Sandbox) -> None:
        company = a_linked_company()

        with pytest.raises(CompanyLinked):
            link_to(company, an_account(1002))

    def test_refuses_an_account_that_serves_another_company(self, procountor: Sandbox) -> None:
        account = a_linked_company().link.procountor_account

        with pytest.raises(AccountTaken):
            link_to(a_company(1002), account)

    def test_refuses_an_account_that_is_not_authorised(self) -> None:
        with pytest.raises(AccountNotAuthorised):
            link_to(a_company(), create_account("tili", user=None))

    def test_refuses_an_account_that_was_removed_meanwhile(self, procountor: Sandbox) -> None:
        shown = an_account()
        remove_authorisation(ProcountorAccount.objects.get(), user=None)

        with pytest.raises(AccountNotAuthorised):
            link_to(a_company(), shown)

        assert not Link.objects.exists()


class TestWordsOfTheBooks:
    @pytest.mark.parametrize(
        ("number", "choices", "name", "notes"),
        [
            (1001, {}, "Palkat 2026-06 ajo 6", "ajo 6/2026"),
            (1006, {}, "Löner 2026-06 körning 6", "körning 6/2026"),
            (1006, {"receipt_language": "fi"}, "Palkat 2026-06 ajo 6", "ajo 6/2026"),
            (1001, {"receipt_language": "sv"}, "Löner 2026-06 körning 6", "körning 6/2026"),
            (1001, {"receipt_language": "en"}, "Payroll 2026-06 run 6", "run 6/2026"),
            (1001, {"receipt_title": "Bonukset"}, "Bonukset 2026-06 ajo 6", "ajo 6/2026"),
            (1001, {"receipt_title": "", "receipt_language": ""}, "Palkat 2026-06 ajo 6", "ajo 6"),
        ],
    )
    def test_are_those_of_the_country_unless_somebody_chose(
        self,
        procountor: Sandbox,
        number: int,
        choices: dict[str, str],
        name: str,
        notes: str,
    ) -> None:
        company = a_linked_company(number, **choices)
        Company.objects.filter(pk=company.pk).update(number=number)

        journal = a_journal(company)

        sent = decode_receipt(journal.exports.get().payload.encode())
        assert sent.name.split(" #")[0] == name
        assert notes in sent.accountants_notes

    def test_of_a_link_stay_when_they_are_left_empty(self, procountor: Sandbox) -> None:
        link = a_linked_company(receipt_title="Bonukset").link

        change_link(link, user=None, receipt_title="", receipt_language="")

        link.refresh_from_db()
        assert (link.receipt_title, link.receipt_language) == ("Bonukset", "fi")

    def test_of_receipts_that_are_queued_or_booked_stay(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        sent = send(a_journal(company, 5, run_number="5"))
        queued = a_journal(company, 6)
        send_journal(queued, user=None, now=NOW)
        names = [one.exports.get().name for one in (sent, queued)]

        change_link(company.link, user=None, receipt_language="sv", receipt_title="Löner")

        assert [one.exports.get().name for one in (sent, queued)] == names


class TestChangeLink:
    def test_draws_what_is_not_sent_yet_anew(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        change_link(company.link, user=None, receipt_title="Palkanlaskenta")

        assert journal.exports.get().name.startswith("Palkanlaskenta")

    def test_leaves_what_was_sent_as_it_was_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        sent = send(a_journal(company))
        payload = sent.exports.get().payload

        change_link(company.link, user=None, receipt_title="Palkanlaskenta")

        assert sent.exports.get().payload == payload

    def test_replaces_all_mappings_that_change_something(self, procountor: Sandbox) -> None:
        link = a_linked_company().link
        change_link(link, user=None, account_mappings={"5010": "5020"})

        change_link(link, user=None, account_mappings={"5030": "5040", "5050": "5050"})

        mappings = AccountMapping.objects.values_list("journal_account", "procountor_account_code")
        assert list(mappings) == [("5030", "5040")]

    def test_notes_nothing_when_nothing_changed(self, procountor: Sandbox) -> None:
        link = a_linked_company().link

        change_link(link, user=None, receipt_title=link.receipt_title)

        assert not AuditEntry.objects.filter(action="link_changed").exists()


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


class TestEndLink:
    def test_frees_the_company_and_the_account(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account

        end_link(company.link, ends_on=JULY, reason="moved", user=None)
        again = link_to(company, account, start_month=JULY)

        assert company.links.count() == 2
        assert company.open_link() == again

    def test_is_refused_while_receipts_are_on_their_way(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send_journal(a_journal(company), user=None, now=Clock().now)

        with pytest.raises(LinkBusy):
            end_link(company.link, ends_on=JULY, reason="moved", user=None)

        assert company.open_link() is not None

    def test_does_not_wait_for_an_account_that_is_gone(self, procountor: Sandbox) -> None:
        """What waits for its authorisation may wait for ever."""
        company = a_linked_company()
        journal = a_journal(company)
        sending = send_journal(journal, user=None, now=Clock().now)
        remove_authorisation(company.link.procountor_account, user=None)
        deliver(sending, Clock())
        assert states(journal) == ["queued"]

        end_link(company.link, ends_on=JUNE, reason="moved", user=None)

        journal.refresh_from_db()
        assert problem_codes(journal) == ["N36"]
        assert not Export.objects.exists()
        link_to(company, an_account(1002), start_month=JUNE)
        assert send(journal).state == "sent"
        assert len(booked(procountor, 50102)) == 1

    def test_takes_back_what_a_test_company_left_with_an_account_that_is_gone(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        sending = send_journal(journal, user=None, now=Clock().now)
        remove_authorisation(company.link.procountor_account, user=None)
        Company.objects.update(is_test=True)

        deliver(sending, Clock())

        journal.refresh_from_db()
        assert "queued" not in [journal.state, *states(journal)]

    def test_stops_a_journal_that_was_ready(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        end_link(company.link, ends_on=JUNE, reason="moved", user=None)

        journal.refresh_from_db()
        assert journal.state == "problem"
        assert problem_codes(journal) == ["N36"]
        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=Clock().now)

    def test_leaves_what_was_sent_as_it_was(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = send(a_journal(company))
        receipt = journal.exports.get().ledger_receipt_id

        end_link(company.link, ends_on=JULY, reason="moved", user=None)

        journal.refresh_from_db()
        assert journal.state == "sent"
        assert journal.exports.get().ledger_receipt_id == receipt

    def test_twice_ends_it_once(self, procountor: Sandbox) -> None:
        link = a_linked_company().link

        end_link(link, ends_on=JULY, reason="moved", user=None)
        end_link(link, ends_on=JUNE, reason="another", user=None)

        link.refresh_from_db()
        assert (link.ends_on, link.end_reason) == (JULY, "moved")
        assert AuditEntry.objects.filter(action="link_ended").count() == 1

    def test_cannot_be_changed_any_more(self, procountor: Sandbox) -> None:
        link = a_linked_company().link
        end_link(link, ends_on=JULY, reason="moved", user=None)

        with pytest.raises(ValidationError, match="It stays as it was"):
            change_link(link, user=None, receipt_title="Palkanlaskenta")

    def test_no_month_goes_through_two(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        end_link(company.link, ends_on=JULY, reason="moved", user=None)

        with pytest.raises(MonthsCovered):
            link_to(company, account, start_month=JUNE)

        link = link_to(company, account, start_month=JULY)
        with pytest.raises(MonthsCovered):
            change_link(link, user=None, start_month=JUNE)

    def test_ended_within_a_month_leaves_that_month_to_the_next(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        end_link(company.link, ends_on=date(2026, 6, 15), reason="moved", user=None)

        link_to(company, account, start_month=JUNE)

        assert link_booking(a_journal(company, 5, run_number="5")) == company.links.get(
            start_month=FIRST_MONTH
        )
        assert link_booking(a_journal(company, 6)) == company.open_link()


class TestAWrongLinkPutRight:
    def test_books_the_run_in_the_right_books_once_and_names_the_wrong_receipt(
        self, procountor: Sandbox
    ) -> None:
        company = a_company()
        wrong = link_to(company, an_account(1002), start_month=JUNE)
        journal = send(a_journal(company))
        mistaken = journal.exports.get()

        end_link(wrong, ends_on=wrong.start_month, reason="the wrong books", user=None)
        link_to(company, an_account(1001), start_month=JUNE)
        journal.refresh_from_db()
        assert journal.state == "ready"
        assert problem_codes(journal) == ["N38"]
        send(journal)
        with pytest.raises(AlreadySent):
            send_journal(journal, user=None, now=Clock().now)

        right = journal.exports.get()
        assert (len(booked(procountor, 50101)), len(booked(procountor, 50102))) == (1, 1)
        assert right.token != mistaken.token
        assert Export.with_trail.get(pk=mistaken.pk).ledger_receipt_id == mistaken.ledger_receipt_id
        problem = Journal.objects.get().problems[0]
        assert dict(problem.facts) == {
            "administration": "Koivulammi Huolto Oy",
            "numbers": str(mistaken.receipt_number),
        }

    def test_leaves_the_first_proposal_at_the_first_month_of_the_wrong_one(
        self, procountor: Sandbox
    ) -> None:
        company = a_company()
        wrong = link_to(company, an_account(1002), start_month=JUNE)
        send(a_journal(company))

        end_link(wrong, ends_on=wrong.start_month, reason="the wrong books", user=None)

        assert proposed_start(company, today=date(2026, 9, 1)).month == JUNE

    def test_is_found_again_by_the_old_token_after_a_backup(self, procountor: Sandbox) -> None:
        """What became a trail is not sent again when its books come back as the company's own."""
        company = a_company()
        first = an_account(1001)
        link = link_to(company, first, start_month=JUNE)
        journal = send(a_journal(company))
        end_link(link, ends_on=JUNE, reason="a mistake", user=None)

        link_to(company, first, start_month=JUNE)

        journal.refresh_from_db()
        assert journal.state == "sent"
        assert len(booked(procountor, 50101)) == 1


class TestACompanyThatMoves:
    @pytest.fixture
    def company(self, procountor: Sandbox) -> Company:
        """A company that went to one administration until June, and to another from July on."""
        company = a_company()
        before = link_to(company, an_account(1001), start_month=date(2026, 1, 1))
        end_link(before, ends_on=JULY, reason="moved", user=None)
        link_to(company, an_account(1002), start_month=JULY)
        return company

    def test_books_june_in_the_old_and_july_in_the_new_books(
        self, procountor: Sandbox, company: Company
    ) -> None:
        send(a_journal(company, 6))
        send(a_journal(company, 7, run_number="7"))

        assert [one["receiptDate"] for one in booked(procountor, 50101)] == ["2026-06-28"]
        assert [one["receiptDate"] for one in booked(procountor, 50102)] == ["2026-07-28"]

    def test_books_corrections_of_june_with_their_july_run_in_the_new_books(
        self, procountor: Sandbox, company: Company
    ) -> None:
        """The run decides: a journal is never torn between two ledgers."""
        send(a_journal(company, 6, 7, run_number="7"))

        assert booked(procountor, 50101) == []
        assert [one["receiptDate"] for one in booked(procountor, 50102)] == [
            "2026-06-28",
            "2026-07-28",
        ]

    def test_stops_corrections_of_a_month_that_is_closed_in_the_new_books(
        self, procountor: Sandbox, company: Company
    ) -> None:
        close(procountor, 50102, month=6)

        journal = check_journal(
            a_journal(company, 6, 7, run_number="7"), now=NOW, age_limit=timedelta(0)
        )

        assert journal.state == "problem"
        assert problem_codes(journal) == [ProblemCode.PERIOD_CLOSED]


class TestTwoPeopleAtOnce:
    def test_link_one_company_once(self, procountor: Sandbox) -> None:
        """Both have read that it is free; a constraint lets one of them in."""
        company = a_company()
        one, other = an_account(1001), an_account(1002)
        link_to(company, one)

        with pytest.raises(IntegrityError), transaction.atomic():
            Link.objects.create(company=company, procountor_account=other, start_month=JUNE)

        assert Link.objects.count() == 1

    def test_link_one_account_once(self, procountor: Sandbox) -> None:
        account = a_linked_company(1001).link.procountor_account

        with pytest.raises(IntegrityError), transaction.atomic():
            Link.objects.create(
                company=a_company(1002), procountor_account=account, start_month=JUNE
            )

    def test_one_ends_the_link_while_the_other_sends(self, procountor: Sandbox) -> None:
        """What was checked against a link that has ended since is not sent through it."""
        company = a_linked_company()
        journal = a_journal(company)
        seen = preview_journal(journal).digest
        Link.objects.update(ends_on=JUNE, end_reason="meanwhile")

        with pytest.raises((CannotBeSent, PreviewChanged)):
            send_journal(journal, user=None, now=Clock().now, seen=seen)

        assert states(journal) in ([], ["ready"])


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
