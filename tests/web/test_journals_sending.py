"""The page of a journal while it is sent, and what its buttons ask for."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    csv_file,
    link_to,
    monthly_lines,
    on_post,
    send,
    states,
)
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import Attempt, Export, Journal, Sending, User
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link

pytestmark = pytest.mark.django_db


def _page(browser: Client, journal: Journal) -> str:
    response = browser.get(reverse("journal", args=[journal.pk]))
    assert response.status_code == 200
    return response.text


def _seen(text: str) -> str:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text)
    assert seen
    return seen[1]


class TestAReceiptThatIsNotWantedAnyMore:
    """It was refused once. Since the link was changed, the journal books without it."""

    @staticmethod
    def _journal(procountor: Sandbox) -> Journal:
        company = a_linked_company()
        lines = [
            ("5010", "100.00", "2026-05-28"),
            ("5010", "-100.00", "2026-05-28"),
            *monthly_lines(6),
        ]
        journal = import_journal(
            csv_file(lines), file_name="j.csv", company=company, user=None, now=NOW
        ).journal
        procountor.faults.add(on_post(FaultKind.REJECT))
        send(journal)
        change_link(company.link, user=None, sums_equal_lines=True)
        return journal

    def test_is_not_counted_among_those_to_send(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = self._journal(procountor)
        assert states(journal) == ["withdrawn", "ready"]

        text = _page(browser_of_administrator, journal)

        assert "Send 1 receipt" in text
        assert "<dt>Receipts</dt><dd>1</dd>" in squeezed(text)
        assert "<dd>1,006.00" in re.sub(r'<span class="pos">', "", text)

    def test_leaves_no_dead_button_after_the_rest_was_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = send(self._journal(procountor))
        assert states(journal) == ["withdrawn", "posted"]

        text = _page(browser_of_administrator, journal)

        assert "What was sent" in text
        assert 'aria-disabled="true"' not in text
        assert str(journal.exports.get(state="posted").receipt_number) in text


class TestSend:
    def test_sends_what_was_seen(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        journal = a_journal(a_linked_company())
        seen = _seen(_page(browser_of_administrator, journal))

        response = browser_of_administrator.post(
            reverse("send_journal", args=[journal.pk]), {"seen": seen}, follow=True
        )

        assert response.redirect_chain == [(reverse("journal", args=[journal.pk]), 302)]
        assert "is being sent: 1 ledger receipt." in response.text
        assert Sending.objects.get().requested_by == administrator

    def test_names_the_books_it_goes_to(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company(1001)
        link_to(company, an_account(1002))

        text = _page(browser_of_administrator, a_journal(company))

        bar = text[text.index('<section class="sendbar"') :]
        assert "Goes to" in bar
        assert "Koivulammi Huolto Oy, 9901020-8" in bar
        assert "another name or business ID" in bar

    def test_makes_one_sending_of_a_double_click(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        seen = _seen(_page(browser_of_administrator, journal))
        address = reverse("send_journal", args=[journal.pk])

        responses = [browser_of_administrator.post(address, {"seen": seen}) for _ in range(2)]

        assert [response.status_code for response in responses] == [302, 302]
        assert Sending.objects.count() == 1

    def test_says_calmly_that_it_was_sent_before(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = send(a_journal(a_linked_company()))

        response = browser_of_administrator.post(
            reverse("send_journal", args=[journal.pk]), follow=True
        )

        assert "has been sent already" in response.text
        assert Attempt.objects.count() == 1

    def test_refuses_what_has_changed_since_it_was_seen(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())

        response = browser_of_administrator.post(
            reverse("send_journal", args=[journal.pk]), {"seen": "0" * 64}, follow=True
        )

        assert "no longer what you looked at" in response.text
        assert not Sending.objects.exists()

    def test_goes_back_to_the_list_it_came_from_and_nowhere_else(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        address = reverse("send_journal", args=[journal.pk])

        ours = browser_of_administrator.post(address, {"next": "/exports?page=2"})
        foreign = browser_of_administrator.post(address, {"next": "https://example.org/"})

        assert ours["Location"] == f"/exports?page=2#j{journal.pk}"
        assert foreign["Location"] == reverse("journal", args=[journal.pk])

    def test_is_refused_to_a_reader(self, procountor: Sandbox, browser_of_reader: Client) -> None:
        journal = a_journal(a_linked_company())

        response = browser_of_reader.post(reverse("send_journal", args=[journal.pk]))

        assert response.status_code == 403
        assert states(journal) == ["ready"]

    def test_needs_a_post(self, browser_of_administrator: Client) -> None:
        journal = a_journal(a_company())

        response = browser_of_administrator.get(reverse("send_journal", args=[journal.pk]))

        assert response.status_code == 405


class TestProgress:
    def test_tells_how_many_receipts_are_booked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))

        page = _page(browser_of_administrator, journal)
        part = browser_of_administrator.get(reverse("journal_progress", args=[journal.pk]))

        assert 'hx-trigger="every 2s"' in page
        assert "0 of 2 receipts booked" in part.text

    def test_moves_every_state_the_page_shows(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))
        page = _page(browser_of_administrator, journal)

        part = browser_of_administrator.get(reverse("journal_progress", args=[journal.pk])).text

        moving = re.findall(r'id="([^"]+)" hx-swap-oob', part)
        assert moving[:3] == ["state", "r1s", "r2s"]
        assert all(f'id="{name}"' in page for name in moving[:3])

    def test_stays_silent_while_there_is_nothing_new(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))
        address = reverse("journal_progress", args=[journal.pk])
        first = browser_of_administrator.get(address)
        shown = re.search(r'name="shown" value="([^"]+)"', first.text)
        assert shown

        again = browser_of_administrator.get(address, {"shown": shown[1]})
        Export.objects.filter(journal=journal, booking_date__month=5).update(state="posting")
        moved = browser_of_administrator.get(address, {"shown": shown[1]})

        assert again.status_code == 204
        assert moved.status_code == 200

    def test_reloads_the_page_when_all_is_done(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = send(a_journal(a_linked_company()))

        part = browser_of_administrator.get(reverse("journal_progress", args=[journal.pk]))

        assert part["HX-Refresh"] == "true"
        assert str(journal.exports.get().receipt_number) in _page(browser_of_administrator, journal)


class TestPartlySent:
    def test_offers_to_send_the_rest_once_it_is_put_right(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        procountor.faults.add(
            Fault(kind=FaultKind.REJECT, method="POST", path="/ledgerreceipts", skip=1)
        )
        sent = send(journal)
        assert sent.state == "partly_sent"
        stopped = _page(browser_of_administrator, sent)

        checked = browser_of_administrator.post(
            reverse("check_journal", args=[journal.pk]), follow=True
        ).text

        assert "problem stops this journal" in stopped
        assert "Send the remaining receipt" in checked


class TestUncertain:
    def test_is_shown_at_the_receipt_and_at_those_that_wait_for_it(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        journal = a_journal(a_linked_company(), 4, 5, 6)
        first, *later = journal.exports.order_by("booking_date")
        Export.objects.filter(pk=first.pk).update(state="uncertain")
        Export.objects.filter(pk__in=[export.pk for export in later]).update(state="queued")

        text = _page(browser_of_reader, journal)

        assert "It is uncertain whether the receipt of 28 Apr 2026 is booked" in text
        assert text.count("waits for an earlier one") == len(later)
        assert f'href="{reverse("common_errors")}#S02"' in text
        assert f'href="{reverse("common_errors")}#S08"' in text

    def test_is_left_out_where_the_receipt_was_found_several_times(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        several = [Problem(code=ProblemCode.FOUND_SEVERAL_TIMES)]
        Export.objects.filter(journal=journal).update(state="uncertain", problems=several)

        text = _page(browser_of_reader, journal)

        assert "#S03" in text
        assert "#S02" not in text


class TestLookAgain:
    def test_is_offered_for_an_uncertain_receipt_without_a_search_under_way(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        Export.objects.filter(journal=journal).update(state="uncertain")
        Journal.objects.filter(pk=journal.pk).update(state="uncertain")
        assert "Look again in Procountor" in _page(browser_of_administrator, journal)

        response = browser_of_administrator.post(
            reverse("look_again", args=[journal.pk]), follow=True
        )

        assert "Tilisilta looks for the receipts in Procountor." in response.text
        assert Sending.objects.filter(finished_at__isnull=True).count() == 1


class TestRefusedReceipt:
    @staticmethod
    def _refused(procountor: Sandbox, code: str, field: str | None = None) -> Journal:
        journal = a_journal(a_linked_company())
        procountor.faults.add(on_post(FaultKind.REJECT, code=code, field=field))
        return send(journal)

    def test_shows_the_message_on_the_row_that_procountor_named(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = self._refused(
            procountor, "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION", "transactions[0].account"
        )

        text = squeezed(_page(browser_of_administrator, journal))

        row = f"row-{journal.exports.get().booking_date}-1"
        assert f'<tr role="row" id="{row}" class="flag">' in text
        assert f'href="#{row}"' in text
        assert "rejected row 1 of the receipt" in text
        assert "row 1: ledger account" in text
        assert "transactions[" not in text

    @pytest.mark.parametrize(
        ("code", "remedy", "anchor"),
        [
            ("CLOSED_FISCAL_PERIOD", "Open the period in Procountor", "#link-period"),
            (
                "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION",
                "Add the ledger account in Procountor",
                "#link-accounts",
            ),
            (
                "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE",
                "Create or activate the item",
                "#link-dimensions",
            ),
        ],
    )
    def test_leads_to_the_part_of_the_link_that_helps(
        self,
        procountor: Sandbox,
        browser_of_administrator: Client,
        code: str,
        remedy: str,
        anchor: str,
    ) -> None:
        journal = self._refused(procountor, code, "transactions[1].account")

        text = _page(browser_of_administrator, journal)

        assert code in text
        assert remedy in text
        link = journal.exports.get().link
        assert f'href="{reverse("link", args=[link.pk])}{anchor}"' in text
