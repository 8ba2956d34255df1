"""Signing that a month is right, and what changes afterwards."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.bureau import a_company, a_journal, a_linked_company, send, tidy

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import (
    AuditEntry,
    Company,
    Export,
    Journal,
    MonthSignature,
    PaidByHand,
    ReconciledMonth,
    User,
    UserTemplate,
    Withdrawal,
)
from tilisilta.services.closing.months import month_end
from tilisilta.services.closing.signing import (
    CannotSign,
    sign_month,
    signing_standing,
    unsign_month,
)
from tilisilta.services.verifying.companies import verify
from tilisilta.services.verifying.net_pay_changes import (
    name_net_pay_accounts,
    tick_paid,
    untick_paid,
)

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


def now() -> datetime:
    return datetime.now(tz=UTC)


def compare(company: Company) -> None:
    month = BookingPeriod(year=2026, month=6)
    assert verify(company, [month], now=now(), pace=lambda: None).error is None


def tick(company: Company) -> None:
    """Tick off that the net pay is paid, as nothing is signed without a proof of it."""
    tick_paid(company, BookingPeriod(year=2026, month=6), amount=None, user=None, now=now())


def state() -> str:
    (one,) = month_end(JUNE, today=date(2026, 7, 2)).companies
    return one.state.value


def sign(company: Company, user: User | None = None, **more: str) -> MonthSignature:
    return sign_month(company, JUNE, user=user, now=now(), **more)


def another_run(company: Company) -> None:
    journal = a_journal(company, run_number="7")
    Journal.objects.filter(pk=journal.pk).update(came_at=now())


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company whose June is equal."""
    company = a_linked_company()
    send(a_journal(company))
    tick(company)
    compare(company)
    return company


class TestSignMonth:
    def test_stores_who_when_and_what(self, company: Company) -> None:
        anna = User.objects.create(username="anna")

        signature = sign(company, anna, note=" checked ")

        assert (signature.signed_by, signature.note, signature.outcome) == (
            anna,
            "checked",
            "equal",
        )
        assert signature.digest == ReconciledMonth.objects.get().digest
        assert state() == "signed"
        entry = AuditEntry.objects.get(action="month_signed")
        assert entry.facts["period"] == "2026-06"
        assert entry.user == anna

    def test_twice_signs_once(self, company: Company) -> None:
        assert sign(company) == sign(company)
        assert MonthSignature.objects.count() == 1

    def test_refuses_what_was_not_compared(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))

        with pytest.raises(CannotSign) as refused:
            sign(company)

        assert refused.value.facts["reason"] == "not_compared"

    def test_refuses_what_is_not_done(self, company: Company) -> None:
        another_run(company)

        with pytest.raises(CannotSign) as refused:
            sign(company)

        assert refused.value.facts["reason"] == "not_done"

    def test_refuses_a_month_without_a_run(self) -> None:
        with pytest.raises(CannotSign):
            sign(a_company())

    def test_signs_a_difference_only_with_its_reason(
        self, procountor: Sandbox, company: Company
    ) -> None:
        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        compare(company)

        with pytest.raises(CannotSign) as refused:
            sign(company, reason=" ")
        signature = sign(company, reason="36.00 is booked in July")

        assert refused.value.facts["reason"] == "different"
        assert (str(signature.difference), state()) == ("36.00", "signed")
        assert AuditEntry.objects.filter(action="month_signed_different").count() == 1

    def test_refuses_another_comparison_than_was_seen(
        self, procountor: Sandbox, company: Company
    ) -> None:
        seen = ReconciledMonth.objects.get().digest
        tidy(procountor, "rename", name="Palkat")
        compare(company)

        with pytest.raises(CannotSign) as refused:
            sign(company, seen=seen)

        assert refused.value.facts["reason"] == "not_seen"
        assert sign(company, seen=ReconciledMonth.objects.get().digest).withdrawn_at is None


class TestChangedAfterSigning:
    @pytest.mark.parametrize(
        ("act", "details"),
        [
            ("amount", {"row": 1, "to_row": 2, "amount": 36}),
            ("rename", {"name": "Palkat"}),
            ("invalidate", {}),
            ("redate", {"date": "2026-07-01"}),
        ],
    )
    def test_by_what_people_do_in_the_ledger(
        self, procountor: Sandbox, company: Company, act: str, details: dict[str, Any]
    ) -> None:
        sign(company)

        tidy(procountor, act, **details)
        compare(company)

        assert state() == "changed"

    def test_not_by_comparing_again_or_approving(
        self, procountor: Sandbox, company: Company
    ) -> None:
        sign(company)

        compare(company)
        tidy(procountor, "approve")
        compare(company)

        assert state() == "signed"

    def test_by_another_run(self, company: Company) -> None:
        sign(company)
        another_run(company)

        assert state() == "changed"

    def test_by_another_receipt(self, company: Company) -> None:
        sign(company)
        Export.objects.update(posted_at=now())

        assert state() == "changed"

    def test_by_taking_a_journal_back(self, company: Company) -> None:
        sign(company)
        Withdrawal.objects.create(
            journal=company.journals.get(), reason="twice", requested_at=now()
        )

        assert state() == "changed"

    def test_is_signed_anew_and_keeps_the_trail(
        self, procountor: Sandbox, company: Company
    ) -> None:
        first = sign(company)
        tidy(procountor, "rename", name="Palkat")
        compare(company)

        second = sign(company)

        first.refresh_from_db()
        assert first.withdrawn_at is not None
        assert second != first
        assert state() == "signed"


class TestUnsign:
    def test_takes_it_back_with_a_reason(self, company: Company) -> None:
        sign(company)

        unsign_month(company, JUNE, user=None, now=now(), reason="a receipt is missing")

        assert state() == "equal"
        entry = AuditEntry.objects.get(action="month_unsigned")
        assert entry.facts["reason"] == "a receipt is missing"

    def test_needs_a_reason_and_a_signature(self, company: Company) -> None:
        whys = []
        for _ in range(2):
            with pytest.raises(CannotSign) as refused:
                unsign_month(company, JUNE, user=None, now=now(), reason=" ")
            whys.append(refused.value.facts["reason"])
            sign(company)

        assert whys == ["not_signed", "no_reason"]


class TestSecondPerson:
    @pytest.mark.parametrize("is_demanded", [True, False])
    def test_is_demanded_by_the_template_of_who_sent(
        self, company: Company, is_demanded: bool
    ) -> None:
        template = UserTemplate.objects.create(name="Some", sender_cannot_sign=is_demanded)
        sender = User.objects.create(username="anna", template=template)
        other = User.objects.create(username="bertta", template=template)
        company.journals.get().sendings.update(requested_by=sender)

        standing = signing_standing(company, JUNE, user=sender, today=date(2026, 7, 2))
        assert standing.needs_another is is_demanded
        if is_demanded:
            with pytest.raises(CannotSign) as refused:
                sign(company, sender)
            assert refused.value.facts["reason"] == "sender"
        signer = other if is_demanded else sender
        assert sign(company, signer).signed_by == signer


class TestNetPay:
    def test_without_proof_is_signed_only_with_a_reason(self, company: Company) -> None:
        untick_paid(company, BookingPeriod(year=2026, month=6), user=None)
        assert state() == "equal"

        with pytest.raises(CannotSign) as refused:
            sign(company)
        signature = sign(company, reason="paid from another bank")

        assert refused.value.facts["reason"] == "net_pay_open"
        assert (signature.net_pay, signature.reason) == ("open", "paid from another bank")
        entry = AuditEntry.objects.get(action="month_signed_net_pay")
        assert entry.facts["reason"] == "paid from another bank"

    def test_that_changed_after_ticking_makes_the_month_different(self, company: Company) -> None:
        PaidByHand.objects.update(amount="1.00")
        compare(company)

        assert state() == "different"
        with pytest.raises(CannotSign) as refused:
            sign(company)
        assert refused.value.facts["reason"] == "net_pay"

    @pytest.mark.parametrize("change", ["untick", "accounts"])
    def test_that_changes_afterwards_is_changed_after_signing(
        self, company: Company, change: str
    ) -> None:
        sign(company)
        assert state() == "signed"

        if change == "untick":
            untick_paid(company, BookingPeriod(year=2026, month=6), user=None)
        else:
            name_net_pay_accounts(company.links.get(), ["2999"], user=None)

        assert state() == "changed"

    def test_is_not_signed_as_another_than_was_seen(self, company: Company) -> None:
        standing = signing_standing(
            company, JUNE, user=User.objects.create(username="anna"), today=date(2026, 7, 2)
        )
        untick_paid(company, BookingPeriod(year=2026, month=6), user=None)

        with pytest.raises(CannotSign) as refused:
            sign(company, reason="so be it", seen_net_pay=standing.net_pay_digest)

        assert refused.value.facts["reason"] == "not_seen"
