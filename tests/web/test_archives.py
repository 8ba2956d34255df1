"""Saving the archive of a month from its page and from the month end."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import a_company, a_journal, a_linked_company, compare_asked, send

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Export
from tilisilta.services.archiving.attaching import attach, due_files

pytestmark = pytest.mark.django_db


def test_is_saved_from_both_pages_in_the_language_of_the_reader(
    procountor: Sandbox, browser_of_reader: Client
) -> None:
    send(a_journal(a_linked_company()))
    page = reverse("company_month", args=[1001, "2026-06"])
    address = reverse("archive_month", args=[1001, "2026-06"])
    assert f'href="{address}"' not in browser_of_reader.get(page).text
    browser_of_reader.post(page)
    compare_asked()

    assert f'href="{address}"' in browser_of_reader.get(page).text
    assert f'href="{address}"' in browser_of_reader.get("/month-end?month=2026-06").text
    saved = browser_of_reader.get(address, headers={"accept-language": "fi"})

    assert saved["Content-Disposition"] == 'attachment; filename="archive-1001-2026-06.zip"'
    assert saved["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(saved.content)) as archive:
        assert json.loads(archive.read("manifest.json"))["company"]["number"] == 1001
    assert AuditEntry.objects.get(action="month_archived").facts["period"] == "2026-06"


def test_without_anything_to_archive_says_so_on_the_page(browser_of_reader: Client) -> None:
    a_company()

    answered = browser_of_reader.get(reverse("archive_month", args=[1001, "2026-06"]), follow=True)

    assert "has nothing to archive" in answered.text
    assert "E97" in answered.text


def test_the_page_of_the_month_has_the_files_of_the_receipts(
    procountor: Sandbox, browser_of_reader: Client
) -> None:
    send(a_journal(a_linked_company(attaches="journal")))
    Export.objects.update(posted_at=timezone.now())
    (due,) = due_files(timezone.now())
    attach(due, now=timezone.now(), pace=lambda: None)

    page = browser_of_reader.get(reverse("company_month", args=[1001, "2026-06"])).text

    assert due.name in page
    assert "attached" in page
