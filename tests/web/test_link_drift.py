"""Links that do not fit any more, on their page and where people look first."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_linked_company
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import CheckedLink, Link
from tilisilta.services.link_drift import check_link

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PLACES = ("overview", "month_end", "administrations")


def test_is_shown_before_a_journal_fails(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    a_linked_company(1001, uses_cost_centers=True, cost_center_dimension="Kustanuspaikka")
    check_link(Link.objects.get(), now=NOW)

    page = squeezed(browser_of_administrator.get(reverse("link_drift")).text)
    asked = browser_of_administrator.post(reverse("check_links_now"), follow=True)

    assert "Did you mean Kustannuspaikka?" in page
    assert "1 link will be compared with Procountor." in asked.text
    for place in PLACES:
        text = squeezed(browser_of_administrator.get(reverse(place), follow=True).text)
        assert "1 link names what Procountor does not have any more" in text


def test_nothing_is_said_where_all_fits(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    a_linked_company(1001)
    check_link(Link.objects.get(), now=NOW)
    CheckedLink.objects.update(problems=(), is_well=True)

    texts = [browser_of_administrator.get(reverse(place), follow=True).text for place in PLACES]

    assert not any("does not have any more" in text for text in texts)
    assert "All that the links name is there." in squeezed(
        browser_of_administrator.get(reverse("link_drift")).text
    )
