"""Saving files from the page of a journal."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, a_linked_company

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Debtor, User

pytestmark = pytest.mark.django_db


class TestDownloads:
    @pytest.mark.parametrize(
        ("page", "name", "content_type"),
        [
            ("journal_csv", "journal-1001-2026-6-1.csv", "text/csv; charset=utf-8"),
            (
                "journal_xlsx",
                "journal-1001-2026-6-1.xlsx",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ),
            ("payloads", "journal-1001-2026-6-1.json", "application/json"),
        ],
    )
    def test_are_saved_under_a_telling_name_and_written_down(
        self,
        procountor: Sandbox,
        browser_of_reader: Client,
        reader: User,
        page: str,
        name: str,
        content_type: str,
    ) -> None:
        journal = a_journal(a_linked_company())

        response = browser_of_reader.get(reverse(page, args=[journal.pk]))

        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["Content-Type"] == content_type
        assert response["Cache-Control"] == "no-store"
        entry = AuditEntry.objects.get(action=AuditEntry.Action.JOURNAL_DOWNLOADED)
        assert entry.user == reader

    def test_use_the_decimal_sign_of_the_readers_language(self, browser_of_reader: Client) -> None:
        journal = a_journal(a_company())
        browser_of_reader.cookies["language"] = "fi"

        response = browser_of_reader.get(reverse("journal_csv", args=[journal.pk]))

        assert ";1006,00;" in response.text

    def test_hold_one_payload_as_it_is_sent(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        journal = a_journal(a_linked_company())

        response = browser_of_reader.get(reverse("payload_file", args=[journal.pk, 1]))
        missing = browser_of_reader.get(reverse("payload_file", args=[journal.pk, 2]))

        assert response.content == journal.exports.get().payload.encode()
        assert missing.status_code == 404

    def test_are_not_there_for_users_of_other_debtors(
        self, browser_of_reader: Client, reader: User
    ) -> None:
        journal = a_journal(a_company())
        reader.debtors.add(Debtor.objects.create(number=999, name="Muu"))

        response = browser_of_reader.get(reverse("journal_csv", args=[journal.pk]))

        assert response.status_code == 404
