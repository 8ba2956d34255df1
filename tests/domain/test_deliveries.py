"""What answers mean, and how pauses grow."""

from datetime import timedelta

import pytest

from tilisilta.domain.deliveries import (
    GIVEN_UP_AFTER,
    LONGEST_PAUSE,
    Verdict,
    asked_pause,
    pause_after,
    silence_after,
    verdict_on,
)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (None, Verdict.LATER),
        (200, Verdict.DELIVERED),
        (202, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (101, Verdict.REFUSED),
        (302, Verdict.REFUSED),
        (400, Verdict.REFUSED),
        (404, Verdict.REFUSED),
        (408, Verdict.LATER),
        (410, Verdict.GONE),
        (425, Verdict.LATER),
        (429, Verdict.LATER),
        (500, Verdict.LATER),
        (503, Verdict.LATER),
    ],
)
def test_reads_an_answer(status: int | None, verdict: Verdict) -> None:
    assert verdict_on(status) == verdict


def test_rests_longer_each_time_until_it_gives_up() -> None:
    pauses = [pause_after(tries, spread=lambda least, most: 1.0) for tries in range(1, 40)]

    assert pauses[0] == timedelta(seconds=10)
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    # A handful of tries a day, not hundreds.
    waited, tries = timedelta(), 0
    while waited < GIVEN_UP_AFTER:
        waited, tries = waited + pauses[tries], tries + 1
    assert 8 < tries < 20


def test_spreads_the_tries() -> None:
    assert pause_after(3, spread=lambda least, _most: least) == timedelta(seconds=128)
    assert pause_after(3, spread=lambda _least, most: most) == timedelta(seconds=192)


def test_a_receiver_that_is_back_is_noticed_within_a_quarter_of_an_hour() -> None:
    longest = max(silence_after(times, spread=lambda _l, most: most) for times in range(100))

    assert longest == timedelta(minutes=18)


def test_waits_as_asked_but_not_for_ever() -> None:
    assert asked_pause(120) == timedelta(minutes=2)
    assert asked_pause(None) == timedelta()
    assert asked_pause(10**6) == LONGEST_PAUSE
