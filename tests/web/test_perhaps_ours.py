"""A receipt in Procountor that may be a journal's: who may say what it is, and how."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_journal, a_linked_company, book_by_hand, forget_the_sending, send, tidy
from tests.web.conftest import PASSWORD

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Debtor, Export, Journal, User, UserTemplate
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db

OURS, ANOTHER = "Receipt 1 is this one", "Receipt 1 is another"


@pytest.fixture
def stopped(procountor: Sandbox) -> Journal:
    """Return a journal that is booked by hand already."""
    export = a_journal(a_linked_company(), 6).exports.get()
    by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
    book_by_hand(export.link.procountor_account, by_hand)
    return send(export.journal)


def say(browser: Client, journal: Journal, which: str, receipt: int = 700001) -> str:
    """Click a button, and return the page that follows."""
    values = {"token": journal.exports.get().token, "receipt": receipt, "said": which}
    answer = browser.post(reverse("settle_receipt", args=[journal.pk]), values, follow=True)
    assert answer.status_code == 200
    return answer.text


class TestAReceiptInDoubt:
    def test_is_named_with_both_answers(
        self, stopped: Journal, browser_of_administrator: Client
    ) -> None:
        page = browser_of_administrator.get(reverse("journal", args=[stopped.pk])).text

        assert "Receipt 1 of 28 Jun 2026 may be this one already: Palkat käsin" in page
        assert OURS in page
        assert ANOTHER in page

    def test_has_forms_that_a_browser_may_post(
        self, stopped: Journal, browser_of_administrator: Client
    ) -> None:
        page = browser_of_administrator.get(reverse("journal", args=[stopped.pk])).text

        form = page.partition(f'action="{reverse("settle_receipt", args=[stopped.pk])}"')[2]
        assert "csrfmiddlewaretoken" in form.partition("</form>")[0]

    def test_becomes_the_journals(
        self, stopped: Journal, browser_of_administrator: Client, administrator: User
    ) -> None:
        page = say(browser_of_administrator, stopped, "ours")
        again = say(browser_of_administrator, stopped, "ours")

        stopped.refresh_from_db()
        assert stopped.state == "sent"
        assert OURS not in page + again
        assert AuditEntry.objects.get(action="receipt_taken_over").user == administrator

    def test_is_another_and_lets_the_journal_be_sent(
        self, stopped: Journal, browser_of_administrator: Client
    ) -> None:
        page = say(browser_of_administrator, stopped, "another")
        say(browser_of_administrator, stopped, "another")

        assert ANOTHER not in page
        assert AuditEntry.objects.filter(action="receipt_is_another").count() == 1
        assert send(stopped).state == "sent"

    @pytest.mark.parametrize("which", ["ours", "another"])
    def test_must_be_one_that_is_in_doubt(
        self, stopped: Journal, browser_of_administrator: Client, which: str
    ) -> None:
        page = say(browser_of_administrator, stopped, which, receipt=700002)

        assert "That receipt is not in question" in page
        assert Export.objects.get().state == "ready"

    @pytest.mark.parametrize("act", ["invalidate", "taken"])
    def test_is_refused_when_it_cannot_be_the_journals_any_more(
        self, stopped: Journal, browser_of_administrator: Client, procountor: Sandbox, act: str
    ) -> None:
        if act == "invalidate":
            tidy(procountor, act)
        else:
            other = a_journal(stopped.company, 5, run_number="5").exports.get()
            Export.objects.filter(pk=other.pk).update(state="posted", ledger_receipt_id=700001)

        token = stopped.exports.get().token
        values = {"token": token, "receipt": 700001, "said": "ours"}
        url = reverse("settle_receipt", args=[stopped.pk])
        page = browser_of_administrator.post(url, values, follow=True).text

        assert "That receipt cannot be the one of the journal" in page
        assert Export.objects.get(token=token).state == "ready"

    def test_that_was_invalidated_can_only_be_sent_again(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 6)
        send(journal)
        tidy(procountor, "invalidate")
        forget_the_sending()
        stopped = send(journal)

        page = browser_of_administrator.get(reverse("journal", args=[stopped.pk])).text
        refused = say(browser_of_administrator, stopped, "ours")
        say(browser_of_administrator, stopped, "another")

        assert "The receipt was booked and invalidated in Procountor: 1" in page
        assert "Let it be sent again" in page
        assert OURS not in page
        assert "That receipt cannot be the one of the journal" in refused
        assert send(stopped).state == "sent"

    def test_is_not_for_readers(self, stopped: Journal, browser_of_reader: Client) -> None:
        page = browser_of_reader.get(reverse("journal", args=[stopped.pk])).text
        values = {"token": stopped.exports.get().token, "receipt": 700001, "said": "ours"}
        response = browser_of_reader.post(reverse("settle_receipt", args=[stopped.pk]), values)

        assert OURS not in page
        assert response.status_code == 403
        assert Export.objects.get().state == "ready"

    def test_is_not_for_those_who_see_other_debtors(
        self, stopped: Journal, administrator: User
    ) -> None:
        template = UserTemplate.objects.get(is_administrator=True)
        others = Debtor.objects.create(number=200, name="Toiset")
        limited = create_user("sari", PASSWORD, template=template, user=None, debtors=[others])
        browser = Client()
        browser.force_login(limited)
        values = {"token": stopped.exports.get().token, "receipt": 700001, "said": "ours"}

        response = browser.post(reverse("settle_receipt", args=[stopped.pk]), values)

        assert response.status_code == 404
        assert Export.objects.get().state == "ready"

    def test_of_another_journal_is_not_settled_here(
        self, stopped: Journal, browser_of_administrator: Client
    ) -> None:
        other = a_journal(stopped.company, 5, run_number="5")
        values = {"token": stopped.exports.get().token, "receipt": 700001, "said": "ours"}

        response = browser_of_administrator.post(reverse("settle_receipt", args=[other.pk]), values)

        assert response.status_code == 404
