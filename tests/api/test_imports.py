"""Importing by the API: the questions of an import come back with what may be answered."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api.conftest import PASSWORD, Program, program_of
from tests.bureau import NOW, a_company, a_journal, a_linked_company, csv_file, monthly_lines

from procountor_sandbox.app import Sandbox
from tilisilta.models import Debtor, Journal, User
from tilisilta.services.journals.answers import discard
from tilisilta.services.users import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]
JUNE = csv_file(monthly_lines(6))
OTHER_JUNE = csv_file(monthly_lines(6, cents=50))


def upload(program: Program, content: bytes = JUNE, **said: Any) -> Any:
    file = SimpleUploadedFile("june.csv", content)
    return program.upload("/imports", {"file": file, "company": 1001, **said})


class TestImport:
    def test_takes_a_file_in_once(self, program: Program) -> None:
        a_company()

        first, second = (upload(program, run="6", year=2026) for _ in range(2))

        assert (first.status_code, second.status_code) == (201, 201)
        [new], [known] = (one.json()["journals"] for one in (first, second))
        assert (new["reference"], new["is_new"], known["is_new"]) == ("1001-2026-6-1", True, False)
        assert new["problems"][0]["code"] == "N04"

    def test_asks_which_run_it_is_and_takes_each_answer(self, program: Program) -> None:
        journal = a_journal(a_company())

        asked = upload(program, OTHER_JUNE).json()
        answered = [
            upload(program, csv_file(monthly_lines(6, cents=50 + place)), **answer)
            for place, answer in enumerate(asked["answers"])
        ]

        assert (asked["status"], asked["code"]) == (409, "E44")
        assert asked["comparison"]["common_accounts"] == 2
        assert asked["answers"][0] == {"revision_of": journal.reference}
        assert [one.status_code for one in answered] == [201, 201]
        references = [one.json()["journals"][0]["reference"] for one in answered]
        assert references == ["1001-2026-6-2", "1001-2026-6b-1"]

    def test_of_the_same_payroll_again_waits_until_it_is_said_to_be_another(
        self, program: Program, procountor: Sandbox
    ) -> None:
        a_journal(a_linked_company())
        again = upload(program, csv_file(monthly_lines(6), description="Muut"), run="7", year=2026)
        [journal] = again.json()["journals"]
        path = f"/journals/{journal['reference']}/another-payroll"

        answered = program.post(path).json()
        repeated = program.post(path)

        assert "N35" in {one["code"] for one in journal["problems"]}
        assert "N35" not in {one["code"] for one in answered["problems"]}
        assert (repeated.status_code, repeated.json()) == (200, answered)

    def test_asks_whether_what_was_discarded_comes_in_again(
        self, program: Program, administrator: User
    ) -> None:
        a_company()
        upload(program)
        discard(Journal.objects.get(), reason="wrong file", user=administrator, now=NOW)

        asked = upload(program)
        [answer] = asked.json()["answers"]

        assert asked.json()["code"] == "E45"
        assert upload(program, **answer).status_code == 201

    def test_asks_for_the_columns(self, program: Program) -> None:
        a_company()
        content = JUNE.replace(b"Account", b"X1").replace(b"Amount", b"X2")

        asked = upload(program, content)
        known = asked.json()["columns"]
        columns = [f"{name}={header}" for name, header in known["known"].items()]
        answered = upload(program, content, columns=[*columns, "account=X1", "amount=X2"])

        assert (asked.status_code, known["headers"]) == (422, ["X1", "Description", "X2", "Date"])
        assert set(known["missing"]) == {"account", "amount"}
        assert answered.status_code == 201

    def test_shows_all_that_is_wrong_with_a_file(self, program: Program) -> None:
        a_company()

        refused = upload(program, JUNE.replace(b"1006.00", b"10o6"))

        document = refused.json()
        assert (refused.status_code, document["code"]) == (422, "E27")
        assert document["problem_count"] == len(document["problems"]) > 0

    def test_names_no_company_of_another_debtor(self, administrator: User) -> None:
        a_company(1002, "Salainen Oy")
        upload(program_of(administrator), company=1002)
        own = Debtor.objects.create(number=999, name="Oma")
        company = a_company()
        company.debtor = own
        company.save()
        limited = program_of(
            create_user("sari", PASSWORD, template=administrator.template, user=None, debtors=[own])
        )

        hidden = upload(limited, company=1002)
        elsewhere = upload(limited)

        assert (hidden.status_code, elsewhere.status_code) == (404, 409)
        assert elsewhere.json()["code"] == "F19"
        assert "Salainen" not in elsewhere.text + hidden.text

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({"run": "6"}, "run"),
            ({"run": " ", "year": 2026}, "run"),
            ({"year": 1066}, "year"),
            ({"revision_of": "1001-2026-9-9"}, "revision_of"),
            ({"columns": ["nothing"]}, "columns"),
            ({"period": "2026-13"}, "period"),
        ],
    )
    def test_refuses_answers_that_make_no_sense(
        self, program: Program, said: dict[str, Any], fault: str
    ) -> None:
        a_company()

        refused = upload(program, **said)

        assert (refused.status_code, set(refused.json()["faults"])) == (422, {fault})
        assert not Journal.objects.exists()
