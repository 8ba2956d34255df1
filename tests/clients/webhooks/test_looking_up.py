"""Names looked up in a limited time."""

from ipaddress import ip_address
from threading import Event

from tilisilta.clients.webhooks.looking_up import look_up_in_time
from tilisilta.domain.receivers import Address

HERE = (ip_address("10.1.2.3"),)


def test_leaves_out_what_is_not_answered_in_time() -> None:
    ended = Event()

    def look_up(host: str, _port: int) -> tuple[Address, ...]:
        if host == "slow.example":
            ended.wait(30)
        return HERE if host == "own.example" else ()

    places = [("slow.example", 80), ("own.example", 80), ("own.example", 80), ("no.example", 80)]
    found = look_up_in_time(places, seconds=0.2, look_up=look_up)
    ended.set()

    assert found == {("own.example", 80): HERE, ("no.example", 80): ()}
    assert look_up_in_time([], seconds=0.2) == {}
