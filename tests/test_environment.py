"""Settings of mail as they are read from the environment."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tilisilta import environment


@pytest.mark.parametrize("value", ["Tilisilta <tilisilta@bureau.example>", "t@bureau.example"])
def test_a_mail_address_may_have_a_name(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FROM", value)

    assert environment.mail_address("FROM") == value


@pytest.mark.parametrize(
    "value",
    ["", "tilisilta", "@bureau.example", "a@", "a@b@c", "a b@c", "ä@b.fi", "a@b.fi\nBcc: c@d.fi"],
)
def test_what_is_no_mail_address_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("FROM", value)

    with pytest.raises(ImproperlyConfigured, match="FROM"):
        environment.mail_address("FROM")


@pytest.mark.parametrize("value", ["0", "25.5", "65536", "smtp"])
def test_what_is_no_port_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)

    with pytest.raises(ImproperlyConfigured, match="PORT"):
        environment.port("PORT", 587)
