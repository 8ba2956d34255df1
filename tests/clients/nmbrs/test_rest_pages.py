"""Lists of the REST API come in pages, and none is taken for whole that is not."""

import httpx2
import pytest
from tests.clients.nmbrs.rest_bench import a_debtor, answering, bench_of, page_of

from nmbrs_sandbox.app import Sandbox
from tilisilta.clients.nmbrs.errors import NmbrsAnswerUnknown, NmbrsUnavailable


class TestPages:
    def test_are_read_to_the_end(self, nmbrs_sandbox: Sandbox) -> None:
        debtor = nmbrs_sandbox.world.debtors[0]
        for number in range(2001, 2125):
            nmbrs_sandbox.add_company(
                debtor_id=debtor.debtor_id, number=number, name=f"Company {number}", runs=0
            )
        bench = bench_of(nmbrs_sandbox)

        numbers = [one.number for one in bench.client.companies()]

        assert len(numbers) == len(set(numbers)) == 10 + 124
        assert 2124 in numbers

    def test_give_each_row_once(self) -> None:
        rows = [a_debtor(number) for number in range(1, 4)]
        pages = {"1": rows[:2], "2": rows[1:]}

        def answer(request: httpx2.Request) -> httpx2.Response:
            number = request.url.params["pageNumber"]
            return page_of(
                pages[number], total=3, following="/api/debtors" if number == "1" else ""
            )

        bench = answering(answer)

        assert [one.number for one in bench.client.debtors()] == ["1", "2", "3"]

    def test_are_read_again_once_when_a_row_is_missing(self) -> None:
        rows = [a_debtor(number) for number in range(1, 4)]
        answers = iter([rows[:2], rows])

        bench = answering(lambda _: page_of(next(answers), total=3))

        assert len(bench.client.debtors()) == 3
        assert bench.rate.waits == 2

    def test_are_a_case_for_later_when_a_row_stays_missing(self) -> None:
        bench = answering(lambda _: page_of([a_debtor()], total=2))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

        assert bench.rate.waits == 2

    @pytest.mark.parametrize("content", [b"[]", b"{}", b'{"data": []}', b'"text"', b"null"])
    def test_without_their_frame_are_not_taken_for_an_empty_list(self, content: bytes) -> None:
        bench = answering(lambda _: httpx2.Response(200, content=content))

        with pytest.raises(NmbrsAnswerUnknown):
            bench.client.debtors()

    def test_that_are_html_are_not_read(self) -> None:
        bench = answering(lambda _: httpx2.Response(200, html="<html>Sign in</html>"))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

    def test_fall_back_to_one_debtor_at_a_time(self, nmbrs_sandbox: Sandbox) -> None:
        bench = bench_of(nmbrs_sandbox)

        companies = bench.client.companies()

        # The consent spans three debtors, so that the list of all is refused with 40306.
        assert len(companies) == 10
        assert bench.counted.count("lists") == 1 + 1 + 3
