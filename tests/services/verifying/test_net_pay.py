"""The net pay of a month: its accounts, its payment files, and a tick by hand."""

import json
import logging
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from tests.bureau import a_company, a_journal, a_linked_company, csv_file
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file

from procountor_sandbox.app import Sandbox
from tilisilta.clients.files.outcomes import PaymentFileRefused
from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.domain.net_pay import NetPayState
from tilisilta.domain.net_pay_accounts import ProposedBy
from tilisilta.models import AuditEntry, Company, Link, PaidByHand, PaymentFile
from tilisilta.services.audit_sentences import sentence_of
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.verifying.net_pay import NetPayMonth, net_pay_of
from tilisilta.services.verifying.net_pay_changes import (
    CannotTick,
    PaymentFileKnown,
    add_payment_files,
    name_net_pay_accounts,
    remove_payment_file,
    tick_paid,
    untick_paid,
)

pytestmark = pytest.mark.django_db

JUNE, JULY = BookingPeriod(year=2026, month=6), BookingPeriod(year=2026, month=7)
NOW = datetime(2026, 7, 2, 4, tzinfo=UTC)
# What the run of ``a_journal`` pays.
PAID = "1006.00"


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    company = a_linked_company()
    a_journal(company)
    return company


def june(company: Company) -> NetPayMonth:
    return net_pay_of(company, JUNE)


def a_file(*amounts: str, message_id: str = "PALKAT-2026-06") -> tuple[str, bytes]:
    group = a_group(*map(a_payment, amounts or (PAID,)))
    return "palkat.xml", a_payment_file(group, message_id=message_id).encode()


def add(company: Company, *files: tuple[str, bytes], month: BookingPeriod = JUNE) -> int:
    return len(add_payment_files(company, month, files, user=None, now=NOW))


def told() -> list[str]:
    return [sentence_of(one) for one in AuditEntry.objects.order_by("pk")]


class TestComparison:
    def test_is_open_without_files(self, company: Company) -> None:
        shown = june(company)

        assert shown.comparison.state == NetPayState.OPEN
        assert shown.comparison.whole.payroll == Decimal(PAID)
        assert shown.comparison.currency == "EUR"

    def test_is_equal_with_a_file_of_the_sum(self, company: Company) -> None:
        add(company, a_file("1000.00", "6.00"))

        shown = june(company)

        assert shown.comparison.state == NetPayState.EQUAL
        assert shown.comparison.whole.payments == 2
        assert june(company).files[0].message().days[0].isoformat() == "2026-06-30"

    def test_is_different_to_the_cent(self, company: Company) -> None:
        add(company, a_file("1005.99"))

        assert june(company).comparison.whole.difference == Decimal("-0.01")

    def test_takes_several_files(self, company: Company) -> None:
        add(company, a_file("1000.00"), a_file("6.00", message_id="PALKAT-2"))

        assert june(company).comparison.state == NetPayState.EQUAL

    def test_counts_the_newest_journal_of_a_run(self, company: Company) -> None:
        add(company, a_file())
        lines = [("5010", "900.00", "2026-06-28"), ("2961", "-900.00", "2026-06-28")]
        import_journal(
            csv_file(lines),
            file_name="again.csv",
            company=company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="6"),
        )

        assert june(company).comparison.whole.difference == Decimal("106.00")

    def test_counts_no_other_month(self, company: Company) -> None:
        assert net_pay_of(company, JULY).comparison.state == NetPayState.NOTHING

    def test_counts_corrections_of_earlier_months(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        a_journal(company, 5, 6)

        assert june(company).comparison.whole.payroll == Decimal("2011.00")

    def test_follows_mappings_of_accounts(self, procountor: Sandbox) -> None:
        company = a_linked_company(account_mappings={"2961": "2871"})
        a_journal(company)
        name_net_pay_accounts(company.links.get(), ["2871"], user=None)

        assert june(company).comparison.whole.payroll == Decimal(PAID)

    def test_works_without_a_link(self, procountor: Sandbox) -> None:
        company = a_company()
        a_journal(company)

        assert june(company).comparison.whole.payroll == Decimal(PAID)

    def test_asks_the_database_little(
        self, company: Company, django_assert_max_num_queries: object
    ) -> None:
        a_journal(company, run_number="7")
        add(company, a_file())

        with django_assert_max_num_queries(12):  # type: ignore[operator]
            june(company)


class TestAccounts:
    def test_are_proposed_until_a_person_names_them(self, company: Company) -> None:
        proposal = june(company).proposal
        assert proposal is not None
        assert (proposal.accounts, proposal.reason) == (("2961",), ProposedBy.NAME)

        name_net_pay_accounts(company.links.get(), ["2961"], user=None)

        assert june(company).proposal is None
        assert june(company).accounts == ("2961",)
        assert "ledger accounts of net pay" in told()[-1]

    def test_are_proposed_again_when_none_are_named(self, company: Company) -> None:
        name_net_pay_accounts(company.links.get(), ["5010", "2961"], user=None)
        assert company.links.get().net_pay_accounts == "2961,5010"

        name_net_pay_accounts(company.links.get(), [], user=None)

        assert june(company).is_proposed

    def test_named_twice_are_told_once(self, company: Company) -> None:
        name_net_pay_accounts(company.links.get(), ["2961"], user=None)
        count = AuditEntry.objects.count()

        name_net_pay_accounts(company.links.get(), [" 2961 ", "2961"], user=None)

        assert AuditEntry.objects.count() == count

    @pytest.mark.parametrize("accounts", [["29;61"], [str(number) for number in range(1000, 1100)]])
    def test_refuse_what_is_none(self, company: Company, accounts: list[str]) -> None:
        with pytest.raises(ValidationError):
            name_net_pay_accounts(company.links.get(), accounts, user=None)

        assert Link.objects.get().net_pay_accounts == ""


class TestFiles:
    def test_are_added_once(self, company: Company) -> None:
        assert add(company, a_file(), a_file()) == 1
        assert add(company, a_file()) == 0
        assert (
            told().count("added payment file palkat.xml to 2026-06 of 1001 Koivulammi Konepaja Oy")
            == 1
        )

    def test_with_a_known_id_are_refused(self, company: Company) -> None:
        add(company, a_file())

        with pytest.raises(PaymentFileKnown) as other_content:
            add(company, a_file("1.00"))
        with pytest.raises(PaymentFileKnown):
            add(company, a_file(), month=JULY)

        assert other_content.value.facts == {"period": "2026-06"}
        assert PaymentFile.objects.count() == 1

    def test_are_added_all_or_none(self, company: Company) -> None:
        with pytest.raises(PaymentFileRefused) as refused:
            add(company, a_file(), ("tiliote.xml", b"<Document/>"))

        assert refused.value.facts == {"name": "tiliote.xml"}
        assert not PaymentFile.objects.exists()

    def test_can_be_removed_and_added_elsewhere(self, company: Company) -> None:
        add(company, a_file(), month=JULY)

        remove_payment_file(PaymentFile.objects.get(), user=None)

        assert add(company, a_file()) == 1
        assert "removed payment file palkat.xml from 2026-07" in told()[-2]

    def test_leave_nothing_of_people_anywhere(
        self,
        company: Company,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(logging.DEBUG)
        text = a_payment_file()
        add(company, ("palkat.xml", text.encode()))
        broken = text.replace("<CtrlSum>4200.50", "<CtrlSum>1.00").replace("PALKAT", "TOISET")
        with pytest.raises(PaymentFileRefused) as refused:
            add(company, ("rikki.xml", broken.encode()))

        stored = serializers.serialize(
            "json", [*PaymentFile.objects.all(), *AuditEntry.objects.all()]
        )
        written = capfd.readouterr()
        everything = "".join(
            (
                json.dumps(json.loads(stored), ensure_ascii=False),
                caplog.text,
                written.out,
                written.err,
                repr(june(company)),
                f"{refused.value!r} {refused.value.problems}",
            )
        )

        for secret in (
            "Keksitty",
            "FI2112345600000785",
            "131052-308T",
            "PALKAT-2026-06",
            "Palkka kes",
        ):
            assert secret in text
            assert secret not in everything


class TestTick:
    def test_says_who_and_when(self, company: Company) -> None:
        tick = tick_paid(company, JUNE, amount=Decimal(PAID), user=None, now=NOW)

        assert (tick.amount, tick.ticked_at) == (Decimal(PAID), NOW)
        assert june(company).comparison.state == NetPayState.BY_HAND
        assert "ticked off that the net pay of 2026-06" in told()[-1]

    def test_clicked_twice_stays_as_it_was(self, company: Company) -> None:
        first = tick_paid(company, JUNE, amount=None, user=None, now=NOW)
        count = AuditEntry.objects.count()

        second = tick_paid(company, JUNE, amount=None, user=None, now=datetime.now(tz=UTC))

        assert second.ticked_at == first.ticked_at
        assert AuditEntry.objects.count() == count

    def test_is_of_one_sum(self, company: Company) -> None:
        tick_paid(company, JUNE, amount=None, user=None, now=NOW)

        a_journal(company, run_number="7")

        assert june(company).comparison.state == NetPayState.CHANGED
        tick_paid(company, JUNE, amount=None, user=None, now=NOW)
        assert june(company).comparison.state == NetPayState.BY_HAND

    @pytest.mark.parametrize(
        ("month", "amount", "reason"), [(JULY, None, "nothing"), (JUNE, "1.00", "changed")]
    )
    def test_is_refused(
        self, company: Company, month: BookingPeriod, amount: str | None, reason: str
    ) -> None:
        shown = Decimal(amount) if amount else None
        with pytest.raises(CannotTick) as refused:
            tick_paid(company, month, amount=shown, user=None, now=NOW)

        assert refused.value.facts == {"reason": reason}
        assert not PaidByHand.objects.exists()

    def test_is_refused_beside_a_file(self, company: Company) -> None:
        add(company, a_file())

        with pytest.raises(CannotTick):
            tick_paid(company, JUNE, amount=None, user=None, now=NOW)

    def test_can_be_taken_back(self, company: Company) -> None:
        tick_paid(company, JUNE, amount=None, user=None, now=NOW)

        untick_paid(company, JUNE, user=None)
        untick_paid(company, JUNE, user=None)

        assert june(company).comparison.state == NetPayState.OPEN
        assert sum("took back" in sentence for sentence in told()) == 1
