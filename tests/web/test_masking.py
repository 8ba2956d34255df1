"""A person's name is masked in a booked run: it is gone everywhere, and all else is as it was."""

import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from tests.bureau import (
    NOW,
    a_journal,
    a_linked_company,
    csv_file,
    monthly_lines,
    receipts_with,
    send,
    set_period,
    states,
    tidy,
)
from tests.management.conftest import Give, give
from tests.services.verifying.test_companies import JUNE
from tests.web.test_company_in_nmbrs import a_run

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.domain.month_end import MonthState
from tilisilta.domain.standing import ExportState
from tilisilta.models import (
    AuditEntry,
    Company,
    Export,
    Journal,
    KeyedRequest,
    MonthSignature,
    UnreadableAnswer,
    User,
)
from tilisilta.services.audit_chain import standing_of_chain
from tilisilta.services.closing.months import month_end
from tilisilta.services.closing.signing import sign_month
from tilisilta.services.journals.importing import Imported, import_journal
from tilisilta.services.journals.unreadable_answers import keep_answer
from tilisilta.services.sending.withdrawals import plan_withdrawal
from tilisilta.services.verifying.companies import verify

__all__ = ["give"]

pytestmark = pytest.mark.django_db

NAME = "Łucja Meikäläinen"
IN_BOOKS = "Lucja Meikäläinen"
REASON = "erasure requested"
FILE = f"palkat {NAME}.csv"
MAY = BookingPeriod(year=2026, month=5)
CONTENT = csv_file(monthly_lines(6), description=f"Palkka {NAME}")


def imported(company: Company, content: bytes = CONTENT) -> Imported:
    run = Run(year=2026, number="6", description=f"Palkka, {NAME}")
    return import_journal(content, file_name=FILE, company=company, user=None, now=NOW, run=run)


def books(procountor: Sandbox) -> str:
    return str(receipts_with(procountor, Export.objects.get().token))


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal with a name in its lines, file and run, booked and compared."""
    journal = send(imported(a_linked_company()).journal)
    assert IN_BOOKS in books(procountor)
    tidy(procountor, "amount", row=1, to_row=2, amount=36)
    verify(journal.company, (JUNE,), now=timezone.now())
    return journal


def mask(browser: Client, journal: Journal, **said: str) -> str:
    address = reverse("mask_journal", args=[journal.pk])
    return browser.post(address, {"text": NAME, "reason": REASON, **said}, follow=True).text


def everything_shown(browser: Client, journal: Journal) -> str:
    """Return all that pages and exports have of the journal, as one text."""
    company, key = journal.company.number, [journal.pk]
    addresses = [
        reverse("journal", args=key),
        reverse("payload", args=[*key, 1]),
        reverse("payload_file", args=[*key, 1]),
        reverse("payloads", args=key),
        reverse("journal_csv", args=key),
        reverse("journal_xlsx", args=key),
        reverse("company", args=[company]),
        reverse("company_month", args=[company, "2026-06"]),
        reverse("archive_month", args=[company, "2026-06"]),
        reverse("exports"),
        reverse("overview"),
        reverse("month_end"),
        f"{reverse('receipts_of_year', args=[company])}?year=2026",
        f"{reverse('find')}?q={Export.objects.get().token}",
        reverse("audit_log"),
        reverse("audit_log_csv"),
    ]
    return "\n".join(_text_of(browser, address) for address in addresses)


def _text_of(browser: Client, address: str) -> str:
    answer = browser.get(address, follow=True)
    assert answer.status_code == 200, address
    return _written(answer.getvalue())


def _written(content: bytes) -> str:
    """Return the text of a page or a file, also of all that is packed in it; a PDF has its own."""
    if not content.startswith(b"PK"):
        return content.decode(errors="ignore")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(name + _written(packed.read(name)) for name in packed.namelist())


class TestMaskingAName:
    def test_hides_it_on_all_pages_and_in_all_exports(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        before = everything_shown(browser_of_administrator, sent)
        assert before.count("Meik") > 10

        answer = json.dumps({"file": FILE, "state": "posted"})
        asked = {"key": "K", "digest": "0" * 64, "begun_at": NOW, "expires_at": NOW}
        KeyedRequest.objects.create(user=User.objects.get(), status=200, answer=answer, **asked)

        keep_answer(a_run(sent.company, 6), f"<d>{NAME}</d>".encode(), now=NOW)
        page = mask(browser_of_administrator, sent)
        stored = [
            str(bytes(UnreadableAnswer.objects.get().content)),
            KeyedRequest.objects.get().answer,
            str(sent.company.reconciled_months.get().receipts),
        ]
        assert [text for text in stored if "Meik" in text] == []
        assert "posted" in stored[1]
        verify(sent.company, (JUNE,), now=timezone.now())

        assert "Masked in " in page
        assert "2 lines, 1 ledger receipts" in page
        assert "Meik" not in everything_shown(browser_of_administrator, sent)
        assert "Meik" not in str(list(AuditEntry.objects.values_list("facts", "changes")))

    def test_keeps_sums_digests_and_the_chain(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        kept = ("content_sha256", "payroll_sha256", "accounts_sha256", "debit_total", "state")
        digest = Export.objects.get().payload_sha256
        before = [getattr(sent, name) for name in kept]

        mask(browser_of_administrator, sent)

        sent.refresh_from_db()
        entry = AuditEntry.objects.get(action="journal_masked")
        assert [getattr(sent, name) for name in kept] == before
        assert Export.objects.get().payload_sha256 == digest
        assert standing_of_chain().is_whole
        assert (entry.user_name, entry.facts["reason"]) == ("aino", REASON)

    @pytest.mark.parametrize(
        "content", [CONTENT, b"\n".join([CONTENT.splitlines()[0], *CONTENT.splitlines()[:0:-1]])]
    )
    def test_lets_the_same_payroll_be_recognised(
        self, sent: Journal, browser_of_administrator: Client, content: bytes
    ) -> None:
        mask(browser_of_administrator, sent)

        again = imported(sent.company, content)

        assert (again.is_new, again.journal.pk) == (False, sent.pk)

    def test_is_no_difference_to_the_ledger_and_leaves_a_signature(
        self, sent: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        before = verify(sent.company, (JUNE,), now=timezone.now()).months[0].document
        sign_month(sent.company, sent.period, user=None, now=timezone.now(), reason="to be mended")

        mask(browser_of_administrator, sent)
        after = verify(sent.company, (JUNE,), now=timezone.now()).months[0].document

        (was,), (now,) = before["parts"], after["parts"]
        assert (was["findings"], was["difference"]) == (now["findings"], now["difference"])
        assert [one["fields"] for one in now["rows"]] == [one["fields"] for one in was["rows"]]
        assert MonthSignature.objects.get().digest == sent.company.reconciled_months.get().digest
        (month,) = month_end(sent.period, today=localdate(), company=sent.company.pk).companies
        assert month.state == MonthState.SIGNED

    def test_hides_it_beside_another_month_too(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        lines = csv_file(monthly_lines(5, 6), description=f"Palkka {NAME}")
        june = send(imported(company, lines).journal)
        a_journal(company, 5, run_number="5")

        mask(browser_of_administrator, june)
        may = verify(company, (MAY,), now=timezone.now()).months[0].document

        assert june.reference in [one["run"] for one in may["others"]]
        assert "Meik" not in str(may)

    def test_is_not_written_anew_by_a_reversal(
        self, sent: Journal, browser_of_administrator: Client, procountor: Sandbox
    ) -> None:
        mask(browser_of_administrator, sent)
        set_period(procountor, "CLOSED", month=6)

        journal = Journal.objects.get(pk=sent.pk)
        (planned,) = plan_withdrawal(journal, reason="wrong", now=NOW).receipts

        assert planned.body is not None
        assert "Meik" not in planned.payload

    def test_goes_into_what_is_not_sent_yet(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = imported(a_linked_company()).journal

        mask(browser_of_administrator, journal)
        send(Journal.objects.get(pk=journal.pk))

        assert states(journal) == ["posted"]
        assert "Palkka ***" in books(procountor)
        assert IN_BOOKS not in books(procountor)


class TestRefusing:
    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"text": "ab"}, "at least 3 letters or digits"),
            ({"text": "Nobody Here"}, "Nothing of this run has this text."),
            ({"reason": f"{NAME} asked"}, "The reason has the text"),
            ({"reason": " "}, "Say why."),
        ],
    )
    def test_says_why(
        self, sent: Journal, browser_of_administrator: Client, said: dict[str, str], words: str
    ) -> None:
        assert words in mask(browser_of_administrator, sent, **said)
        assert not AuditEntry.objects.filter(action="journal_masked").exists()

    def test_never_masks_a_token(self, sent: Journal, browser_of_administrator: Client) -> None:
        token = Export.objects.get().token

        assert "part of a token" in mask(browser_of_administrator, sent, text=token[:4])

    def test_waits_for_receipts_under_way(
        self, sent: Journal, browser_of_administrator: Client
    ) -> None:
        Export.objects.update(state=ExportState.UNCERTAIN)

        assert "Mask it afterwards." in mask(browser_of_administrator, sent)

    def test_is_not_for_readers(self, sent: Journal, browser_of_reader: Client) -> None:
        address = reverse("mask_journal", args=[sent.pk])

        assert browser_of_reader.get(address).status_code == 403
        assert address not in browser_of_reader.get(reverse("journal", args=[sent.pk])).text


class TestTheCommand:
    def test_masks_in_a_run_or_in_an_entry_and_never_in_both(
        self, procountor: Sandbox, give: Give
    ) -> None:
        journal = imported(a_linked_company()).journal
        more = ("--text", NAME, "--reason", REASON)

        both = give("audit", "mask", "1", "--journal", journal.reference, *more)
        done = give("audit", "mask", "--journal", journal.reference, *more, "--json")
        again = give("audit", "mask", "--journal", journal.reference, *more)

        assert (both.status, done.status, again.status) == (2, 0, 1)
        assert done.document["masked"]["lines"] == 2
        assert "Meik" not in done.text + again.text + again.complaint

    def test_reads_the_text_from_standard_input(
        self, procountor: Sandbox, give: Give, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        journal = imported(a_linked_company()).journal
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{NAME}\n"))

        words = ("--journal", journal.reference, "--text", "-", "--reason", REASON, "--json")

        assert give("audit", "mask", *words).document["masked"]["lines"] == 2


def test_another_run_keeps_its_texts(procountor: Sandbox, browser_of_administrator: Client) -> None:
    company = a_linked_company()
    journal, other = imported(company).journal, a_journal(company, 7, run_number="7")

    mask(browser_of_administrator, journal, text="Palkka")

    assert set(other.lines.values_list("description", flat=True)) == {"Palkat"}
    assert Journal.objects.get(pk=other.pk).masked_at is None
