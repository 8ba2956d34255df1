"""Profiles on their pages: what a change touches is shown before it is stored."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, an_account, link_to
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Link, Profile, User

pytestmark = [pytest.mark.django_db, pytest.mark.once]

RULES = {"closed_period_policy": "stop", "attaches": "", "receipt_language": ""}
POSTED = {
    "name": "standard",
    "is_default": "on",
    "uses_cost_centers": "on",
    "cost_center_dimension": "Kustannuspaikka",
    "closed_period_policy": "stop",
    "account_mappings": "5035=5030",
}


def test_a_change_is_shown_before_it_is_stored(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    browser = browser_of_administrator
    browser.post(reverse("new_link_profile"), POSTED)
    profile = Profile.objects.get()
    company = a_company(1001)
    link_to(company, an_account(1001), profile=profile, **profile.choices)
    a_journal(company)
    address = reverse("link_profile", args=[profile.pk])
    changed = {**POSTED, "cost_center_dimension": "Projekti"}

    opened = browser.get(address)
    unknown = browser.post(address, {**changed, "cost_center_dimension": "Projekit"})
    preview = squeezed(browser.post(address, changed).text)
    before = Link.objects.get().cost_center_dimension
    browser.post(address, {**changed, "apply": "yes"})

    assert 'value="Kustannuspaikka"' in opened.text
    assert "Did you mean Projekti?" in unknown.text
    assert "Touches 1 link and 1 journal that is not sent yet" in preview
    assert "Change the profile and 1 link" in preview
    assert before == "Kustannuspaikka"
    assert Link.objects.get().cost_center_dimension == "Projekti"


def test_is_not_for_users_who_see_some_debtors(
    administrator: User, browser_of_administrator: Client
) -> None:
    administrator.sees_all_debtors = False
    administrator.save()

    assert browser_of_administrator.get(reverse("link_profiles")).status_code == 403
    assert browser_of_administrator.post(reverse("new_link_profile"), POSTED).status_code == 403
    assert not Profile.objects.exists()


def test_a_link_shows_what_it_has_of_its_own(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    browser = browser_of_administrator
    browser.post(reverse("new_link_profile"), POSTED)
    profile = Profile.objects.get()
    link = link_to(a_company(1001), an_account(1001), profile=profile)
    address = reverse("link", args=[link.pk])

    opened = squeezed(browser.get(address).text)
    filled = browser.post(address, {"apply": "rules", "profile": str(profile.pk)}).text
    new = browser.get(reverse("new_link")).text

    assert "Different from the profile: cost centers" in opened
    for text in (filled, new):
        assert 'value="Kustannuspaikka"' in text
        assert f'<option value="{profile.pk}" selected>standard' in text


def test_choosing_a_profile_says_which_of_its_rules_are_not_taken(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    browser = browser_of_administrator
    browser.post(reverse("new_link_profile"), {"name": "two", "needs_release": "on", **RULES})
    profile = Profile.objects.get()
    link = link_to(a_company(1001), an_account(1001))
    address = reverse("link", args=[link.pk])
    posted = {**RULES, "start_month": "2026-01", "profile": str(profile.pk)}

    without = squeezed(browser.post(address, posted, follow=True).text)
    again = squeezed(browser.post(address, posted, follow=True).text)
    filled = squeezed(browser.post(address, {**posted, "needs_release": "on"}, follow=True).text)

    told = "The link differs from its profile: release by another person."
    assert told in without
    assert told not in again
    assert told not in filled


def test_ticked_links_are_changed_together(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    browser = browser_of_administrator
    ticked = [
        link_to(a_company(number, f"Yritys {number} Oy"), an_account(number)).pk
        for number in (1001, 1002, 1003)
    ][:2]
    address = reverse("many_links")
    wanted = {"link": ticked, "account_mappings": "5035=5030", "closed_period_policy": "next-open"}

    asked = squeezed(browser.post(address, {"link": ticked}).text)
    shown = squeezed(browser.post(address, {**wanted, "show": "yes"}).text)
    before = Link.objects.filter(closed_period_policy="next-open").count()
    wrong = {**wanted, "account_mappings": "5035=5031", "apply": "yes"}
    refused = browser.post(address, wrong).text
    still = Link.objects.filter(closed_period_policy="next-open").count()
    browser.post(address, {**wanted, "apply": "yes"})

    assert "Change 2 links" in asked
    assert "2 links would change" in shown
    assert "5031" in refused
    assert (before, still) == (0, 0)
    changed = Link.objects.filter(closed_period_policy="next-open")
    assert sorted(changed.values_list("pk", flat=True)) == ticked
    assert all(dict(link.rules().account_mappings) == {"5035": "5030"} for link in changed)
