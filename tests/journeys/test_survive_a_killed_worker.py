"""A worker process is killed with signal 9 while Procountor holds one of its requests."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from tests.journeys.processes import (
    LONGEST_WAIT_SECONDS,
    Bureau,
    copy_of,
    create_database,
    listening_sandbox,
    new_bureau,
    prepare,
)
from tests.programs import started

from procountor_sandbox.app import Sandbox
from procountor_sandbox.busy_office import Busyness
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.people import Act

pytestmark = [pytest.mark.processes]

APPROVED = ["approved", "approved"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """A bureau in which a journal of two receipts waits for a worker."""
    name = f"template_{uuid4().hex[:12]}"
    with listening_sandbox() as (_, url):
        bureau = new_bureau(tmp_path_factory.mktemp("template"), url, database=name)
        create_database(name)
        prepare(bureau)
    return bureau


@pytest.fixture
def listening() -> Iterator[tuple[Sandbox, str]]:
    with listening_sandbox() as found:
        yield found


@pytest.fixture
def bureau(template: Bureau, tmp_path: Path, listening: tuple[Sandbox, str]) -> Bureau:
    name = f"bureau_{uuid4().hex[:12]}"
    return copy_of(template, tmp_path / "bureau", listening[1], database=name)


def _names(sandbox: Sandbox) -> list[str]:
    return [receipt.name for receipt in sandbox.ledger.receipts()]


@contextmanager
def busy_machine() -> Iterator[None]:
    """A machine on which four programs ask for all of the processor."""
    with ExitStack() as busy:
        for _ in range(4):
            busy.enter_context(started(sys.executable, "-c", "while True: pass"))
        yield


class TestAKilledWorker:
    @pytest.mark.parametrize(
        ("method", "path", "skip"),
        [
            ("GET", "/ledgerreceipts", 0),
            ("POST", "/ledgerreceipts", 0),
            ("POST", "/ledgerreceipts", 1),
            ("PUT", "/ledgerreceipts/*/approve", 0),
        ],
    )
    @pytest.mark.parametrize("kind", [FaultKind.HOLD_BEFORE, FaultKind.HOLD_AFTER])
    def test_leaves_nothing_lost_and_nothing_doubled(
        self,
        bureau: Bureau,
        listening: tuple[Sandbox, str],
        kind: FaultKind,
        method: str,
        path: str,
        skip: int,
    ) -> None:
        sandbox, _ = listening
        sandbox.faults.add(Fault(kind=kind, method=method, path=path, skip=skip))

        with bureau.worker() as worker:
            assert sandbox.faults.wait_until_held(timeout_seconds=LONGEST_WAIT_SECONDS)
            worker.kill()
            worker.wait(timeout=LONGEST_WAIT_SECONDS)
        sandbox.faults.release()
        with bureau.worker():
            bureau.wait_until_states(APPROVED)

        assert len(_names(sandbox)) == 2
        assert len(set(_names(sandbox))) == 2

    @pytest.mark.parametrize("kind", [FaultKind.HOLD_BEFORE, FaultKind.HOLD_AFTER])
    def test_finds_what_a_person_has_renamed_meanwhile(
        self, bureau: Bureau, listening: tuple[Sandbox, str], kind: FaultKind
    ) -> None:
        sandbox, _ = listening
        sandbox.busy.start(Busyness(acts=(Act.RENAME,)))
        sandbox.faults.add(Fault(kind=kind, method="POST", path="/ledgerreceipts"))

        with bureau.worker() as worker:
            assert sandbox.faults.wait_until_held(timeout_seconds=LONGEST_WAIT_SECONDS)
            worker.kill()
            worker.wait(timeout=LONGEST_WAIT_SECONDS)
        sandbox.faults.release()
        with bureau.worker():
            # What was found under another name is left to a person, who approves it.
            bureau.wait_until_states(["posted", "approved"])

        assert sandbox.ledger.count() == 2
        assert sandbox.busy.act_count == 2

    def test_whose_request_arrives_late_is_still_found(
        self, bureau: Bureau, listening: tuple[Sandbox, str]
    ) -> None:
        sandbox, _ = listening
        on_post = Fault(kind=FaultKind.HOLD_BEFORE, method="POST", path="/ledgerreceipts")
        sandbox.faults.add(on_post)
        with bureau.worker() as worker:
            assert sandbox.faults.wait_until_held(timeout_seconds=LONGEST_WAIT_SECONDS)
            worker.kill()
            worker.wait(timeout=LONGEST_WAIT_SECONDS)

        with bureau.worker():
            bureau.wait_until_states(["uncertain", "queued"])
            sandbox.faults.release()
            bureau.wait_until_states(APPROVED)

        assert len(_names(sandbox)) == 2


class TestTwoWorkers:
    def test_share_the_work_and_book_each_receipt_once(
        self, bureau: Bureau, listening: tuple[Sandbox, str]
    ) -> None:
        sandbox, _ = listening

        with bureau.worker(), bureau.worker():
            bureau.wait_until_states(APPROVED)

        assert len(_names(sandbox)) == 2

    def test_leave_each_other_alive_on_a_busy_machine(
        self, bureau: Bureau, listening: tuple[Sandbox, str]
    ) -> None:
        sandbox, _ = listening

        with busy_machine(), bureau.worker(), bureau.worker():
            bureau.wait_until_states(APPROVED)
            told = (bureau.folder / "worker.log").read_text()

        assert len(_names(sandbox)) == 2
        assert "Taking over" not in told

    def test_take_over_from_the_one_that_is_killed(
        self, bureau: Bureau, listening: tuple[Sandbox, str]
    ) -> None:
        sandbox, _ = listening
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_AFTER, method="POST", path="/ledgerreceipts"))
        with bureau.worker() as first:
            assert sandbox.faults.wait_until_held(timeout_seconds=LONGEST_WAIT_SECONDS)
            with bureau.worker():
                first.kill()
                first.wait(timeout=LONGEST_WAIT_SECONDS)
                sandbox.faults.release()
                bureau.wait_until_states(APPROVED)

        assert len(_names(sandbox)) == 2
