"""What is told without being asked for: webhooks with their messages, notices, and machines."""

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.api.conftest import PASSWORD, Program, program_of
from tests.bureau import NOW, a_company, a_connection
from tests.management.conftest import Give, give
from tests.receivers import Receiver, listening

from nmbrs_sandbox.app import Sandbox as Nmbrs
from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import Debtor, Notice, User, UserTemplate, Webhook, Worker
from tilisilta.services.notices.choosing import choose_notices
from tilisilta.services.users import create_user

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADDRESS = "https://hooks.example/T0ken"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = (ip_network("127.0.0.1"),)
    with listening() as there:
        yield there


def limited_program(administrator: User, debtor: Debtor) -> Program:
    """Return a program of a user with all rights, limited to ``debtor``."""
    template = administrator.template
    user = create_user("eeva", PASSWORD, template=template, user=administrator, debtors=[debtor])
    return program_of(user)


class TestWebhooks:
    def test_are_made_tried_listed_and_ended_and_show_their_secret_once(
        self, program: Program, receiver: Receiver, give: Give
    ) -> None:
        wanted = {"name": "robot", "format": "json", "address": receiver.url("/T0ken")}
        receiver.statuses = [200, 503]

        made = program.post("/webhooks", wanted)
        at = f"/webhooks/{made.json()['id']}"
        taken = program.post("/webhooks", wanted)
        tried, failed = program.post(f"{at}/test").json(), program.post(f"{at}/test").json()
        listed, messages = program.get("/webhooks"), program.get(f"{at}/messages", {"limit": 1})
        command = give("webhook", "list", "--json").document
        ended = program.post(f"{at}/end")
        after = program.post(f"{at}/test")

        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        assert NoticeKind.READY.value not in made.json()["kinds"]
        assert (taken.status_code, taken.json()["code"]) == (409, "E57")
        assert (tried["state"], tried["status"]) == ("delivered", 200)
        assert (failed["state"], failed["status"]) == ("failed", 503)
        assert listed.json()["webhooks"] == command["webhooks"]
        assert [one["id"] for one in messages.json()["messages"]] == [failed["id"]]
        assert (ended.json()["end"], ended.json()["address"]) == ("ended", None)
        assert after.status_code == 404
        for answer in (taken, listed, messages, ended):
            assert "T0ken" not in answer.text
            assert "whsec_" not in answer.text

    def test_are_changed_and_keep_what_is_not_named(self, program: Program) -> None:
        own = Debtor.objects.create(number=102, name="Oma")
        made = program.post(
            "/webhooks",
            {"name": "robot", "format": "json", "address": ADDRESS, "debtors": [102]},
        ).json()
        at = f"/webhooks/{made['id']}"

        renamed = program.post(f"{at}/changes", {"name": "channel", "is_active": False}).json()
        wider = program.post(f"{at}/changes", {"all_debtors": True, "kinds": ["ready"]}).json()
        slack = program.post(f"{at}/changes", {"format": "slack"}).json()
        no_secret = program.post(f"{at}/secret")
        signed = program.post(f"{at}/changes", {"format": "json", "debtors": [102]}).json()
        renewed = program.post(f"{at}/secret").json()

        whole = {**made, "secret": None, "name": "channel", "is_active": False}
        assert renamed == whole
        assert wider == {**whole, "debtors": None, "kinds": ["ready"]}
        assert slack == {**wider, "format": "slack"}
        assert (no_secret.status_code, list(no_secret.json()["faults"])) == (422, ["format"])
        assert signed["debtors"] == [own.number]
        webhook = Webhook.objects.get()
        assert (webhook.address, webhook.secret) == (ADDRESS, renewed["secret"])
        assert webhook.former_secret == signed["secret"]
        program.post(f"{at}/end")
        for path in ("changes", "secret"):
            assert program.post(f"{at}/{path}", {"name": "x"}).status_code == 404

    @pytest.mark.parametrize(
        ("changed", "status", "said"),
        [
            ({"address": "http://hooks.example/T1ken"}, 422, "E58"),
            ({"address": ""}, 422, "address"),
            ({"kinds": []}, 422, "kinds"),
            ({"language": "xx"}, 422, "language"),
            ({"debtors": [4711]}, 422, "debtors"),
            ({"debtors": [102], "all_debtors": True}, 422, "all_debtors"),
            ({"name": " "}, 422, "name"),
        ],
    )
    def test_stay_as_they_are_where_a_change_is_refused(
        self, program: Program, changed: dict[str, object], status: int, said: str
    ) -> None:
        Debtor.objects.create(number=102, name="Oma")
        wanted = {"name": "robot", "format": "json", "address": ADDRESS}
        made = program.post("/webhooks", wanted).json()

        refused = program.post(f"/webhooks/{made['id']}/changes", changed)

        assert refused.status_code == status
        assert said in {refused.json()["code"], *refused.json().get("faults", ())}
        assert "T1ken" not in refused.text
        assert Webhook.objects.get().address == ADDRESS

    def test_show_a_stored_address_that_nothing_is_sent_to(self, program: Program) -> None:
        program.post("/webhooks", {"name": "robot", "format": "json", "address": ADDRESS})
        Webhook.objects.update(address="http://hooks.example/T0ken")

        listed = program.get("/webhooks").json()["webhooks"]

        assert [one["address_fault"] for one in listed] == ["not_https"]

    @pytest.mark.parametrize(
        ("changed", "status", "said"),
        [
            ({"address": "https://127.0.0.1/T0ken"}, 422, "E58"),
            ({"address": "no address T0ken"}, 422, "E58"),
            ({"kinds": []}, 422, "kinds"),
            ({"kinds": ["T0ken"]}, 422, "kinds.0"),
            ({"language": "xx"}, 422, "language"),
            ({"debtors": [4711]}, 422, "debtors"),
            ({"name": " "}, 422, "name"),
            ({"name": "131052-308T"}, 422, "name"),
        ],
    )
    def test_name_what_is_wrong_and_never_the_address(
        self, program: Program, changed: dict[str, object], status: int, said: str
    ) -> None:
        wanted = {"name": "robot", "format": "slack", "address": "https://hooks.example/T0ken"}

        refused = program.post("/webhooks", {**wanted, **changed})

        assert refused.status_code == status
        assert said in {refused.json()["code"], *refused.json().get("faults", ())}
        assert "T0ken" not in refused.text
        assert not Webhook.objects.exists()

    def test_tell_of_no_other_debtors_than_their_maker_may_see(self, administrator: User) -> None:
        own, other = (Debtor.objects.create(number=one, name=str(one)) for one in (102, 103))
        program = limited_program(administrator, own)
        wanted = {"name": "robot", "format": "slack", "address": "https://hooks.example/T0ken"}

        refused = [
            program.post("/webhooks", {**wanted, **more}).json()["faults"]
            for more in ({}, {"debtors": [102, 103]}, {"debtors": [102, 104]})
        ]
        made = program.post("/webhooks", {**wanted, "debtors": [102]}).json()
        wider = [
            program.post(f"/webhooks/{made['id']}/changes", more).json()["faults"]
            for more in ({"all_debtors": True}, {"debtors": [103]})
        ]
        assert [list(one) for one in wider] == [["all_debtors"], ["debtors"]]
        shown = program.get("/webhooks").json()["webhooks"]
        Webhook.objects.get().debtors.add(other)
        hidden = program.get("/webhooks").json()["webhooks"]

        # Of a debtor that is hidden it says what it says of one that is not there.
        assert [one["debtors"].replace("104", "103") for one in refused[1:]] == [
            "There is no debtor 103."
        ] * 2
        assert set(refused[0]) == {"debtors"}
        assert (made["secret"], made["debtors"]) == (None, [102])
        assert [len(shown), len(hidden)] == [1, 0]


def test_notices_are_those_that_the_user_may_be_told(
    administrator: User, nmbrs: Nmbrs, program: Program
) -> None:
    company, other = a_company(1001), Debtor.objects.create(number=102, name="Saaristo")
    values = {"kind": NoticeKind.MISSING_RUN, "raised_at": NOW, "month": "2026-06-01"}
    for number in range(3):
        Notice.objects.create(key=f"{number}", company=company, debtor=company.debtor, **values)
    Notice.objects.create(
        key="c", kind=NoticeKind.AUTHORISATION, connection=a_connection(), raised_at=NOW
    )
    passed = Notice.objects.create(key="d", company=company, **values)
    Notice.objects.filter(pk=passed.pk).update(passed_at=NOW)

    first = program.get("/notices", {"limit": 3}).json()
    rest = program.get("/notices", {"limit": 3, "cursor": first["next"]}).json()
    missing = program.get("/notices", {"kind": "missing_run"}).json()["notices"]
    limited = limited_program(administrator, other).get("/notices").json()["notices"]
    reader = UserTemplate.objects.create(name="Months", journal_exports="read")
    narrow = create_user("oona", PASSWORD, template=reader, user=administrator)
    of_narrow = program_of(narrow).get("/notices").json()["notices"]

    assert [len(first["notices"]), len(rest["notices"]), rest["next"]] == [3, 1, None]
    assert missing[0]["company"] == {"number": 1001, "name": company.name}
    assert missing[0]["month"] == "2026-06"
    assert [(one["kind"], one["service"]) for one in limited] == [("authorisation", "nmbrs")]
    assert {one["kind"] for one in of_narrow} == {"missing_run"}


def test_me_says_what_mails_tell(program: Program, administrator: User) -> None:
    before = program.get("/me").json()["notices"]
    daily = dict.fromkeys(NoticeKind, Cadence.DAILY)
    choose_notices(administrator, address="aino@bureau.example", cadences=daily, now=NOW)
    after = program.get("/me")

    assert before == {}
    assert after.json()["notices"] == dict.fromkeys(NoticeKind, "daily")
    assert "aino@" not in after.text


def test_names_of_machines_are_for_those_who_manage_users(
    program: Program, administrator: User, reader: User
) -> None:

    now = timezone.now()
    Worker.objects.create(executor_id="palkka-kone-1-2f", started_at=now, heard_at=now)
    limited = limited_program(administrator, Debtor.objects.create(number=102, name="Saaristo"))

    shown = program.get("/status").json()
    others = [one.get("/status") for one in (limited, program_of(reader))]

    assert (shown["worker_count"], shown["workers"]) == (1, ["palkka-kone-1-2f"])
    for one in others:
        assert (one.json()["worker_count"], one.json()["workers"]) == (1, None)
        assert "palkka-kone" not in one.text
