"""The page where every company stands at the end of a month."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.bureau import NOW, a_company, a_journal, a_linked_company, send, tidy
from tests.web.conftest import PASSWORD
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.month_end import MonthState
from tilisilta.models import (
    Area,
    Company,
    Debtor,
    MonthSignature,
    User,
    UserTemplate,
    VerifiedCompany,
)
from tilisilta.services.explanations import explain
from tilisilta.services.users import create_user
from tilisilta.services.verifying.companies import verify
from tilisilta.services.verifying.net_pay_changes import tick_paid, untick_paid
from tilisilta.web.asked_month import usual_month

pytestmark = pytest.mark.django_db

MOST_QUERIES = 12


def shown(browser: Client, **query: str | int) -> str:
    response = browser.get(reverse("month_end"), {"month": "2026-06", **query})
    assert response.status_code == 200
    return squeezed(response.text)


@pytest.fixture
def bureau(procountor: Sandbox) -> list[Company]:
    """Return a company that has sent its run, one that cannot, and one without a run."""
    sent = a_linked_company()
    send(a_journal(sent))
    unlinked = a_company(1002, "Hiekkaniemen Apteekki Oy")
    a_journal(unlinked, run_number="7")
    return [sent, unlinked, a_company(1003, "Korpisaaren Leipomo Oy")]


class TestMonthEnd:
    def test_is_in_the_menu(self, browser_of_reader: Client) -> None:
        text = squeezed(browser_of_reader.get("/").text)

        assert f'<a href="{reverse("month_end")}">Month end</a>' in text

    def test_has_every_company_with_its_state_and_the_way_to_what_it_waits_for(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        Company.objects.filter(number=1003).update(is_test=True)

        text = shown(browser_of_reader)

        assert "Month end: June 2026" in text
        assert "test company</span>" in text
        assert reverse("company_month", args=[1001, "2026-06"]) in text
        assert reverse("journal", args=[bureau[1].journals.get().pk]) in text
        assert "No administration is linked" in text
        assert "not compared yet" in text
        assert "Korpisaaren Leipomo Oy" in text
        assert "2,012.07" in text
        assert "Not finished: 2 companies are neither equal nor signed." in text

    def test_has_a_line_that_adds_up(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        response = browser_of_reader.get(reverse("month_end"), {"month": "2026-06"})
        line = response.context["page"].line

        # Two persons are demanded nowhere here.
        shown = [state for state in MonthState if state is not MonthState.PROPOSED]
        assert [cell.state for cell in line] == shown
        assert sum(cell.count for cell in line) == 3
        assert line[-1].begins_at + line[-1].count == 3

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ({"state": "to_fix"}, [1002]),
            ({"state": "nonsense"}, [1001, 1002, 1003]),
            ({"debtor": "101"}, [1001, 1002, 1003]),
            ({"debtor": "999"}, []),
            ({"q": "leipomo"}, [1003]),
            ({"q": "1002"}, [1002]),
            ({"person": "99999999999999999999"}, [1001, 1002, 1003]),
        ],
    )
    def test_is_narrowed(
        self,
        browser_of_reader: Client,
        bureau: list[Company],
        query: dict[str, str],
        numbers: list[int],
    ) -> None:
        address = reverse("month_end")
        response = browser_of_reader.get(address, {"month": "2026-06", **query})

        assert [row.one.number for row in response.context["page"].rows] == numbers

    def test_is_narrowed_to_a_person_and_still_offers_the_others(
        self, browser_of_reader: Client, reader: User, administrator: User, bureau: list[Company]
    ) -> None:
        Company.objects.filter(number=1003).update(responsible=reader)
        Company.objects.filter(number=1002).update(responsible=administrator, stand_in=reader)

        text = shown(browser_of_reader, person=reader.pk)

        assert "Koivulammi Konepaja Oy" not in text
        assert "Korpisaaren Leipomo Oy" in text
        assert "stand-in oona" in text
        assert ">aino</option>" in text

    def test_shows_only_what_the_reader_may_see(
        self, administrator: User, bureau: list[Company]
    ) -> None:
        other = Debtor.objects.create(number=102, name="Muut")
        template = UserTemplate.objects.get(name="Reader")
        limited = create_user("sari", PASSWORD, template=template, user=None, debtors=[other])
        browser = Client()
        browser.force_login(limited)

        text = shown(browser)

        assert "Konepaja" not in text
        assert "101 Koivulammi" not in text

    def test_needs_the_right_to_see_journals(self, administrator: User) -> None:
        template = UserTemplate.objects.create(name="Some", companies="read")
        browser = Client()
        browser.force_login(create_user("sari", PASSWORD, template=template, user=None))

        assert browser.get(reverse("month_end")).status_code == 403

    @pytest.mark.parametrize("month", ["", "soon", "2026-13", "0001-01"])
    def test_of_no_month_is_the_usual_one(self, browser_of_reader: Client, month: str) -> None:
        response = browser_of_reader.get(reverse("month_end"), {"month": month})

        assert response.status_code == 200

    def test_takes_few_queries(self, browser_of_reader: Client, bureau: list[Company]) -> None:
        shown(browser_of_reader)

        with CaptureQueriesContext(connection) as queries:
            shown(browser_of_reader)

        assert len(queries) <= MOST_QUERIES

    @pytest.mark.parametrize(
        ("language", "words"),
        [("fi", "Kuukauden päätös"), ("sv", "Månadsslut")],
    )
    def test_speaks_the_language_of_the_reader(
        self, browser_of_reader: Client, bureau: list[Company], language: str, words: str
    ) -> None:
        browser_of_reader.cookies["language"] = language

        assert words in shown(browser_of_reader)


class TestCompareMonth:
    def test_has_a_worker_compare_what_is_listed(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        address = f"{reverse('compare_month')}?month=2026-06&q=konepaja"

        text = squeezed(browser_of_reader.post(address, follow=True).text)

        assert "1 company will be compared with the ledger." in text
        assert "1 company waits to be compared with the ledger." in text
        assert "will be compared soon" in text
        assert VerifiedCompany.objects.get().wanted_month == date(2026, 6, 1)

    def test_says_that_nothing_has_a_link(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        address = f"{reverse('compare_month')}?month=2026-06&q=leipomo"

        assert "None of these companies" in browser_of_reader.post(address, follow=True).text
        assert not VerifiedCompany.objects.exists()

    def test_that_failed_is_told_in_the_row(
        self, browser_of_reader: Client, procountor: Sandbox, bureau: list[Company]
    ) -> None:
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/ledgerreceipts"))
        verify(bureau[0], [BookingPeriod(year=2026, month=6)], now=NOW)

        trouble = VerifiedCompany.objects.get().trouble
        assert f"{explain(trouble[0]).message}</span>" in shown(browser_of_reader)


class TestSigning:
    @pytest.fixture
    def equal(self, bureau: list[Company]) -> Company:
        june = BookingPeriod(year=2026, month=6)
        tick_paid(bureau[0], june, amount=None, user=None, now=timezone.now())
        verify(bureau[0], [june], now=timezone.now())
        return bureau[0]

    def sign(self, browser: Client, **fields: str) -> str:
        address = reverse("sign_month", args=[1001, "2026-06"])
        return squeezed(browser.post(address, fields, follow=True).text)

    def test_on_the_page_of_the_month(
        self, browser_of_administrator: Client, equal: Company
    ) -> None:
        page = browser_of_administrator.get(reverse("company_month", args=[1001, "2026-06"])).text
        assert "Sign the month" in page

        text = self.sign(browser_of_administrator, note="checked with the client")

        assert "is signed." in text
        assert "checked with the client" in text
        assert "Take the signature back" in text
        assert "aino" in shown(browser_of_administrator, state="signed")

    def test_is_loud_when_something_changed(
        self, browser_of_administrator: Client, procountor: Sandbox, equal: Company
    ) -> None:
        self.sign(browser_of_administrator)
        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        verify(equal, [BookingPeriod(year=2026, month=6)], now=timezone.now())

        text = shown(browser_of_administrator, state="changed")
        of_month = browser_of_administrator.get(
            reverse("company_month", args=[1001, "2026-06"])
        ).text

        assert '<tr role="row" class="flag">' in text
        assert "Something has changed since it was signed" in of_month
        assert "Reason for the difference" in of_month
        assert "Give the reason" not in of_month
        assert "differs from the ledger" in self.sign(browser_of_administrator)

    def test_says_that_the_net_pay_is_not_proven(
        self, browser_of_administrator: Client, equal: Company
    ) -> None:
        assert "Ticked off by hand" in shown(browser_of_administrator)

        untick_paid(equal, BookingPeriod(year=2026, month=6), user=None)

        text = shown(browser_of_administrator)
        assert "Not compared, not ticked off" in text
        chosen = browser_of_administrator.post(
            reverse("chosen_companies"), {"month": "2026-06", "company": "1001"}
        )
        assert "Nothing proves the net pay of 1001" in squeezed(chosen.text)
        assert "Sign 0 of 1" in squeezed(chosen.text)
        page = browser_of_administrator.get(reverse("company_month", args=[1001, "2026-06"])).text
        assert "Add a file or tick it off first" in page
        assert "is not proven" in self.sign(browser_of_administrator)
        assert "is signed." in self.sign(browser_of_administrator, reason="paid elsewhere")

    def test_of_several_signs_those_that_are_equal(
        self, browser_of_administrator: Client, equal: Company
    ) -> None:
        chosen = {"month": "2026-06", "company": ["1001", "1002"], "next": "/month-end"}
        bar = squeezed(browser_of_administrator.post(reverse("chosen_companies"), chosen).text)
        assert "2 companies chosen" in bar
        assert "1002 cannot be signed yet: not all of its runs are booked." in bar
        assert "Sign 1 of 2" in bar

        answer = browser_of_administrator.post(reverse("sign_many"), chosen, follow=True).text

        assert "1 signed." in answer
        assert "E90" in answer
        assert MonthSignature.objects.get().company == equal

    def test_is_taken_back_with_a_reason(
        self, browser_of_administrator: Client, equal: Company
    ) -> None:
        self.sign(browser_of_administrator)
        address = reverse("unsign_month", args=[1001, "2026-06"])

        refused = browser_of_administrator.post(address, {"reason": ""}, follow=True).text
        done = browser_of_administrator.post(address, {"reason": "too early"}, follow=True).text

        assert "only with a reason" in refused
        assert "Earlier signatures" in done
        assert "too early" in done

    @pytest.mark.parametrize("name", ["sign_month", "unsign_month", "sign_many"])
    def test_needs_the_right_to_write(
        self, browser_of_reader: Client, equal: Company, name: str
    ) -> None:
        args = [] if name == "sign_many" else [1001, "2026-06"]

        response = browser_of_reader.post(reverse(name, args=args), {"month": "2026-06"})

        assert response.status_code == 403
        assert not MonthSignature.objects.exists()

    def test_is_for_a_second_person_where_the_template_says_so(
        self, browser_of_administrator: Client, administrator: User, equal: Company
    ) -> None:
        UserTemplate.objects.update(sender_cannot_sign=True)
        equal.journals.get().sendings.update(requested_by=administrator)

        page = browser_of_administrator.get(reverse("company_month", args=[1001, "2026-06"])).text

        assert "a second person signs it" in page
        assert "must be signed by a second person" in self.sign(browser_of_administrator)

    def test_by_a_second_person_is_set_on_the_template(
        self, browser_of_administrator: Client
    ) -> None:
        template = UserTemplate.objects.get(name="Reader")
        rights = {area.value: template.right_to(area) for area in Area}

        browser_of_administrator.post(
            reverse("user_template", args=[template.pk]),
            {"name": "Reader", "sender_cannot_sign": "on", **rights},
        )

        template.refresh_from_db()
        assert template.sender_cannot_sign


class TestUsualMonth:
    @pytest.mark.parametrize(
        ("day", "month"),
        [
            (date(2026, 7, 2), date(2026, 6, 1)),
            (date(2026, 7, 15), date(2026, 7, 1)),
            (date(2026, 1, 14), date(2025, 12, 1)),
        ],
    )
    def test_is_the_one_being_closed(self, day: date, month: date) -> None:
        assert usual_month(day) == month
