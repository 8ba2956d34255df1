"""Many companies set up on the pages: a list, what was found out, ticks, and log-ins in turn."""

import re
import threading
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import a_company, a_journal, a_linked_company
from tests.web.reading import squeezed
from werkzeug.test import Client as Person

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.claimed_work import setting_up
from tilisilta.models import (
    AuditEntry,
    Company,
    Link,
    Onboarding,
    OnboardingRow,
    ProcountorAccount,
)
from tilisilta.services.onboarding.key_ends import KEPT, delete_old_keys
from tilisilta.services.onboarding.rows import LEASE, PAUSE, claim_row, look_again, work_on
from tilisilta.services.onboarding.wanted import read_wanted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procountor")]

LIST = b"""company;key;dimensions;start
1001;SANDBOX-KEY-1001;Kustannuspaikka;2026-06
1002;SANDBOX-KEY-1002;;2026-06
1003;SANDBOX-KEY-1003;;2026-06
1004;;;2026-06
4711;SANDBOX-KEY-1005;;
"""


def upload(browser: Client, content: bytes = LIST) -> Onboarding:
    file = SimpleUploadedFile("companies.csv", content)
    response = browser.post(reverse("set_up"), {"file": file})
    assert response.status_code == 302
    return Onboarding.objects.get()


def work() -> int:
    """Let the worker do all that is due, and return how many rows that were."""
    done = 0
    while (row := claim_row(timezone.now())) is not None:
        work_on(row, now=timezone.now())
        done += 1
    return done


def page_of(browser: Client, onboarding: Onboarding, **query: str) -> str:
    return squeezed(browser.get(reverse("set_up_list", args=[onboarding.pk]), query).text)


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', text)
    assert found
    return found[1].replace("&#x2B;", "+")


@pytest.fixture
def onboarding(browser_of_administrator: Client) -> Onboarding:
    """Return a list with two that match, one of another name, one without a key, and one wrong."""
    a_journal(a_company(1001))
    a_company(1002, "Koivulammi Huolto Oy")
    a_company(1003, "Saaristo Palvelut Oy")
    a_company(1004, "Saaristo Hoiva Oy")
    return upload(browser_of_administrator)


def test_from_the_list_to_the_links(
    browser_of_administrator: Client, onboarding: Onboarding
) -> None:
    browser = browser_of_administrator
    waiting = page_of(browser, onboarding)
    worked = work()
    shown = page_of(browser, onboarding)
    matching = OnboardingRow.objects.filter(match="match")

    assert "0 of 5 companies looked into" in waiting
    assert worked == 5
    assert "Link the 2 that match" in shown
    assert "Saaristo Siivous Oy" in shown
    assert "There is no company “4711”" in shown
    assert "SANDBOX-KEY" not in waiting + shown
    assert not Link.objects.exists()

    # One of the two loses its tick.
    kept, left = matching.order_by("line")
    posted = {"seen": seen(shown), "shown": [kept.pk, left.pk], "row": [kept.pk]}
    browser.post(reverse("set_up_list", args=[onboarding.pk]), posted)
    browser.post(reverse("set_up_list", args=[onboarding.pk]), posted)

    assert "1 company is being linked" in page_of(browser, onboarding)
    assert work() == 1
    link = Link.objects.get()
    assert link.company.number == 1001
    assert link.rules().cost_center_dimension == "Kustannuspaikka"
    kept.refresh_from_db()
    assert (kept.state, kept.api_key, kept.link) == ("linked", "", link)

    other = OnboardingRow.objects.get(match="names")
    one = f"{other.pk}:{other.found['mark']}"
    browser.post(reverse("set_up_list", args=[onboarding.pk]), {"one": f"{other.pk}:another"})
    assert work() == 0
    browser.post(reverse("set_up_list", args=[onboarding.pk]), {"one": one})
    work()

    assert Link.objects.filter(company__number=1003).exists()
    assert AuditEntry.objects.filter(action="link_confirmed").count() == 1
    assert "SANDBOX-KEY" not in str(list(AuditEntry.objects.values()))
    saved = browser.get(reverse("set_up_csv", args=[onboarding.pk])).text
    assert "Linked" in saved
    assert "SANDBOX-KEY" not in saved


def test_a_list_to_fill_in_has_what_is_not_linked(browser_of_administrator: Client) -> None:
    a_company(1001)
    a_linked_company(1002)

    saved = browser_of_administrator.get(reverse("unlinked_list"))
    page = squeezed(browser_of_administrator.get(reverse("set_up")).text)
    (row,) = read_wanted(saved.content, Company.objects.all())

    assert "Save a list of the 1 company without a link" in page
    assert row.company == Company.objects.get(number=1001)
    assert (row.fault, row.api_key) == ("", "")


def test_a_wrong_dimension_is_put_right_in_the_list(browser_of_administrator: Client) -> None:
    a_company(1001)
    onboarding = upload(
        browser_of_administrator, b"company;key;dimensions\n1001;SANDBOX-KEY-1001;Osasto\n"
    )
    work()

    shown = page_of(browser_of_administrator, onboarding)

    assert "No dimension named “Osasto” in Procountor" in shown
    assert "Change it in the list, and give the list again." in shown


def test_a_row_is_looked_into_again_once_its_administration_is_taken(
    browser_of_administrator: Client,
) -> None:
    a_company(1001)
    a_company(1002, "Koivulammi Huolto Oy")
    text = b"company;key\n1001;SANDBOX-KEY-1001\n1002;SANDBOX-KEY-1001\n"
    onboarding = upload(browser_of_administrator, text)
    work()
    page = page_of(browser_of_administrator, onboarding)
    before = OnboardingRow.objects.get(company__number=1002).found["others"]

    browser_of_administrator.post(
        reverse("set_up_list", args=[onboarding.pk]), {"seen": seen(page)}
    )
    work()

    assert before == []
    assert OnboardingRow.objects.get(company__number=1002).found["others"] == [1001]
    assert "also 1001, now or before" in page_of(browser_of_administrator, onboarding)


def test_what_can_be_done_next_comes_with_what_moves(
    browser_of_administrator: Client, onboarding: Onboarding
) -> None:
    address = reverse("set_up_list", args=[onboarding.pk])
    waiting = squeezed(browser_of_administrator.get(address).text)
    work()

    part = squeezed(browser_of_administrator.get(address, headers={"HX-Request": "true"}).text)

    assert "by logging in" not in waiting
    assert "Authorise the 1 by logging in" in part
    assert 'id="acts" hx-swap-oob="true"' in part


def test_a_row_of_a_dead_worker_is_taken_up_again(onboarding: Onboarding) -> None:
    first = claim_row(timezone.now())
    assert first is not None

    others = work()
    later = claim_row(timezone.now() + LEASE + timedelta(seconds=1))

    assert others == 4
    assert later == first


def test_a_row_rests_while_procountor_is_busy(onboarding: Onboarding, procountor: Sandbox) -> None:
    procountor.faults.add(Fault(kind=FaultKind.BUSY, method="POST", path="/oauth/token"))

    done = work()
    row = OnboardingRow.objects.get(state="waiting")
    later = claim_row(timezone.now() + PAUSE)

    assert done == 5
    assert later == row
    work_on(row, now=timezone.now())
    assert OnboardingRow.objects.get(pk=row.pk).match == "match"


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_stops_no_other_row(onboarding: Onboarding) -> None:
    OnboardingRow.objects.filter(line=2).update(wanted={"dimensions": 5})

    setting_up(threading.Event()).take_up_due(timezone.now())

    standings = dict(OnboardingRow.objects.values_list("line", "match"))
    assert standings == {2: "silent", 3: "match", 4: "names", 5: "authorise", 6: "line"}


def test_companies_are_authorised_one_after_the_other(
    browser_of_administrator: Client, onboarding: Onboarding, procountor: Sandbox
) -> None:
    browser = browser_of_administrator
    work()
    row = OnboardingRow.objects.get(match="authorise")

    begun = browser.post(reverse("authorise_next", args=[onboarding.pk]))
    account = ProcountorAccount.objects.get(name="Saaristo Hoiva Oy")
    away = browser.get(reverse("authorise", args=[account.pk]))
    login = log_in(procountor, away["Location"], company=50104)
    back = browser.get(login)
    proposed = browser.get(back["Location"])
    found = OnboardingRow.objects.get(pk=row.pk)
    done = browser.post(
        reverse("authorised_next", args=[onboarding.pk]),
        {"row": row.pk, "mark": found.found["mark"]},
        follow=True,
    )

    assert begun["Refresh"].endswith(reverse("authorise", args=[account.pk]))
    assert found.match == "match"
    assert "autofocus" in proposed.text
    assert "1004 Saaristo Hoiva Oy is linked" in done.text
    assert Link.objects.get().company.number == 1004


def test_who_chooses_by_hand_finds_the_account_of_the_key_of_the_row(
    browser_of_administrator: Client, onboarding: Onboarding
) -> None:
    work()
    differing = OnboardingRow.objects.get(match="names")
    without = OnboardingRow.objects.get(company__number=1004)
    address = reverse("choose_by_hand", args=[onboarding.pk])
    assert f'formaction="{address}"' in page_of(browser_of_administrator, onboarding)

    chosen = browser_of_administrator.post(address, {"choose": differing.pk})
    form = browser_of_administrator.get(chosen["Location"]).text
    again = browser_of_administrator.post(address, {"choose": differing.pk})
    no_key = browser_of_administrator.post(address, {"choose": without.pk})

    account = ProcountorAccount.objects.get(company_name="Saaristo Siivous Oy")
    company = differing.company
    assert company is not None
    assert (
        chosen["Location"] == f"{reverse('new_link')}?company={company.number}&account={account.pk}"
    )
    assert f'value="{account.pk}"' in form
    assert (account.is_authorised, account.debtor) == (True, company.debtor)
    assert account.grant == "SANDBOX-KEY-1003"
    differing.refresh_from_db()
    assert differing.api_key == ""
    assert again["Location"] == f"{reverse('new_link')}?company={company.number}"
    assert no_key["Location"] == f"{reverse('new_link')}?company=1004"
    with connection.cursor() as cursor:
        cursor.execute('SELECT access_token, "grant" FROM tilisilta_procountoraccount')
        assert "SANDBOX-KEY" not in str(cursor.fetchall())
    for text in (chosen["Location"], form, str(list(AuditEntry.objects.values()))):
        assert "SANDBOX-KEY" not in text
    look_again(onboarding)
    work()
    differing.refresh_from_db()
    assert differing.match == "names"
    assert ProcountorAccount.objects.count() == 1


def test_a_key_that_is_refused_stays_with_its_row(
    browser_of_administrator: Client, onboarding: Onboarding
) -> None:
    row = OnboardingRow.objects.get(company__number=1003)
    row.api_key = "WRONG-KEY"
    row.save(update_fields=["api_key"])
    address = reverse("choose_by_hand", args=[onboarding.pk])

    refused = browser_of_administrator.post(address, {"choose": row.pk}, follow=True)
    other = browser_of_administrator.post(address, {"choose": "x"})

    assert "WRONG-KEY" not in refused.text
    assert "API key" in refused.text
    row.refresh_from_db()
    assert row.api_key == "WRONG-KEY"
    assert not ProcountorAccount.objects.exists()
    assert other.status_code == 404


@pytest.mark.parametrize("moment", ["", "2026-13-45T00:00:00+00:00", "2026-06-01T00:00:00"])
def test_nothing_is_linked_by_a_page_of_no_moment(
    browser_of_administrator: Client, onboarding: Onboarding, moment: str
) -> None:
    work()

    response = browser_of_administrator.post(
        reverse("set_up_list", args=[onboarding.pk]), {"seen": moment}, follow=True
    )

    assert "Nothing is linked" in response.text
    assert work() == 0


def test_a_list_is_removed_with_its_keys(
    browser_of_administrator: Client, onboarding: Onboarding
) -> None:
    browser_of_administrator.post(reverse("remove_set_up", args=[onboarding.pk]))

    assert not OnboardingRow.objects.exists()
    assert AuditEntry.objects.filter(action="onboarding_removed").exists()


def test_keys_of_a_list_that_is_not_carried_out_end_after_a_week(
    browser_of_administrator: Client, onboarding: Onboarding
) -> None:
    work()
    before = page_of(browser_of_administrator, onboarding)
    kept = delete_old_keys(timezone.now())
    with_keys = OnboardingRow.objects.exclude(api_key="").count()
    asked = OnboardingRow.objects.filter(match="match").first()
    assert asked is not None
    OnboardingRow.objects.filter(pk=asked.pk).update(state="asked", asked_by=onboarding.read_by)
    Onboarding.objects.update(read_at=timezone.now() - KEPT - timedelta(minutes=1))

    deleted = delete_old_keys(timezone.now())
    left = [row.pk for row in OnboardingRow.objects.exclude(api_key="")]
    work()

    assert "API keys are never shown, and deleted" in before
    assert kept == 0
    assert deleted == with_keys - 1 > 0
    assert left == [asked.pk]
    assert OnboardingRow.objects.get(pk=asked.pk).state == "linked"
    after = page_of(browser_of_administrator, onboarding)
    assert "its API keys were deleted" in after
    assert "There is no API key for it" in after
    assert not OnboardingRow.objects.exclude(api_key="").exists()


def test_a_file_that_is_no_list_is_explained(browser_of_administrator: Client) -> None:
    file = SimpleUploadedFile("companies.csv", b"name\nKoivulammi\n")

    response = browser_of_administrator.post(reverse("set_up"), {"file": file})

    assert response.status_code == 422
    assert "Known columns: company" in squeezed(response.text)


def test_a_reader_may_not_set_up(browser_of_reader: Client) -> None:
    assert browser_of_reader.get(reverse("set_up")).status_code == 403


def log_in(procountor: Sandbox, address: str, *, company: int) -> str:
    """Log in to the stand-in as a person, and return the address that it leads back to."""
    person = Person(procountor)
    asked = dict(parse_qsl(urlsplit(address).query))
    choices = person.post("/login", data={**asked, "username": "aino", "password": "sandbox"})
    ticket = re.search(r'name="ticket"[^>]*value="([^"]+)"', choices.text)
    ticket = ticket or re.search(r'value="([^"]+)"[^>]*name="ticket"', choices.text)
    assert ticket
    chosen = {**asked, "ticket": ticket[1], "company": str(company)}
    back = person.post("/login/company", data=chosen)
    return str(back.headers["Location"]).removeprefix("http://127.0.0.1:8000")
