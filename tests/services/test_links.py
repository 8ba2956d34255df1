"""Links: one company, one administration, and a trail that stays."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from tests.bureau import (
    NOW,
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    link_to,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from tilisilta.clients.procountor.wire import decode_receipt
from tilisilta.models import AccountMapping, AuditEntry, Company, Link, ProcountorAccount
from tilisilta.services.connections import create_account, remove_authorisation
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.links import AccountNotAuthorised, AccountTaken, CompanyLinked, change_link
from tilisilta.services.sending.asking import CannotBeSent, PreviewChanged, send_journal

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


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
