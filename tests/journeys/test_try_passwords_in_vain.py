"""Somebody tries passwords, many of them, at two processes and over a restart."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from tests.journeys.processes import Bureau, create_database, new_bureau
from tests.programs import TILISILTA, free_ports, started

pytestmark = [pytest.mark.processes, pytest.mark.once]

PASSWORD = "silta-yli-lammen"
STRANGER = "203.0.113.7"
OFFICE = "198.51.100.1"
WRONG, REFUSED, IN = "wrong", "refused", "in"


class Person:
    """A browser behind the proxy, which says its address."""

    def __init__(self, address: str) -> None:
        self._headers = {"X-Forwarded-For": address, "Accept-Language": "en"}
        self._cookies = httpx2.Cookies()

    def log_in(self, site: str, name: str, password: str) -> str:
        """Try to log in at one of the processes; return what came of it."""
        page = f"{site}/log-in/login/"
        with httpx2.Client(headers=self._headers, cookies=self._cookies, timeout=60) as http:
            if "csrftoken" not in http.cookies:
                http.get(page)
            given = {"csrfmiddlewaretoken": http.cookies["csrftoken"]}
            answer = http.post(
                page, data={**given, "login": name, "password": password}, headers={"Referer": page}
            )
            self._cookies = http.cookies
        if answer.is_redirect:
            return IN
        assert answer.status_code == 200, answer.text
        return REFUSED if "Too many tries" in answer.text else WRONG

    def forget_session(self) -> None:
        self._cookies.delete("sessionid")


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """Return a bureau with two users, behind a proxy on this machine."""
    name = f"log_ins_{uuid4().hex[:12]}"
    create_database(name)
    empty = new_bureau(tmp_path / "bureau", "http://127.0.0.1:9", database=name)
    more = {"TILISILTA_TRUSTED_PROXIES": "127.0.0.1", "TILISILTA_PASSWORD": PASSWORD}
    made = replace(empty, environment={**empty.environment, **more})
    made.run("migrate")
    with two_processes(made):
        # The first start makes the user templates.
        pass
    for user in ("aino", "oona"):
        made.run("user", "add", user, "--template", "Administrator")
    return made


@contextmanager
def two_processes(bureau: Bureau) -> Iterator[tuple[str, str]]:
    """The pages, served by two processes on ports of their own; yield their addresses."""
    with ExitStack() as stack:
        sites = []
        for port in free_ports(2):
            words = (TILISILTA, "web", "--port", str(port))
            program = stack.enter_context(started(*words, environment=bureau.environment))
            program.wait_for("Tilisilta is at")
            sites.append(f"http://127.0.0.1:{port}")
        yield sites[0], sites[1]


class TestStranger:
    def test_has_ten_tries_and_the_right_person_gets_in(self, bureau: Bureau) -> None:
        stranger, known = Person(STRANGER), Person(OFFICE)
        came_of_it: Counter[str] = Counter()

        with two_processes(bureau) as sites:
            assert known.log_in(sites[0], "aino", PASSWORD) == IN
            known.forget_session()
            for number in range(100):
                came_of_it[stranger.log_in(sites[number % 2], "aino", f"guess-{number}")] += 1
        with two_processes(bureau) as sites:
            for number in range(100, 200):
                came_of_it[stranger.log_in(sites[number % 2], "aino", f"guess-{number}")] += 1

            assert came_of_it == {WRONG: 10, REFUSED: 190}
            # The right password is of no use to the stranger any more, at any process.
            assert stranger.log_in(sites[0], "aino", PASSWORD) == REFUSED
            assert Person(STRANGER).log_in(sites[1], "oona", PASSWORD) == REFUSED
            # From elsewhere each gets in: a new browser, too.
            assert Person("198.51.100.2").log_in(sites[0], "aino", PASSWORD) == IN
            assert known.log_in(sites[1], "aino", PASSWORD) == IN

    def test_from_forty_addresses_has_thirty_tries_at_one_user(self, bureau: Bureau) -> None:
        known = Person(OFFICE)

        with two_processes(bureau) as sites:
            assert known.log_in(sites[0], "aino", PASSWORD) == IN
            known.forget_session()
            came_of_it = Counter(
                Person(f"203.0.113.{number}").log_in(sites[number % 2], "aino", "guess")
                for number in range(40)
            )

            assert came_of_it == {WRONG: 30, REFUSED: 10}
            # A browser that aino has used before is counted apart, and other users are not closed.
            # A new browser of aino waits for the rest of the quarter of an hour.
            assert known.log_in(sites[1], "aino", PASSWORD) == IN
            assert Person("198.51.100.2").log_in(sites[0], "oona", PASSWORD) == IN
            assert Person("198.51.100.2").log_in(sites[1], "aino", PASSWORD) == REFUSED
