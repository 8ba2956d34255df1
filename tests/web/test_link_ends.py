"""Ending a link."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_journal, a_linked_company, send
from tests.web.link_pages import NEW, link_values
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Link
from tilisilta.services.links import end_link
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db


class TestEndLink:
    def test_proposes_the_day_after_the_last_month_that_was_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))

        text = browser_of_administrator.get(reverse("end_link", args=[company.link.pk])).text

        assert 'value="2026-07-01"' in text
        assert "1 receipt was sent through it" in text

    def test_ends_it_and_still_shows_it(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        link = company.link
        journal = send(a_journal(company))
        given = {"how": "moves", "ends_on": "2026-07-01", "reason": "Uusi tilitoimisto"}

        page = browser_of_administrator.post(
            reverse("end_link", args=[link.pk]), given, follow=True
        ).text
        of_company = browser_of_administrator.get(reverse("company", args=[1001])).text
        listed = browser_of_administrator.get(reverse("administrations")).text

        assert "has ended." in page
        assert "Uusi tilitoimisto" in page
        assert reverse("journal", args=[journal.pk]) in page
        assert "Save the link" not in page
        assert f"{NEW}?company=1001" in page
        for text in (of_company, listed):
            assert "1 ended link" in text
            assert "Uusi tilitoimisto" in text
            assert "ended on" in text

    def test_ends_a_wrong_one_with_its_first_month(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_linked_company().link

        browser_of_administrator.post(
            reverse("end_link", args=[link.pk]), {"how": "wrong", "reason": "Väärä kirjanpito"}
        )

        link.refresh_from_db()
        assert link.ends_on == link.start_month

    @pytest.mark.parametrize("missing", ["reason", "ends_on"])
    def test_wants_a_reason_and_a_day_and_shows_the_other_again(
        self, procountor: Sandbox, browser_of_administrator: Client, missing: str
    ) -> None:
        link = a_linked_company().link
        given = {"how": "moves", "ends_on": "2026-07-01", "reason": "Muutto"}

        response = browser_of_administrator.post(
            reverse("end_link", args=[link.pk]), {**given, missing: " "}
        )

        assert response.status_code == 422
        assert ("Muutto" if missing == "ends_on" else "2026-07-01") in response.text
        assert Link.objects.open().exists()

    def test_waits_for_receipts_that_are_on_their_way(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send_journal(a_journal(company), user=None, now=NOW)

        response = browser_of_administrator.post(
            reverse("end_link", args=[company.link.pk]),
            {"how": "wrong", "reason": "Väärä kirjanpito"},
        )

        assert response.status_code == 422
        assert "(E43)" in response.text
        assert "Väärä kirjanpito" in response.text

    def test_says_on_a_second_click_that_it_has_ended(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_linked_company().link
        address = reverse("end_link", args=[link.pk])
        given = {"how": "wrong", "reason": "Väärä kirjanpito"}
        browser_of_administrator.post(address, given)

        again = browser_of_administrator.post(address, given, follow=True)

        assert "The link has ended already." in again.text
        assert AuditEntry.objects.filter(action="link_ended").count() == 1

    def test_leaves_a_link_that_cannot_be_changed(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_linked_company().link
        end_link(link, ends_on=link.start_month, reason="wrong", user=None)

        response = browser_of_administrator.post(
            reverse("link", args=[link.pk]), link_values(receipt_title="Muu"), follow=True
        )

        assert "It stays as it was." in response.text
        link.refresh_from_db()
        assert link.receipt_title == "Palkat"

    def test_is_refused_to_a_reader(self, procountor: Sandbox, browser_of_reader: Client) -> None:
        address = reverse("end_link", args=[a_linked_company().link.pk])

        assert browser_of_reader.get(address).status_code == 403
        assert browser_of_reader.post(address, {"how": "wrong", "reason": "x"}).status_code == 403


class TestEndingMany:
    def test_shows_them_first_and_ends_all_but_the_busy_one(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        first = a_linked_company()
        busy = a_linked_company(1002)
        send_journal(a_journal(busy), user=None, now=NOW)
        address = reverse("end_many_links")
        links = [str(first.link.pk), str(busy.link.pk)]

        shown = squeezed(browser_of_administrator.post(address, {"link": links}).text)
        wanting = browser_of_administrator.post(
            address, {"link": links, "end": "yes", "ends_on": "2026-07-01", "reason": ""}
        )
        given = {"link": links, "end": "yes", "ends_on": "2026-07-01", "reason": "left"}
        done = squeezed(browser_of_administrator.post(address, given, follow=True).text)

        assert "End 2 links" in shown
        assert "1 link ends" in shown
        assert "Cannot end now: receipts are on their way." in shown
        assert wanting.status_code == 422
        assert "1 link ended." in done
        assert "1002: " in done
        assert "E43" in done
        assert [link.company for link in Link.objects.open()] == [busy]
