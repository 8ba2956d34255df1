"""Access to the API: what each token allows, and how the rest is refused."""

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.conftest import PASSWORD, Program, program_of
from tests.bureau import NOW, a_company

from tilisilta.api.paging import cursor_at
from tilisilta.models import ApiToken, AuditEntry, Scope, User, UserTemplate
from tilisilta.services.api_tokens import create_token, revoke_token
from tilisilta.services.users import change_user, create_user

pytestmark = pytest.mark.django_db
LONG_AGO = NOW - timedelta(days=400)


def refused_as(response: object) -> tuple[int, str, str]:
    document = response.json()  # type: ignore[attr-defined]
    return document["status"], document["code"], document["facts"]["reason"]


class TestAToken:
    def test_is_kept_as_a_digest_and_noted_when_used(self, administrator: User) -> None:
        program = program_of(administrator)
        row = ApiToken.objects.filter(name="robot 0")

        program.get("/me")
        first = row.get().last_used_at
        with CaptureQueriesContext(connection) as queries:
            program.get("/me")

        stored = str(row.values().get())
        assert program.secret not in stored
        assert row.get().last_used_at == first is not None
        assert not [one for one in queries if one["sql"].startswith("UPDATE")]
        row.update(last_used_at=NOW - timedelta(hours=2))
        program.get("/me")
        assert row.filter(last_used_at__gt=NOW - timedelta(hours=1)).exists()

    def test_is_needed_whatever_a_browser_brings(self, administrator: User) -> None:
        program = Program(secret="")
        program.client.force_login(administrator)

        without = program.client.get("/api/v1/companies")

        assert refused_as(without) == (401, "E61", "missing")
        assert without["WWW-Authenticate"].startswith("Bearer")
        assert without["Content-Type"] == "application/problem+json"

    def test_that_does_not_do_is_told_why_and_stands_in_the_audit_log(
        self, administrator: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        revoked = program_of(administrator)
        revoke_token(administrator.api_tokens.get(), user=administrator, now=NOW)
        expired = program_of(administrator, now=LONG_AGO, name="old")
        closed = program_of(
            create_user("sari", PASSWORD, template=administrator.template, user=None)
        )
        change_user(User.objects.get(username="sari"), user=administrator, is_active=False)
        unknown = Program(secret=f"{expired.secret}x")
        programs = (revoked, expired, closed, unknown)

        reasons = [refused_as(one.get("/me"))[2] for one in programs for _ in range(2)]

        assert reasons[::2] == reasons[1::2] == ["revoked", "expired", "closed", "unknown"]
        entries = AuditEntry.objects.filter(action=AuditEntry.Action.TOKEN_REFUSED)
        assert entries.count() == 4
        stored = str(list(AuditEntry.objects.values()))
        assert not any(one.secret in stored + caplog.text for one in programs)

    def test_waits_while_its_user_has_to_do_something_else(self, administrator: User) -> None:
        program = program_of(administrator)
        administrator.must_change_password = True
        administrator.save()
        assert refused_as(program.get("/me")) == (401, "E61", "due")

        administrator.must_change_password = False
        administrator.save()
        UserTemplate.objects.update(demands_second_step=True)
        assert refused_as(program.get("/me")) == (401, "E61", "due")

    def test_allows_no_more_than_its_scopes_and_the_rights_of_its_user(
        self, administrator: User, reader: User
    ) -> None:
        body = {"journals": [{"reference": "1-2026-6-1"}]}

        only_reading = program_of(administrator, [Scope.READ]).post("/sendings", body)
        only_sending = program_of(administrator, [Scope.SEND]).get("/companies")
        of_reader = program_of(reader).post("/sendings", body)

        assert refused_as(only_reading) == (403, "E62", "scope")
        assert refused_as(only_sending) == (403, "E62", "scope")
        assert refused_as(of_reader) == (403, "E62", "right")
        assert "Journal entries Export" in of_reader.json()["cause"]

    def test_is_named_in_the_audit_log_with_what_is_done_by_it(
        self, administrator: User, program: Program
    ) -> None:
        a_company()
        file = {"account": "5010"}

        program.client.post(
            "/api/v1/imports", file, headers={"Authorization": f"Bearer {program.secret}"}
        )
        response = program.upload("/imports", {"company": 1001, "file": _file()})

        assert response.status_code == 201
        entry = AuditEntry.objects.get(action=AuditEntry.Action.JOURNAL_IMPORTED)
        assert (entry.user, entry.facts["api_token"]) == (administrator, "robot 0")
        page = program.get("/audit-log").json()["entries"][0]
        assert page["sentence"].endswith("by API token robot 0")
        create_token(
            administrator, name="b", scopes=[Scope.READ], days=1, user=administrator, now=NOW
        )
        assert "api_token" not in AuditEntry.objects.order_by("-pk")[0].facts


class TestWrongTokens:
    def test_are_refused_for_a_while_after_ten_and_right_ones_are_not(
        self, program: Program
    ) -> None:
        wrong = Program(secret="tilisilta_wrong")

        statuses = [wrong.get("/me").status_code for _ in range(11)]
        last = wrong.get("/me")

        assert statuses == [401] * 10 + [429]
        assert last.json()["code"] == "E63"
        assert int(last["Retry-After"]) == 15 * 60
        assert program.get("/me").status_code == 200
        refused = AuditEntry.objects.filter(action=AuditEntry.Action.LOG_INS_REFUSED)
        assert refused.count() == 1


@pytest.mark.once
class TestRefusals:
    @pytest.mark.parametrize(
        ("language", "title"),
        [
            ("fi", "Täällä ei ole mitään"),
            ("sv-SE,sv;q=0.9", "Det finns inget här"),
            ("nl", "There is nothing here"),
        ],
    )
    def test_speak_the_language_asked_for(
        self, program: Program, language: str, title: str
    ) -> None:
        refused = program.get("/companies/1001", Accept_Language=language)

        assert refused.json()["title"] == title

    @pytest.mark.parametrize("path", ["/nothing", "/companies/x", "/journals/1-2-3/preview/"])
    def test_of_addresses_that_are_not_there_are_problems_too(
        self, program: Program, path: str
    ) -> None:
        refused = program.get(path)

        assert refused.status_code == refused.json()["status"] == 404
        assert refused["Content-Type"] == "application/problem+json"
        assert refused["Cache-Control"] == "no-store"

    def test_of_methods_and_bodies_that_are_not_described(self, program: Program) -> None:
        method = program.get("/sendings")
        body = program.client.post(
            "/api/v1/sendings",
            "{",
            "application/json",
            headers={"Authorization": f"Bearer {program.secret}"},
        )

        head = program.client.head(
            "/api/v1/me", headers={"Authorization": f"Bearer {program.secret}"}
        )

        assert (head.status_code, head.content) == (200, b"")
        assert (method.status_code, method["Allow"]) == (405, "POST")
        assert method.json()["code"] == body.json()["code"] == "E68"
        assert body.status_code == 400

    def test_name_the_values_that_are_not_possible(self, program: Program) -> None:
        faults = [
            program.get("/journals", {"limit": 0, "period": "2026-13"}).json()["faults"],
            program.get("/journals", {"cursor": "x"}).json()["faults"],
            program.post("/sendings", {"journals": [{}]}).json()["faults"],
        ]

        assert [set(one) for one in faults] == [
            {"limit", "period"},
            {"cursor"},
            {"journals.0.reference"},
        ]

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/journals?compny=1001", 422),
            ("/companies/99999999999999999999", 404),
            ("/journals/1001-2026-%00-1", 422),
            ("/journals/1001-2026-%FF-1", 404),
            ("/companies?debtor=99999999999999999999", 200),
            ("/journals?company=-1&period=2099-12", 200),
            (f"/receipts?cursor={cursor_at(10**18 - 1)}&since=0001-01-01", 200),
            ("/audit-log?since=0001-01-01&until=9999-12-31", 200),
            ("/months/2000-01", 200),
            ("/months/2000-13", 422),
        ],
    )
    def test_of_odd_addresses_are_no_faults(self, program: Program, path: str, status: int) -> None:
        assert program.get(path).status_code == status

    @pytest.mark.parametrize(
        "body",
        [
            '{"journals": [{"reference": "1001-2026-6-1", "digset": "0"}]}',
            '{"journals": [{"reference": "1001-2026-\\u0000-1"}]}',
            '{"journals": [{"reference": "1001-2026-\\ud800-1"}]}',
            '{"journals": []}',
            "[]",
        ],
    )
    def test_of_odd_bodies_are_no_faults(self, program: Program, body: str) -> None:
        refused = program.client.post(
            "/api/v1/sendings",
            body,
            "application/json",
            headers={"Authorization": f"Bearer {program.secret}", "Idempotency-Key": "k"},
        )

        assert (refused.status_code, refused.json()["code"]) == (422, "E67")

    def test_of_a_fault_of_ours_say_and_log_nothing_of_the_request(
        self,
        program: Program,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("tilisilta.api.companies.company_document", broken)
        a_company()

        refused = program.get("/companies")

        assert (refused.status_code, refused.json()["code"]) == (500, "E30")
        assert "ZeroDivisionError" in caplog.text
        assert program.secret not in caplog.text


def _file() -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: PLC0415

    content = b"Account;Description;Amount;Date\n5010;Palkat;10.00;2026-06-28\n"
    return SimpleUploadedFile("june.csv", content + b"2961;Palkat;-10.00;2026-06-28\n")
