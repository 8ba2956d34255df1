"""Reads single settings from the environment, each with its rule. A bad one stops the start."""

import os
from datetime import datetime, time
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, default)
    if value is None or value == "":
        raise ImproperlyConfigured(f"{name} is not set. Set it in the environment.")
    return value


def url(name: str, default: str) -> str:
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} is not an http or https address.")
    return value


def number(name: str, default: str) -> float:
    value = text(name, default)
    try:
        number = float(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is not a number.") from None
    if not 0 < number < 1_000_000:
        raise ImproperlyConfigured(f"{name} must be above 0.")
    return number


def time_of_day(name: str, default: str) -> time | None:
    """Return a time such as 04:00, or ``None`` for ``off``."""
    value = text(name, default)
    if value == "off":
        return None
    try:
        return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  # of every day
    except ValueError:
        raise ImproperlyConfigured(f"{name} is neither a time such as 04:00 nor off.") from None


def on_or_off(name: str, default: str) -> bool:
    value = text(name, default)
    if value not in {"on", "off"}:
        raise ImproperlyConfigured(f"{name} is neither on nor off.")
    return value == "on"


def credential(name: str) -> str:
    """Return an id, secret or key that the vendor gave; empty for none."""
    value = os.environ.get(name, "")
    # It goes into a header or a form: a line end copied along with it would be refused far away.
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ImproperlyConfigured(f"{name} has blanks around it or characters that no key has.")
    return value


def all_or_none(values: dict[str, str]) -> None:
    """Stop the start where some of ``values``, by the names of their settings, are missing."""
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(values):
        given = [name for name in values if name not in missing]
        raise ImproperlyConfigured(
            f"{' and '.join(missing)} must be set too, as {' and '.join(given)} is."
        )


def networks(name: str, default: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return addresses or networks that are listed with commas between; ``none`` is no network."""
    value = text(name, default)
    if value == "none":
        return ()
    try:
        return tuple(ip_network(one.strip()) for one in value.split(","))
    except ValueError:
        raise ImproperlyConfigured(
            f"{name} must be addresses or networks such as 10.0.0.0/8 with commas between, or none."
        ) from None


def one_of(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}.")
    return value


def port(name: str, default: int) -> int:
    value = number(name, str(default))
    if value != int(value) or value > 65_535:
        raise ImproperlyConfigured(f"{name} is not the number of a port.")
    return int(value)


def mail_address(name: str) -> str:
    """Return the address that mails come from, with a name in front of it if one is given."""
    value = text(name)
    _name, address = parseaddr(value)
    is_plain = value.isprintable() and address.isascii() and " " not in address
    before, _at, after = address.partition("@")
    if not is_plain or not before or not after or "@" in after:
        raise ImproperlyConfigured(
            f"{name} is not a mail address such as Tilisilta <tilisilta@bureau.example>."
        )
    return value
