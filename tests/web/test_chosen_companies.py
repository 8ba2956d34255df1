"""What is done at once with the ticked companies of the month end."""

import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, a_linked_company, send
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, Debtor, PaidByHand, User, VerifiedCompany
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db

QUERY = "?month=2026-06"


@pytest.fixture
def bureau(procountor: Sandbox) -> list[Company]:
    """Return a company that has sent its run, one without a link, and one with nothing at all."""
    sent = a_linked_company()
    send(a_journal(sent))
    unlinked = a_company(1002, "Hiekkaniemen Apteekki Oy")
    a_journal(unlinked, run_number="7")
    return [sent, unlinked, a_company(1003, "Korpisaaren Leipomo Oy")]


def posted(browser: Client, name: str, **fields: str | list[str]) -> str:
    response = browser.post(reverse(name) + QUERY, {"month": "2026-06", **fields}, follow=True)
    return squeezed(response.text)


class TestChosenCompanies:
    def test_says_what_will_not_be_done_and_why(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        text = posted(
            browser_of_administrator, "chosen_companies", company=["1001", "1002", "1003"]
        )

        assert "3 companies chosen" in text
        assert "1001 is not compared with the ledger yet" in text
        assert "1003 has no run to sign." in text
        assert "1002, 1003 have no link and are not compared." in text
        assert "1003 has nothing to archive." in text
        assert 'aria-disabled="true" aria-describedby="told">Sign 0 of 3<' in text

    def test_chooses_all_that_are_listed_on_every_page(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        more = [
            Company(number=number, name="Uusi Oy", debtor=bureau[0].debtor)
            for number in range(2001, 2027)
        ]
        Company.objects.bulk_create(more)

        page = squeezed(browser_of_administrator.get("/month-end?month=2026-06").text)
        everything = posted(browser_of_administrator, "chosen_companies", all="yes")
        address = reverse("chosen_companies") + f"{QUERY}&q=uusi"
        narrowed = browser_of_administrator.post(address, {"month": "2026-06", "all": "yes"}).text

        assert "All 29 that are listed, on every page" in page
        assert "29 companies chosen" in everything
        assert "2001, 2002, 2003, 2004 and 22 more have nothing to archive." in squeezed(narrowed)
        assert "26 companies chosen" in narrowed

    def test_compares_those_that_have_a_link(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        text = posted(browser_of_reader, "compare_chosen", all="yes")

        assert "1 company will be compared" in text
        wanted = VerifiedCompany.objects.filter(wanted_month__isnull=False)
        assert [one.company for one in wanted] == [bureau[0]]

    def test_saves_their_archives_in_one_file(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        address = reverse("archive_many") + QUERY
        chosen = browser_of_reader.post(address, {"month": "2026-06", "company": ["1001", "1003"]})
        everything = browser_of_reader.get(address)

        assert _names(chosen.getvalue()) == ["archive-1001-2026-06.zip"]
        assert _names(everything.getvalue()) == [
            "archive-1001-2026-06.zip",
            "archive-1002-2026-06.zip",
        ]
        archived = AuditEntry.objects.filter(action=AuditEntry.Action.MONTH_ARCHIVED)
        assert archived.count() == 3

    def test_sets_who_closes_their_months(
        self, browser_of_administrator: Client, administrator: User, bureau: list[Company]
    ) -> None:
        elsewhere = create_user("onni", "a bridge over the river", template=None, user=None)
        elsewhere.sees_all_debtors = False
        elsewhere.save()
        elsewhere.debtors.add(Debtor.objects.create(number=999, name="Another"))
        fields = {"company": ["1001", "1002"]}

        asked = posted(browser_of_administrator, "people_of_many", **fields)
        answer = {"responsible": str(administrator.pk), "stand_in": "", "set": "yes"}
        done = posted(browser_of_administrator, "people_of_many", **fields, **answer)

        assert "Who closes the months of 2 companies?" in asked
        assert "onni" not in asked
        assert "2 companies were changed." in done
        people = [one.responsible for one in Company.objects.order_by("number")]
        assert people == [administrator, administrator, None]
        assert not Company.objects.filter(stand_in__isnull=False).exists()

    def test_is_limited_to_what_the_user_sees_and_may(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        hidden = Debtor.objects.create(number=999, name="Another")
        Company.objects.filter(number=1001).update(debtor=hidden)
        reader = _user_of(browser_of_reader)
        reader.debtors.add(Debtor.objects.get(number=101))

        text = posted(browser_of_reader, "chosen_companies", company=["1001", "1002"])

        assert "1 company chosen" in text
        assert "1001" not in text
        assert "Choose at least one" in posted(
            browser_of_reader, "compare_chosen", company=["1001"]
        )
        refused = browser_of_reader.post(reverse("people_of_many"), {"company": "1002"})
        assert refused.status_code == 403


class TestNetPayOfMany:
    def test_is_ticked_off_in_one_move_as_it_was_shown(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        address = reverse("net_pay_of_many") + QUERY

        page = squeezed(browser_of_administrator.get(address).text)
        seen = re.search(r'name="seen" value="([^"]+)"', page)
        assert seen is not None
        wrong = posted(
            browser_of_administrator,
            "net_pay_of_many",
            company=["1001", "1002"],
            seen=f"{seen[1].replace('1002=', '1002=9')} x=1 1003=nothing",
            tick="yes",
        )
        empty = posted(browser_of_administrator, "net_pay_of_many", company=["1001"])

        assert "2 companies are not proven" in page
        assert "Tick 2 off as paid" in page
        assert "The net pay of 1 company is ticked off as paid." in wrong
        assert "1002: " in wrong
        assert PaidByHand.objects.get().company == bureau[0]
        assert "The net pay of these companies is proven" in empty

    def test_needs_the_right_to_write(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        assert browser_of_reader.get(reverse("net_pay_of_many") + QUERY).status_code == 403
        assert "Net pay …" not in browser_of_reader.get("/month-end" + QUERY).text


def _names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def _user_of(browser: Client) -> User:
    return User.objects.get(pk=browser.session["_auth_user_id"])
