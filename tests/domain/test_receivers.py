"""Where webhooks may send, and what is shown of their addresses."""

from ipaddress import ip_address, ip_network

import pytest

from tilisilta.domain.receivers import Allowed, Fault, Receiver, fault_of, parse_receiver

INTERNET = "93.184.216.34"
OWN = Allowed(networks=(ip_network("10.1.0.0/16"),))
ALL = Allowed(networks=(ip_network("0.0.0.0/0"), ip_network("::/0")))


def parsed(url: str) -> Receiver:
    receiver = parse_receiver(url)
    assert isinstance(receiver, Receiver)
    return receiver


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", Fault.NOT_AN_ADDRESS),
        ("hooks.slack.com/services/T0/B0/x", Fault.NOT_AN_ADDRESS),
        ("ftp://hooks.example/a", Fault.NOT_AN_ADDRESS),
        ("https:///a", Fault.NOT_AN_ADDRESS),
        ("https://hooks.example:99999/", Fault.NOT_AN_ADDRESS),
        ("https://hooks.example/a b", Fault.NOT_AN_ADDRESS),
        ("https://hooks.example/a\r\nX: y", Fault.NOT_AN_ADDRESS),
        ("https://[fe80::1%25eth0]/", Fault.NOT_AN_ADDRESS),
        ("https://hooks.example/" + "a" * 1000, Fault.NOT_AN_ADDRESS),
        ("https://[v1.x]/", Fault.NOT_AN_ADDRESS),
        ("https://a|b.example/", Fault.NOT_AN_ADDRESS),
        ("https://hooks..example/", Fault.NOT_AN_ADDRESS),
        ("https://hooks.example\\.other.example/", Fault.NOT_AN_ADDRESS),
        (f"https://{'a' * 64}.example/", Fault.NOT_AN_ADDRESS),
        ("https://anna:secret@hooks.example/", Fault.HAS_LOG_IN),
        ("https://anna@hooks.example/", Fault.HAS_LOG_IN),
    ],
)
def test_takes_no_address_that_is_none(text: str, fault: Fault) -> None:
    assert parse_receiver(text) == fault


def test_shows_where_an_address_leads_and_nothing_of_its_secret() -> None:
    slack = parsed(" https://hooks.slack.com/services/T0/B0/S3cret?sig=x#end ")

    assert slack.shown == "https://hooks.slack.com/…"
    assert slack.url == "https://hooks.slack.com/services/T0/B0/S3cret?sig=x"
    assert parsed("http://[fd00::1]:8080/x").shown == "http://[fd00::1]:8080/…"


@pytest.mark.parametrize(
    ("address", "allowed", "fault"),
    [
        (INTERNET, Allowed(), None),
        ("2606:2800:220:1::1", Allowed(), None),
        ("10.1.2.3", Allowed(), Fault.NOT_ALLOWED),
        ("10.1.2.3", OWN, None),
        ("10.2.2.3", OWN, Fault.NOT_ALLOWED),
        ("192.168.1.1", OWN, Fault.NOT_ALLOWED),
        ("100.64.0.1", OWN, Fault.NOT_ALLOWED),
        ("fd12::1", OWN, Fault.NOT_ALLOWED),
        ("127.0.0.1", ALL, Fault.NOT_ALLOWED),
        ("::1", ALL, Fault.NOT_ALLOWED),
        ("169.254.169.254", ALL, Fault.NOT_ALLOWED),
        ("fd00:ec2::254", ALL, Fault.NOT_ALLOWED),
        ("fe80::1", ALL, Fault.NOT_ALLOWED),
        ("0.0.0.0", ALL, Fault.NOT_ALLOWED),  # noqa: S104  # which nothing listens at
        ("224.0.0.1", ALL, Fault.NOT_ALLOWED),
        ("::ffff:127.0.0.1", ALL, Fault.NOT_ALLOWED),
        ("::ffff:169.254.169.254", ALL, Fault.NOT_ALLOWED),
        ("::ffff:10.1.2.3", Allowed(), Fault.NOT_ALLOWED),
        ("::ffff:10.1.2.3", OWN, None),
        ("64:ff9b::a9fe:a9fe", ALL, Fault.NOT_ALLOWED),
        ("64:ff9b::a01:203", Allowed(), Fault.NOT_ALLOWED),
        ("2002:7f00:1::1", ALL, Fault.NOT_ALLOWED),
        ("64:ff9b:1::a9fe:a9fe", ALL, Fault.NOT_ALLOWED),
        ("168.63.129.16", ALL, Fault.NOT_ALLOWED),
        ("192.0.0.192", ALL, Fault.NOT_ALLOWED),
        ("100.100.100.200", ALL, Fault.NOT_ALLOWED),
        ("fd20:ce::254", ALL, Fault.NOT_ALLOWED),
        # What is neither of the internet nor private by every version of Python.
        ("fec0::1", Allowed(), Fault.NOT_ALLOWED),
        ("5f00::1", Allowed(), Fault.NOT_ALLOWED),
        ("3fff::1", Allowed(), Fault.NOT_ALLOWED),
        ("192.0.0.8", Allowed(), Fault.NOT_ALLOWED),
        ("192.88.99.1", Allowed(), Fault.NOT_ALLOWED),
        ("::127.0.0.1", Allowed(), Fault.NOT_ALLOWED),
        ("::ffff:0:127.0.0.1", Allowed(), Fault.NOT_ALLOWED),
        ("2001:0:7f00:1::", Allowed(), Fault.NOT_ALLOWED),
        ("fec0::1", ALL, None),
    ],
)
def test_reaches_the_internet_and_the_networks_that_are_named(
    address: str, allowed: Allowed, fault: Fault | None
) -> None:
    receiver = parsed("https://hooks.example/")

    assert fault_of(receiver, (ip_address(address),), allowed) == fault


def test_reaches_nothing_where_one_of_several_addresses_is_not_allowed() -> None:
    found = (ip_address(INTERNET), ip_address("169.254.169.254"))

    assert fault_of(parsed("https://hooks.example/"), found, ALL) == Fault.NOT_ALLOWED


def test_speaks_plain_http_in_a_network_that_is_named_alone() -> None:
    plain = parsed("http://hooks.example/")

    assert fault_of(plain, (ip_address(INTERNET),), OWN) == Fault.NOT_HTTPS
    assert fault_of(plain, (ip_address("10.1.2.3"),), OWN) is None


def test_knows_a_name_that_is_unknown() -> None:
    assert fault_of(parsed("https://hooks.example/"), (), OWN) == Fault.NOT_FOUND
