"""The search field of the masthead."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_journal, a_linked_company, send, set_period
from tests.services.sending.withdrawing import withdraw
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Area, Export, Journal, Right, User
from tilisilta.services.users import change_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal that was sent as two ledger receipts."""
    return send(a_journal(a_linked_company(), 5, 6))


class TestSearch:
    @pytest.mark.parametrize("page", ["overview", "exports", "companies", "audit_log", "find"])
    def test_is_on_every_page(self, browser_of_reader: Client, page: str) -> None:
        text = squeezed(browser_of_reader.get(reverse(page)).text)

        assert f'<form class="finder" role="search" action="{reverse("find")}"' in text

    def test_is_on_pages_that_are_not_there_too(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get("/nowhere")

        assert response.status_code == 404
        assert 'class="finder"' in response.text

    def test_leads_straight_to_the_only_receipt(
        self, browser_of_reader: Client, sent: Journal
    ) -> None:
        export = sent.exports.get(booking_date="2026-05-28")

        response = browser_of_reader.get(reverse("find"), {"q": export.token})
        page = browser_of_reader.get(response["Location"])

        assert response["Location"] == reverse("journal", args=[sent.pk]) + f"#t{export.token}"
        assert f'id="t{export.token}"' in page.text

    @pytest.mark.parametrize(
        ("typed", "page"), [("1001-2026-6-1", "journal"), ("konepaja", "company")]
    )
    def test_leads_straight_to_the_only_journal_or_company(
        self, browser_of_reader: Client, sent: Journal, typed: str, page: str
    ) -> None:
        place = {"journal": sent.pk, "company": sent.company.number}[page]

        response = browser_of_reader.get(reverse("find"), {"q": typed})

        assert response["Location"] == reverse(page, args=[place])

    def test_lists_all_that_fit(self, browser_of_reader: Client, sent: Journal) -> None:
        Export.objects.update(receipt_number=1001)

        text = squeezed(browser_of_reader.get(reverse("find"), {"q": "1001"}).text)

        for export in sent.exports.all():
            assert f'href="{reverse("journal", args=[sent.pk])}#t{export.token}">' in text
        assert "6/2026, June 2026" in text
        assert f'href="{reverse("company", args=[1001])}"' in text
        assert 'value="1001"' in text

    def test_lists_what_went_through_a_link_that_has_ended(
        self, browser_of_reader: Client, sent: Journal
    ) -> None:
        token = sent.exports.all()[0].token
        Export.objects.filter(token=token).update(is_trail=True)

        response = browser_of_reader.get(reverse("find"), {"q": token})

        assert response.status_code == 200
        assert "through a link that has ended" in response.text

    def test_leads_to_receipts_that_were_taken_back_and_to_those_that_do_so(
        self, browser_of_reader: Client, sent: Journal, procountor: Sandbox
    ) -> None:
        set_period(procountor, "CLOSED", month=5)
        withdraw(sent)
        receipts = list(Export.with_trail.filter(journal=sent))
        assert [one.reverses_id is not None for one in receipts].count(True) == 1

        for one in receipts:
            for named in (one.token, str(one.ledger_receipt_id)):
                response = browser_of_reader.get(reverse("find"), {"q": named})
                address, _, anchor = response["Location"].partition("#")
                assert address == reverse("journal", args=[sent.pk])
                assert f'id="{anchor}"' in browser_of_reader.get(address).text

    def test_says_of_a_reversal_what_it_is_and_where(
        self, browser_of_reader: Client, sent: Journal, procountor: Sandbox
    ) -> None:
        set_period(procountor, "CLOSED", month=5)
        withdraw(sent)
        reversal = Export.with_trail.get(reverses__isnull=False)
        Export.with_trail.update(receipt_number=77)
        place = f'href="{reverse("journal", args=[sent.pk])}#t{reversal.token}"'

        found = squeezed(browser_of_reader.get(reverse("find"), {"q": "77"}).text)
        address = reverse("receipts_of_year", args=[sent.company.number])
        of_year = squeezed(browser_of_reader.get(address).text)

        assert place in found
        assert place in of_year
        assert "takes another receipt back" in found
        assert "through a link that has ended" not in found

    def test_says_what_it_could_be_when_nothing_fits(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("find"), {"q": "<b>nix"}).text

        assert "Nothing here fits “&lt;b&gt;nix”." in text
        assert "booked in Procountor in another way" in text

    def test_is_refused_and_hidden_without_the_right(
        self, browser_of_reader: Client, reader: User, administrator: User
    ) -> None:
        assert reader.template is not None
        rights = {Area.JOURNAL_EXPORTS: Right.NONE}
        change_template(reader.template, name="Reader", rights=rights, user=administrator)

        assert browser_of_reader.get(reverse("find"), {"q": "1"}).status_code == 403
        assert 'class="finder"' not in browser_of_reader.get(reverse("overview")).text

    def test_shows_no_companies_without_the_right_to_them(
        self, browser_of_reader: Client, reader: User, sent: Journal
    ) -> None:
        assert reader.template is not None
        reader.template.companies = Right.NONE
        reader.template.save()

        response = browser_of_reader.get(reverse("find"), {"q": "konepaja"})

        assert response.status_code == 200
        assert "Nothing here fits" in response.text
