import signal
import socket
from functools import partial
from pathlib import Path

import httpx2
import pytest
from tests.procountor_sandbox.calling import receipt
from tests.procountor_sandbox.serving import running
from tests.sandbox_parts.serving import refusal as refusal_of

refusal = partial(refusal_of, "procountor_sandbox")


class TestCommand:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_serves_until_it_is_stopped(self, number: int) -> None:
        with running() as sandbox:
            page = httpx2.get(f"{sandbox.address}/")
            status = sandbox.program.end(number)

        assert page.status_code == 200
        assert status == 0

    def test_ends_with_its_standard_input_when_told_to(self) -> None:
        # The input of programs that tests start has ended before they begin.
        with running("--end-with-input") as sandbox:
            status = sandbox.program.wait()

        assert status == 0

    @pytest.mark.parametrize("path", ["/", "/api/coa"])
    def test_dates_every_answer_once(self, path: str) -> None:
        with running() as sandbox:
            answer = httpx2.get(f"{sandbox.address}{path}")

        assert len(answer.headers.get_list("Date")) == 1

    def test_remembers_over_restarts(self, tmp_path: Path) -> None:
        state = str(tmp_path / "state.sqlite3")

        with running("--state", state) as sandbox:
            booked = sandbox.signed_in().post("ledgerreceipts", json=receipt())
            sandbox.program.end(signal.SIGKILL)
        with running("--state", state) as sandbox:
            read = sandbox.signed_in().get("ledgerreceipts/700001")

        assert read.json() == booked.json()

    def test_takes_other_redirect_uris(self) -> None:
        query = {
            "response_type": "code",
            "client_id": "tilisilta-demo",
            "redirect_uri": "http://b.example/",
        }

        with running(
            "--redirect-uri", "http://a.example/", "--redirect-uri", "http://b.example/"
        ) as sandbox:
            answer = httpx2.get(f"{sandbox.address}/login", params=query)

        assert answer.status_code == 200

    def test_says_that_the_port_is_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            answer = refusal("--port", str(taken.getsockname()[1]))

        assert answer.returncode == 1
        assert "Another program may be using the port" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_says_that_the_state_file_cannot_be_read(self, tmp_path: Path) -> None:
        state = tmp_path / "notes.txt"
        state.write_text("Not a database, but long enough to be looked at." * 100)

        answer = refusal("--port", "0", "--state", str(state))

        assert answer.returncode == 1
        assert "cannot use" in answer.stderr
        assert "Traceback" not in answer.stderr

    @pytest.mark.parametrize("options", [("--port", "x"), ("--rate", "0"), ("--latency-ms", "-1")])
    def test_refuses_odd_options(self, options: tuple[str, ...]) -> None:
        assert refusal(*options).returncode == 2


class TestServer:
    def test_breaks_the_connection_when_an_answer_is_lost(self) -> None:
        order = {"kind": "answer_lost", "method": "POST"}

        with running() as sandbox:
            caller = sandbox.signed_in()
            httpx2.post(f"{sandbox.address}/sandbox/faults", json=order)
            with pytest.raises(httpx2.RemoteProtocolError):
                caller.post("ledgerreceipts", json=receipt())
            listed = caller.get("ledgerreceipts").json()

        assert listed["meta"]["totalCount"] == 1

    def test_is_too_slow_for_an_impatient_caller_and_books_all_the_same(self) -> None:
        base = {"method": "POST", "path": "/ledgerreceipts"}

        with running() as sandbox:
            caller = sandbox.signed_in()
            httpx2.post(f"{sandbox.address}/sandbox/faults", json=base | {"kind": "hold_after"})
            with pytest.raises(httpx2.ReadTimeout):
                caller.post("ledgerreceipts", json=receipt(), timeout=0.5)
            released = httpx2.post(f"{sandbox.address}/sandbox/release").json()
            listed = caller.get("ledgerreceipts").json()

        assert released == {"released": 1}
        assert listed["meta"]["totalCount"] == 1

    def test_limits_the_rate_when_told_to(self) -> None:
        with running("--rate", "1") as sandbox:
            caller = sandbox.signed_in()
            # Two within one second are enough; a busy machine may need some tries.
            answers = (caller.get("sessioninfo") for _ in range(60))
            refused = next(one for one in answers if one.status_code == 429)

        assert refused.headers["Retry-After"] == "1"
