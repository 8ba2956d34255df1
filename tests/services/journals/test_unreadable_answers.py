"""What Nmbrs answered is kept where its journal cannot be read, once per run and content."""

import hashlib
from datetime import timedelta

import pytest
from tests.bureau import NOW
from tests.web.test_company_in_nmbrs import a_run

from tilisilta.domain.masking import TextMask
from tilisilta.models import AuditEntry, Run, UnreadableAnswer
from tilisilta.services.companies import add_company, add_debtor
from tilisilta.services.journals.unreadable_answers import keep_answer, mask_unreadable

pytestmark = pytest.mark.django_db

NAME = "Łucja Mäkelä"


@pytest.fixture
def run() -> Run:
    debtor = add_debtor(1, "Asiakas", user=None)
    return a_run(add_company(1001, "Konepaja", debtor=debtor, user=None))


def kept() -> list[bytes]:
    return [bytes(one.content) for one in UnreadableAnswer.objects.order_by("pk")]


class TestKeeping:
    def test_is_once_per_content_and_says_when_it_came(self, run: Run) -> None:
        for day, content in enumerate((b"<a>", b"<a>", b"<b>", b"<a>")):
            keep_answer(run, content, now=NOW + timedelta(days=day))

        first = UnreadableAnswer.objects.get(content=b"<a>")
        assert kept() == [b"<a>", b"<b>"]
        assert (first.first_at, first.last_at) == (NOW, NOW + timedelta(days=3))
        entries = AuditEntry.objects.filter(action="answer_kept", company=run.company)
        digests = {hashlib.sha256(one).hexdigest() for one in kept()}
        assert {one.facts["sha256"] for one in entries} == digests
        assert entries.count() == 2


class TestMasking:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (f"<d>Palkka {NAME}</d><x>".encode(), b"<d>Palkka ***</d><x>"),
            ("<d>Palkka Mäkelä Łucja</d>".encode(), "<d>Palkka Mäkelä Łucja</d>".encode()),
            (b"<d>&#321;ucja M&#228;kel&auml;</d>", b""),
            ("<f>Łucja</f><l>Mäkelä</l>".encode(), b""),
            (f"<d>{NAME}</d>".encode("utf-16"), b""),
            (b"<d>Lucja M\xe4kel\xe4</d>", b""),
            (f"<d>{NAME}</d>".encode() + b"\xff", b""),
        ],
        ids=["plain", "another", "references", "in pieces", "utf-16", "windows", "broken"],
    )
    def test_leaves_nothing_that_may_say_the_text(
        self, run: Run, before: bytes, after: bytes
    ) -> None:
        keep_answer(run, before, now=NOW)
        digest = UnreadableAnswer.objects.get().sha256

        count = mask_unreadable(run.company, TextMask(NAME))
        keep_answer(run, before, now=NOW)

        assert kept() == [after]
        assert count == (before != after)
        assert UnreadableAnswer.objects.get().sha256 == digest
