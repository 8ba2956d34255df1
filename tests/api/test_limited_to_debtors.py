"""Users limited to debtors: no operation of the API shows or changes anything of another one."""

from datetime import date
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.bureau import NOW
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file
from tests.routes import operations
from tests.web.test_limited_to_debtors import (
    SECRETS,
    Hidden,
    everything,
    hidden,
    limited,
    token_of,
)

from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import ReconciledMonth, Sending, User, UserTemplate
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.together import send_together
from tilisilta.services.verifying.net_pay_changes import add_payment_files

__all__ = ["hidden", "limited"]
pytestmark = pytest.mark.django_db


class TestEveryOperation:
    """The walk over all operations: a new one fails here until it is tried."""

    BODIES = {
        "/api/v1/sendings": {"journals": [{"reference": "1001-2026-6-1"}]},
        "/api/v1/journals/{reference}/withdrawal": {"reason": "hm"},
        "/api/v1/companies/{number}/months/{month}/unsign": {"reason": "hm"},
        "/api/v1/companies/{number}/link/end": {"ends_on": "2026-07-01", "reason": "hm"},
        "/api/v1/links/changes": {"companies": [1001], "choices": {"title": "Salainen"}},
        "/api/v1/onboardings/{onboarding}/links": {"as_stored": True},
        "/api/v1/journals/{reference}/receipts-in-question": {
            "ledger_receipt_id": 1,
            "is_ours": True,
        },
        "/api/v1/journals/{reference}/settlements": {"settled_as": "sent", "reason": "hm"},
        "/api/v1/journals/{reference}/unsettle": {"reason": "hm"},
        "/api/v1/journals/{reference}/difference": {"reason": "hm"},
        "/api/v1/months/{month}/reasons/{reason}": {"as_stored": True},
        "/api/v1/months/{month}/sending": {"as_stored": True},
        "/api/v1/companies/{number}/link": {"account": "tili-1001"},
        "/api/v1/profiles": {"name": "own"},
        "/api/v1/profiles/changes": {"profile": "standard", "is_default": True},
        "/api/v1/webhooks": {
            "name": "own",
            "format": "json",
            "address": "https://hooks.example/b",
            "debtors": [101],
        },
        "/api/v1/profiles/removal": {"profile": "standard"},
        "/api/v1/webhooks/{webhook}/changes": {"name": "own"},
        "/api/v1/companies/{number}/months/{month}/net-pay/tick": {"amount": "1006.00"},
        "/api/v1/journals/{reference}/masking": {"text": "Meikäläinen", "reason": "hm"},
        "/api/v1/proposals/{reference}/send-back": {"reason": "hm"},
        "/api/v1/proposals/releases": {
            "journals": [{"reference": "1001-2026-6-1", "digest": "0" * 64}]
        },
    }
    OTHERWISE = {
        # They concern all debtors: profiles are not shown, and there is nothing to fetch from.
        ("get", "/api/v1/profiles"): {403},
        ("post", "/api/v1/profiles"): {403},
        ("post", "/api/v1/profiles/changes"): {403},
        ("post", "/api/v1/profiles/removal"): {403},
        ("post", "/api/v1/synchronisation"): {409},
        ("post", "/api/v1/proposals/releases"): {404},
    }
    UPLOADS = frozenset({"/api/v1/companies/{number}/months/{month}/payment-files"})
    NAMES = ("{reference}", "{number}", "{joint}", "{reason}", "{onboarding}", "{webhook}")

    @pytest.fixture
    def headers(self, limited: User) -> dict[str, str]:
        return {"Authorization": f"Bearer {token_of(limited, 'own').secret}"}

    def test_answers_that_nothing_of_another_debtor_is_there(
        self, hidden: Hidden, headers: dict[str, str]
    ) -> None:
        ReconciledMonth.objects.create(
            company=hidden.company,
            month=date(2026, 6, 1),
            outcome="equal",
            difference=0,
            compared_at=NOW,
            document={"company": hidden.company.number},
        )
        content = a_payment_file(a_group(a_payment("1006.00"))).encode()
        june = BookingPeriod(year=2026, month=6)
        [file] = add_payment_files(
            hidden.company, june, [("Salainen.xml", content)], user=None, now=NOW
        )
        joint = send_together([Wanted(journal=hidden.journal)], user=None, now=NOW)
        client, before, tried = Client(raise_request_exception=False), everything(), 0

        for method, path in operations():
            address = path.replace("{reference}", hidden.journal.reference)
            address = address.replace("{number}", str(hidden.company.number))
            address = address.replace("{joint}", str(joint.pk)).replace("{reason}", "N07-5035")
            address = address.replace("{onboarding}", str(hidden.onboarding.pk))
            address = address.replace("{webhook}", str(hidden.webhooks[1].pk))
            address = address.replace("{file}", str(file.pk))
            asked = self.BODIES.get(path, {}) if method == "post" else None
            kind = {"content_type": "application/json"} if method == "post" else {}
            if path in self.UPLOADS:
                asked, kind = {"file": SimpleUploadedFile("palkat.xml", b"<x/>")}, {}
            response = getattr(client, method)(
                address.replace("{month}", "2026-06"), asked, headers=headers, **kind
            )

            is_named = any(name in path for name in self.NAMES)
            allowed = {404} if is_named else {200, 202, 422}
            allowed = self.OTHERWISE.get((method, path), allowed)
            assert response.status_code in allowed, (method, path, response.text)
            assert not any(secret in response.text for secret in SECRETS), path
            tried += is_named or path in self.BODIES
        assert tried >= 9
        assert everything() == before
        assert not Sending.objects.filter(requested_by__isnull=False).exists()

    def test_narrows_lists_to_nothing_by_ids_of_another_debtor(
        self, hidden: Hidden, headers: dict[str, str]
    ) -> None:
        debtor = hidden.company.debtor.number
        for address, name in (
            (f"companies?debtor={debtor}", "companies"),
            ("journals?company=1001", "journals"),
            ("receipts?company=1001", "receipts"),
            (f"months/2026-06?debtor={debtor}", "companies"),
        ):
            answer = Client().get(f"/api/v1/{address}", headers=headers).json()

            assert answer[name] == []

    def test_demands_the_right_of_each_operation(self, headers: dict[str, str]) -> None:
        """A user whose template gives nothing may do nothing but ask whose the token is."""
        template = UserTemplate.objects.create(name="Nothing")
        User.objects.filter(username="sari").update(template=template)
        values = {"{month}": "2026-06", "{number}": "1", "{joint}": str(UUID(int=1))}
        values["{onboarding}"] = values["{webhook}"] = values["{file}"] = "1"
        statuses = {}
        for method, path in operations():
            address = path
            for name, value in values.items():
                address = address.replace(name, value)
            response = getattr(Client(), method)(address, headers=headers)
            statuses[method, path] = response.status_code

        assert {key for key, status in statuses.items() if status != 403} == {("get", "/api/v1/me")}
