"""The pages of two persons, and the button that stops what is not begun."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import Clock, a_journal, a_linked_company, deliver, states
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Export, JointSending, Journal, Link, Proposal, User, UserTemplate
from tilisilta.services.links import change_link
from tilisilta.services.receipts_of_year import with_sendings
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.together import send_together
from tilisilta.services.users import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def onni(administrator: User) -> Client:
    template = UserTemplate.objects.get(name="Payroll clerk")
    client = Client()
    client.force_login(create_user("onni", "a bridge over the river", template=template, user=None))
    return client


@pytest.fixture
def journals(procountor: Sandbox) -> list[Journal]:
    return [
        a_journal(a_linked_company(number, needs_release=number != 1004), 6, run_number=run)
        for number, run in ((1001, "6"), (1003, "8"), (1004, "9"))
    ]


def proposed(aino: Client, journal: Journal) -> Proposal:
    answer = aino.post(reverse("send_journal", args=[journal.pk]), follow=True)
    assert "is proposed. Another person has to release it." in squeezed(answer.text)
    return Proposal.objects.get(journal=journal)


def test_one_proposes_and_another_looks_and_releases(
    journals: list[Journal], browser_of_administrator: Client, onni: Client
) -> None:
    journal = journals[0]
    page = reverse("journal", args=[journal.pk])
    assert "Propose 1 receipt" in squeezed(browser_of_administrator.get(page).text)

    proposal = proposed(browser_of_administrator, journal)

    listed = squeezed(browser_of_administrator.get(reverse("proposals")).text)
    assert "Take it back …" in listed
    assert "untick what shall wait" not in listed
    own = squeezed(browser_of_administrator.get(page).text)
    assert "Take it back" in own
    assert "Release and send" not in own
    totals = onni.get(reverse("exports")).context["totals"]
    assert totals.states == (("ready", 2), ("proposed", 1))
    assert (totals.ready_count, totals.count) == (2, 3)
    for state, pks in (("proposed", journals[:1]), ("ready", journals[1:])):
        rows = onni.get(reverse("exports"), {"state": state}).context["rows"]
        assert {row.journal for row in rows} == {*pks}
    counts = onni.get(reverse("overview"), {"month": "2026-06"}).context["overview"].counts
    assert (counts.unsent, counts.proposed, counts.waiting, counts.due) == (2, 1, 2, 3)
    cells = onni.get(reverse("month_end"), {"month": "2026-06"}).context["page"].line
    assert {one.state: one.count for one in cells if one.count} == {"ready": 2, "proposed": 1}
    for address in (page, reverse("company", args=[1001]), reverse("companies")):
        assert "<span>Proposed</span>" in onni.get(address).text
    for name in ("overview", "month_end"):
        told = squeezed(onni.get(reverse(name), {"month": "2026-06"}).text)
        assert "1 journal is proposed to be sent: another person has to release it." in told
    assert "Release and send" in squeezed(onni.get(page).text)
    onni.post(reverse("proposals"), {"release": proposal.pk, "next": page})
    assert states(journal) == ["queued"]
    proposal.refresh_from_db()
    assert proposal.outcome == "released"


def test_the_proposer_can_neither_release_nor_send_by_another_way(
    journals: list[Journal], browser_of_administrator: Client
) -> None:
    journal = journals[0]
    proposal = proposed(browser_of_administrator, journal)

    answer = browser_of_administrator.post(
        reverse("proposals"), {"release": proposal.pk}, follow=True
    )
    browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))

    assert "You have proposed the journal" in answer.text
    assert states(journal) == ["ready"]
    assert list(Proposal.objects.values_list("outcome", flat=True)) == [""]


def test_it_is_sent_back_with_a_reason(
    journals: list[Journal], browser_of_administrator: Client, onni: Client
) -> None:
    proposal = proposed(browser_of_administrator, journals[0])
    address = reverse("send_back", args=[proposal.pk])
    assert onni.post(address, {"reason": ""}).status_code == 422

    answer = onni.post(address, {"reason": "Tarkista lomaraha."}, follow=True)

    assert "is sent back to aino" in squeezed(answer.text)
    came_back = squeezed(answer.text).partition("Came back")[2]
    assert "1001" in came_back
    assert "sent it back: Tarkista lomaraha." in came_back
    browser_of_administrator.post(reverse("send_journal", args=[journals[0].pk]))
    assert "Came back" not in onni.get(reverse("proposals")).text
    page = browser_of_administrator.get(reverse("journal", args=[journals[0].pk])).text
    assert "Tarkista lomaraha." in page


def test_all_of_a_month_are_proposed_where_demanded_and_released_with_one_click(
    journals: list[Journal], browser_of_administrator: Client, onni: Client
) -> None:
    shown = browser_of_administrator.get(reverse("send_ready"))
    bar = squeezed(shown.text)
    assert "Send 1 journal · Propose 2 journals" in bar

    sent = browser_of_administrator.post(
        reverse("send_ready"), {"journals": shown.context["journals"]}, follow=True
    )
    assert "2 more were proposed: another person releases them." in squeezed(sent.text)
    assert [states(one) for one in journals] == [["ready"], ["ready"], ["queued"]]
    listed = onni.get(reverse("proposals"))
    # Released only from its page, where its warning stands.
    Journal.objects.filter(pk=journals[0].pk).update(needs_look=True)
    assert onni.get(reverse("proposals")).text.count('name="release"') == 1
    Link.objects.filter(company=journals[1].company).update(start_month="2030-01-01")
    onni.post(
        reverse("proposals"), {"release": list(Proposal.objects.values_list("pk", flat=True))}
    )

    assert listed.text.count('name="release"') == 2
    assert [states(one) for one in journals] == [["queued"], ["ready"], ["queued"]]
    assert sorted(Proposal.objects.values_list("outcome", flat=True)) == ["released", "void"]
    came_back = squeezed(onni.get(reverse("proposals")).text).partition("Came back")[2]
    assert str(journals[1].company) in came_back
    assert "The link has been changed or has ended." in came_back


def test_what_one_person_sent_with_the_demand_off_says_so(
    journals: list[Journal], browser_of_administrator: Client, administrator: User, onni: Client
) -> None:
    journal = journals[0]
    link = Link.objects.get(company=journal.company)
    change_link(link, user=administrator, needs_release=False)
    browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))
    change_link(Link.objects.get(pk=link.pk), user=administrator, needs_release=True)
    clock = Clock(now=timezone.now())
    deliver(journal.sendings.get(), clock)
    # Who asks once more, or only looks, has not sent it.
    onni_user = User.objects.get(username="onni")
    send_together([Wanted(journal=journal)], user=onni_user, now=clock.now)

    page = squeezed(browser_of_administrator.get(reverse("journal", args=[journal.pk])).text)
    bar = page[page.index("sent by one person") - 200 : page.index("sent by one person")]
    (row,) = onni.get(reverse("exports"), {"state": "sent"}).context["rows"]
    (receipt,) = with_sendings(journal.exports.all())

    assert "sent by one person: no second one was demanded since" in page
    assert "aino" in bar
    assert "onni" not in bar
    assert (row.sent_by, receipt.sent_by) == ("aino", "aino")


def test_a_sending_names_the_receipts_that_it_has_booked_itself(
    journals: list[Journal], browser_of_administrator: Client
) -> None:
    shown = browser_of_administrator.get(reverse("send_ready"))
    browser_of_administrator.post(reverse("send_ready"), {"journals": shown.context["journals"]})
    joint, clock = JointSending.objects.get(), Clock()
    deliver(journals[2].sendings.get(), clock)
    booked = journals[2].exports.get()
    booked.posted_at = joint.requested_at
    booked.save()
    # As after it was withdrawn and sent again.
    again = Export.objects.get(pk=booked.pk)
    again.pk, again.token, again.epoch = None, "ABCDEFGH", booked.epoch + 1
    again.receipt_number = 4711
    again.save()
    page = reverse("sent_together", args=[joint.pk])

    (told,) = browser_of_administrator.get(page).context["last_booked"]

    assert told[1] == str(booked.shown_number)


def test_what_is_not_begun_is_stopped(
    journals: list[Journal], browser_of_administrator: Client, browser_of_reader: Client
) -> None:
    shown = browser_of_administrator.get(reverse("send_ready"))
    browser_of_administrator.post(reverse("send_ready"), {"journals": shown.context["journals"]})
    joint = JointSending.objects.get()
    page = reverse("sent_together", args=[joint.pk])
    stop = reverse("stop_together", args=[joint.pk])
    assert 'id="stop"' in browser_of_administrator.get(page).text
    assert 'id="stop"' not in browser_of_reader.get(page).text
    assert browser_of_reader.post(stop).status_code == 403

    answer = squeezed(browser_of_administrator.post(stop, follow=True).text)

    assert "1 journal is stopped and ready again." in answer
    assert "Stopped by aino at" in answer
    assert 'id="stop"' not in answer
    assert states(journals[2]) == ["ready"]
