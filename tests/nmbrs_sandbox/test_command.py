import signal
import socket
from functools import partial
from pathlib import Path

import httpx2
import pytest
import zeep
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, call
from tests.nmbrs_sandbox.serving import HEADER, running
from tests.sandbox_parts.serving import refusal as refusal_of

refusal = partial(refusal_of, "nmbrs_sandbox")


class TestCommand:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_serves_until_it_is_stopped(self, number: int) -> None:
        with running() as sandbox:
            page = httpx2.get(f"{sandbox.address}/")
            status = sandbox.program.end(number)

        assert page.status_code == 200
        assert len(page.headers.get_list("Date")) == 1
        assert sandbox.address.startswith("http://127.0.0.1:")
        assert status == 0

    def test_remembers_over_restarts(self, tmp_path: Path) -> None:
        state = str(tmp_path / "state.sqlite3")

        with running("--state", state) as sandbox:
            sandbox.order("delete_run", company_id=KONEPAJA, run_id=JUNE)
            sandbox.program.end(signal.SIGKILL)
        with running("--state", state) as sandbox:
            runs = sandbox.soap().service.Run_GetList(
                CompanyId=KONEPAJA, Year=2026, _soapheaders=HEADER
            )

        assert [one.Number for one in runs] == [1, 2, 3, 4, 5]

    def test_calls_the_year_as_the_option_says(self) -> None:
        with running("--year-parameter", "Year", "--utf-16-declaration") as sandbox:
            text = sandbox.soap().service.Journals_GetByRunCompany_v2(
                CompanyId=KONEPAJA, RunId=JUNE, Year=2026, _soapheaders=HEADER
            )

        assert 'encoding="utf-16"' in text

    def test_delays_too_many_calls(self) -> None:
        with running("--rate", "1") as sandbox, httpx2.Client(base_url=sandbox.address) as client:
            for _ in range(3):
                call(client, "List_GetAll")
            asked = client.get("sandbox/requests.json").json()["requests"]

        assert any(one["is_delayed"] for one in asked)
        assert {one["status"] for one in asked} == {200}

    def test_says_that_the_port_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            answer = refusal("--port", str(taken.getsockname()[1]))

        assert answer.returncode == 1
        assert "nmbrs-sandbox: cannot listen on 127.0.0.1" in answer.stderr
        assert "Another program may be using the port" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_says_that_the_state_file_cannot_be_read(self, tmp_path: Path) -> None:
        state = tmp_path / "notes.txt"
        state.write_text("Not a database, but long enough to be looked at." * 100)

        answer = refusal("--port", "0", "--state", str(state))

        assert answer.returncode == 1
        assert "cannot use" in answer.stderr
        assert "Traceback" not in answer.stderr

    @pytest.mark.parametrize(
        "options",
        [("--port", "x"), ("--rate", "0"), ("--latency-ms", "-1"), ("--year-parameter", "year")],
    )
    def test_refuses_odd_options(self, options: tuple[str, ...]) -> None:
        assert refusal(*options).returncode == 2


class TestServer:
    def test_breaks_the_connection_on_request(self) -> None:
        with running() as sandbox, httpx2.Client(base_url=sandbox.address) as client:
            sandbox.order("faults", kind="connection_lost", operation="List_GetAll")
            with pytest.raises(httpx2.RemoteProtocolError):
                call(client, "List_GetAll")
            again = call(client, "List_GetAll")

        assert again.status_code == 200

    def test_holds_a_call_until_an_impatient_caller_gave_up(self) -> None:
        with running() as sandbox, httpx2.Client(base_url=sandbox.address) as client:
            sandbox.order("faults", kind="hold_before")
            client.timeout = httpx2.Timeout(0.5)
            with pytest.raises(httpx2.ReadTimeout):
                call(client, "List_GetAll")
            released = sandbox.order("release")

        assert released == {"released": 1}

    def test_gives_a_soap_client_an_answer_it_cannot_read(self) -> None:
        with running() as sandbox:
            soap = sandbox.soap().service
            sandbox.order("faults", kind="down")
            sandbox.order("faults", kind="broken_xml")
            with pytest.raises(zeep.exceptions.TransportError) as down:
                soap.List_GetAll(_soapheaders=HEADER)
            with pytest.raises(zeep.exceptions.TransportError):
                soap.List_GetAll(_soapheaders=HEADER)

        assert down.value.status_code == 503
