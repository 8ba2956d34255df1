"""When Nmbrs' SOAP API ends, and how long a person still has."""

from datetime import date, timedelta

END_OF_SOAP = date(2027, 3, 1)
"""The day from which on Nmbrs no longer answers SOAP, as it has announced to its developers.

Sources: the read-me of the public client ``nmbrs-rest-api`` on PyPI, and the collection of Nmbrs'
APIs at github.com/api-evangelist/nmbrs (2026-08-22), which both give this day.
"""
NOTICE = timedelta(days=90)
"""So long before the end a person is told; a consent of every client takes weeks."""


def days_left(today: date) -> int:
    """Return the days until SOAP ends: 1 on its last day, 0 or less once it has ended."""
    return (END_OF_SOAP - today).days


def is_near(today: date) -> bool:
    return timedelta() < END_OF_SOAP - today <= NOTICE


def has_ended(today: date) -> bool:
    return today >= END_OF_SOAP
