"""The client of the REST API against answers that lie, lead elsewhere, or never end."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from tests.clients.nmbrs.rest_bench import KEY, SECRET, URL, Bench, answering

from tilisilta.clients.files.outcomes import JournalAnswerRefused
from tilisilta.clients.nmbrs.errors import (
    JournalNotReady,
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit, PayrollRun, SourceJournal

COMPANY = NmbrsId(guid=uuid4())
XML = (
    "<?xml version='1.0' encoding='utf-8'?><transactions><transaction><header>"
    "<date>2026-06-30</date><period>6</period></header><lines>"
    "<line id='0'><dim1>5010</dim1><value>{value}</value><debitcredit>{side}</debitcredit>"
    "<description>Pälkat</description></line>"
    "<line id='1'><dim1>2961</dim1><value>100.00</value><debitcredit>credit</debitcredit>"
    "<description>Netto</description></line>"
    "</lines></transaction></transactions>"
)
JOURNAL = XML.format(value="100.00", side="debit").encode()


def debtor(number: int) -> dict[str, Any]:
    return {"debtorId": str(UUID(int=number)), "number": str(number), "name": f"Debtor {number}"}


def page(rows: list[dict[str, Any]], *, total: Any, following: Any = None) -> httpx2.Response:
    pages = {"totalRecords": total, "totalPages": 1, "nextPage": following}
    return httpx2.Response(200, json={"pagination": pages, "data": rows})


def pages_of(*pages: httpx2.Response) -> Bench:
    """Return a client that is given these pages for the numbers it asks, and empty ones after."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        at = int(request.url.params["pageNumber"]) - 1
        return pages[at] if at < len(pages) else page([], total=len(pages))

    return answering(answer)


def of_tasks(
    *documents: httpx2.Response, begun: httpx2.Response | None = None
) -> tuple[Bench, list[httpx2.Request]]:
    """Return a client that is given these answers to questions for a document, the last again."""
    asked: list[httpx2.Request] = []
    given = iter(documents)

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if "/documents/" in request.url.path:
            return next(given, documents[-1])
        return begun or httpx2.Response(200, json={"taskId": str(uuid4())})

    return answering(answer), asked


def journal_of(bench: Bench) -> SourceJournal | None:
    run = PayrollRun(
        id=NmbrsId(guid=uuid4()),
        year=2026,
        number="6",
        period_start=6,
        period_end=6,
        description="",
        run_at=None,
        is_locked=False,
    )
    return bench.client.journal(COMPANY, run, JournalSplit.COMPANY)


class TestTheNextPage:
    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://nmbrs.invalid/api/debtors?pageNumber=2",
            "http://nmbrs.invalid:8080/api/debtors",
            "http://nmbrs.invalid@evil.example/api/debtors",
            "http://someone@nmbrs.invalid/api/debtors",
            "http://nmbrs.invalid.evil.example/api/debtors",
            "http://nmbrs.invalid\\@evil.example/api/debtors",
            "//evil.example/api/debtors",
            "ftp://nmbrs.invalid/api/debtors",
            "javascript:alert(1)",
            "http://[nmbrs.invalid/api/debtors",
            "http://nmbrs.invalid:port/api/debtors",
            "http://nmbrs.invalid:99999999/",
        ],
    )
    def test_that_leads_elsewhere_ends_the_list_with_a_refusal(self, elsewhere: str) -> None:
        bench = pages_of(page([debtor(1)], total=2, following=elsewhere))

        with pytest.raises(NmbrsAnswerUnknown) as raised:
            bench.client.debtors()

        assert elsewhere not in str(raised.value)
        assert bench.rate.waits == 1

    @pytest.mark.parametrize(
        "here",
        [
            "http://NMBRS.invalid/api/debtors?pageNumber=2",
            "http://nmbrs.invalid:80/api/debtors?pageNumber=2",
            "/api/debtors?pageNumber=2",
            "?pageNumber=2",
            "2",
            2,
        ],
    )
    def test_on_the_same_host_is_read_however_it_is_written(self, here: Any) -> None:
        bench = pages_of(
            page([debtor(1)], total=2, following=here), page([debtor(2)], total=2, following=None)
        )

        assert len(bench.client.debtors()) == 2

    def test_is_never_asked_for_at_another_address_than_ours(self) -> None:
        asked: list[httpx2.URL] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            asked.append(request.url)
            return page([debtor(1)], total=2, following="/api/../../elsewhere?pageNumber=7")

        with pytest.raises(NmbrsUnavailable):
            answering(answer).client.debtors()

        assert {(str(url.copy_with(query=None))) for url in asked} == {f"{URL}/api/debtors"}


class TestListsThatLie:
    def test_are_not_followed_when_a_page_is_repeated_for_ever(self) -> None:
        bench = answering(lambda _: page([debtor(1)], total=5, following="/api/debtors"))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

        assert bench.rate.waits <= 4

    def test_are_not_followed_beyond_what_they_say_they_hold(self) -> None:
        numbers = iter(range(1, 10_000))
        bench = answering(lambda _: page([debtor(next(numbers))], total=3, following="/api/x"))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

        assert bench.rate.waits <= 10

    def test_are_read_again_when_their_total_changes_while_they_are_read(self) -> None:
        # The first row goes after its page was read, so that the third moves to that page unseen.
        answers = iter(
            [
                page([debtor(1), debtor(2)], total=4, following="/api/debtors"),
                page([debtor(4)], total=3),
                page([debtor(2), debtor(3)], total=3, following="/api/debtors"),
                page([debtor(4)], total=3),
            ]
        )

        found = answering(lambda _: next(answers)).client.debtors()

        assert [one.number for one in found] == ["2", "3", "4"]

    @pytest.mark.parametrize("total", [0, 1, 3, -1, 10**30, "x", None, 2.5, [], True])
    def test_are_not_believed(self, total: Any) -> None:
        bench = pages_of(page([debtor(1), debtor(2)], total=total))

        with pytest.raises((NmbrsUnavailable, NmbrsAnswerUnknown)):
            bench.client.debtors()


class TestOddValues:
    def test_are_read_without_characters_that_no_table_can_hold(self) -> None:
        row = {**debtor(1), "name": "Kirnu\x00 \ud800Oy\x1b[31m", "number": "1\x00"}
        content = page([], total=1).content.replace(
            b'"data":[]', b'"data":[%s]' % json.dumps(row).encode()
        )
        bench = answering(lambda _: httpx2.Response(200, content=content))

        [found] = bench.client.debtors()

        assert (found.name, found.number) == ("Kirnu Oy[31m", "1")

    @pytest.mark.parametrize("field", ["year", "number"])
    @pytest.mark.parametrize("value", [10**12, -5, 10**40])
    def test_of_runs_that_no_table_can_hold_are_refused(self, field: str, value: int) -> None:
        row = {"payrollRunId": str(uuid4()), "number": 6, "year": 2026, "periodStart": 6}
        row |= {"periodEnd": 6, field: value}
        bench = pages_of(page([row], total=1))

        with pytest.raises(NmbrsAnswerUnknown):
            bench.client.runs(COMPANY, 2026)

    def test_without_an_id_are_each_a_row_of_its_own(self) -> None:
        rows = [
            {"costCenterId": empty, "code": str(at), "description": ""}
            for at, empty in enumerate([None, "", str(UUID(int=0)), str(UUID(int=0)), None])
            if empty != ""
        ]
        bench = pages_of(page(rows, total=4))

        found = bench.client.cost_objects(COMPANY, DimensionKind.COST_CENTER)

        assert [(one.id, one.code) for one in found] == [(None, row["code"]) for row in rows]

    @pytest.mark.parametrize("key", ["debtorId", "companyId"])
    def test_of_an_empty_guid_identify_nothing(self, key: str) -> None:
        bench = pages_of(page([{**debtor(1), key: str(UUID(int=0))}], total=1))

        with pytest.raises(NmbrsAnswerUnknown):
            bench.client.debtors() if key == "debtorId" else bench.client.companies()

    @pytest.mark.parametrize("content", [b"[" * 100_000, b'{"data":' * 50_000])
    @pytest.mark.parametrize("status", [200, 403, 429])
    def test_that_are_nested_without_end_are_no_answer(self, content: bytes, status: int) -> None:
        bench = answering(lambda _: httpx2.Response(status, content=content))

        with pytest.raises((NmbrsUnavailable, NmbrsRefused)):
            bench.client.debtors()


class TestDocuments:
    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/file.xml", "/elsewhere", "http://nmbrs.invalid:1/"]
    )
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_are_not_fetched_where_a_redirect_leads(self, elsewhere: str, status: int) -> None:
        bench, asked = of_tasks(httpx2.Response(status, headers={"Location": elsewhere}))

        with pytest.raises(NmbrsUnavailable):
            journal_of(bench)

        assert {request.url.host for request in asked} == {"nmbrs.invalid"}
        assert all(KEY not in str(one.url) and SECRET not in str(one.url) for one in asked)
        assert all(request.url.path.startswith("/api/") for request in asked)

    @pytest.mark.parametrize(
        "task", ["../../elsewhere", "https://evil.example/", "", None, 7, {"a": 1}, "x" * 1000]
    )
    def test_are_not_fetched_for_a_task_that_is_none(self, task: Any) -> None:
        bench, asked = of_tasks(
            httpx2.Response(200, content=JOURNAL),
            begun=httpx2.Response(200, json={"taskId": task}),
        )

        with pytest.raises(NmbrsAnswerUnknown):
            journal_of(bench)

        assert len(asked) == 1

    @pytest.mark.parametrize(
        "content_type", ["application/json", "text/plain", "application/octet-stream", ""]
    )
    def test_are_waited_for_while_a_text_says_so_whatever_its_type(self, content_type: str) -> None:
        waiting = httpx2.Response(
            200,
            content=b' "Document is being processed"',
            headers={"Content-Type": content_type},
        )
        bench, _ = of_tasks(waiting, httpx2.Response(200, content=JOURNAL))

        journal = journal_of(bench)

        assert journal is not None
        assert len(journal.lines) == 2

    def test_are_read_whatever_type_they_are_said_to_have(self) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        bench, _ = of_tasks(httpx2.Response(200, content=JOURNAL, headers=headers))

        assert journal_of(bench) is not None

    @pytest.mark.parametrize(
        "content",
        [
            b"<!DOCTYPE html><html></html>",
            b"\xef\xbb\xbf<!doctype HTML><HTML></HTML>",
            b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML'><html/>",
            b"<!-- gateway -->\n<html><body>Sign in</body></html>",
            b"\n\n  <HTML lang='en'>",
            "<html><body>Sivua ei löydy</body></html>".encode("utf-16"),
        ],
    )
    def test_that_are_pages_are_a_case_for_later(self, content: bytes) -> None:
        bench, _ = of_tasks(httpx2.Response(200, content=content))

        with pytest.raises(NmbrsUnavailable):
            journal_of(bench)

    @pytest.mark.parametrize("code", [None, 40401])
    def test_begun_nowhere_are_no_empty_journal(self, code: int | None) -> None:
        # The gateway's own words where it knows no such address: a run says more, with a code.
        body = {"statusCode": 404, "message": "Resource not found"} if code is None else {}
        begun = httpx2.Response(404, json=body or {"code": code, "httpStatus": 404})
        bench, _ = of_tasks(httpx2.Response(200, content=JOURNAL), begun=begun)

        if code is None:
            with pytest.raises(NmbrsAccessDenied):
                journal_of(bench)
        else:
            assert journal_of(bench) is None

    @pytest.mark.parametrize(
        "content",
        [
            b"<?xml version='1.0'?><!DOCTYPE t [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>"
            b"<transactions>&b;</transactions>",
            b"<!DOCTYPE t SYSTEM 'http://evil.example/t.dtd'><transactions/>",
            b"<!DOCTYPE t [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><transactions>&f;"
            b"</transactions>",
            JOURNAL[: len(JOURNAL) // 2],
            JOURNAL + JOURNAL,
            JOURNAL.replace("ä".encode(), b"\xe4"),
            JOURNAL.replace(b"utf-8", b"utf-7"),
            b"<transactions>" + b"<a>" * 100_000,
            b"\x00\x01\x02\x03",
            b"{}",
            XML.format(value="100.001", side="debit").encode(),
            XML.format(value="1e2", side="debit").encode(),
            XML.format(value="100,00", side="debit").encode(),
            XML.format(value="NaN", side="debit").encode(),
            XML.format(value="100.00", side="both").encode(),
        ],
    )
    def test_that_cannot_be_relied_on_are_refused(self, content: bytes) -> None:
        bench, _ = of_tasks(httpx2.Response(200, content=content))

        with pytest.raises(JournalAnswerRefused) as refusal:
            journal_of(bench)

        assert refusal.value.content == content

    @pytest.mark.parametrize(
        ("value", "side"),
        [
            ("100", "debit"),
            ("100.0", "Debit"),
            ("+100.00", "DEBIT"),
            ("100.0000", " debit "),
            ("-100.00", "credit"),
            ("00100.00", "debit"),
        ],
    )
    def test_are_the_same_however_amounts_are_written(self, value: str, side: str) -> None:
        content = XML.format(value=value, side=side).encode()
        written, _ = of_tasks(httpx2.Response(200, content=content))
        plain, _ = of_tasks(httpx2.Response(200, content=JOURNAL))

        ours, theirs = journal_of(written), journal_of(plain)

        assert ours is not None
        assert theirs is not None
        assert ours.lines == theirs.lines

    def test_are_not_read_to_the_end_when_they_are_larger_than_any_journal(self) -> None:
        read = 0

        def endless() -> Iterator[bytes]:
            nonlocal read
            while True:
                read += 1
                yield b" " * 1024 * 1024

        bench, asked = of_tasks(httpx2.Response(200, content=endless()))

        with pytest.raises(NmbrsUnavailable):
            journal_of(bench)

        assert read <= 70
        assert len(asked) == 2

    def test_are_not_unpacked_beyond_that_either(self) -> None:
        packed = gzip.compress(b" " * 200 * 1024 * 1024)
        headers = {"Content-Encoding": "gzip"}
        bench, _ = of_tasks(httpx2.Response(200, stream=_Parts(packed), headers=headers))

        with pytest.raises(NmbrsUnavailable):
            journal_of(bench)

    @pytest.mark.parametrize("seconds", ["0", "-5", "999999999999", "nan", "1e9", ""])
    def test_are_waited_for_at_most_two_minutes_whatever_nmbrs_asks(self, seconds: str) -> None:
        waiting = httpx2.Response(202, json="Wait", headers={"Retry-After": seconds})
        bench, asked = of_tasks(waiting)

        with pytest.raises(JournalNotReady):
            journal_of(bench)

        assert bench.clock.now() <= 120
        assert len(asked) <= 30


class _Parts(httpx2.SyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        for at in range(0, len(self._content), 65536):
            yield self._content[at : at + 65536]


def _expiring(after: int) -> Callable[[httpx2.Request], httpx2.Response]:
    """Return an Nmbrs that refuses the first token after so many calls."""
    calls = 0

    def answer(request: httpx2.Request) -> httpx2.Response:
        nonlocal calls
        calls += 1
        if request.headers["Authorization"] == f"Bearer {SECRET}" and calls > after:
            return httpx2.Response(401, json={"code": 40102, "httpStatus": 401})
        if "/documents/" in request.url.path:
            return httpx2.Response(202 if calls < 6 else 200, content=JOURNAL)
        if "/runs/" in request.url.path:
            return httpx2.Response(200, json={"taskId": str(uuid4())})
        at = int(request.url.params["pageNumber"])
        return page([debtor(at)], total=3, following="/x" if at < 3 else None)

    return answer


class TestATokenThatExpires:
    def test_between_pages_is_renewed_once_and_no_page_is_lost(self) -> None:
        bench = answering(_expiring(after=1))
        bench.tokens.given.append("new")

        assert [one.number for one in bench.client.debtors()] == ["1", "2", "3"]
        assert bench.tokens.refused == [SECRET]
        assert bench.rate.waits == 4

    def test_while_a_journal_is_made_is_renewed_and_the_same_task_is_collected(self) -> None:
        bench = answering(_expiring(after=3))
        bench.tokens.given.append("new")

        assert journal_of(bench) is not None
        assert bench.tokens.refused == [SECRET]
