"""Procountor leaves the receipt number empty: the number of the invoice is shown instead."""

import re
from typing import Any

import httpx2
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.bureau import a_journal, a_linked_company, send

from procountor_sandbox.app import Sandbox
from tilisilta.domain.standing import JournalState
from tilisilta.models import AuditEntry, Journal

pytestmark = pytest.mark.django_db


@pytest.fixture(params=['""', "null", '"-"'])
def procountor(sandbox: Sandbox, settings: Settings, request: pytest.FixtureRequest) -> Sandbox:
    """The stand-in, which leaves every receipt number empty in one of several ways."""
    empty = f'"receiptNumber": {request.param}'.encode()

    def without_numbers(environ: Any, start_response: Any) -> Any:
        answer = b"".join(sandbox(environ, start_response))
        return [re.sub(rb'"receiptNumber": ?\d+', empty, answer)]

    settings.PROCOUNTOR_TRANSPORT = httpx2.WSGITransport(app=without_numbers)
    return sandbox


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    # Two in a row: the second one looks in a list that has the first one without a number.
    company = a_linked_company()
    send(a_journal(company, 5, run_number="5"))
    return send(a_journal(company, 6))


def number_of(sandbox: Sandbox) -> str:
    return str(sandbox.ledger.receipts(50101)[-1].invoice_number)


class TestSending:
    def test_is_not_stopped(self, sent: Journal) -> None:
        assert sent.state == JournalState.SENT
        assert sent.exports.get().receipt_number is None

    def test_records_the_number_of_the_invoice(self, sent: Journal, procountor: Sandbox) -> None:
        booked = AuditEntry.objects.filter(action="receipt_posted").latest("pk")

        assert booked.facts["number"] == number_of(procountor)


class TestPages:
    def test_show_the_number_of_the_invoice(
        self, sent: Journal, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        number = number_of(procountor)

        for address in (
            reverse("journal", args=[sent.pk]),
            reverse("exports"),
            reverse("company", args=[sent.company.number]),
        ):
            assert number in browser_of_administrator.get(address).text
