"""A worker is taken for dead only after it was silent for the whole time-out before our eyes."""

from datetime import UTC, datetime, timedelta

import pytest

from tilisilta.silences import Silences

TIMEOUT = timedelta(seconds=30)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Looking:
    """Looks at one other worker, at moments of our own clock in seconds."""

    def __init__(self, *, starts_at: datetime = NOON) -> None:
        self._silences = Silences()
        self._starts_at = starts_at

    def at(self, moment: float, heard_at: datetime, *, slept: timedelta = timedelta()) -> bool:
        now = self._starts_at + timedelta(seconds=moment) + slept
        dead = self._silences.dead({"one": heard_at}, now=now, moment=moment, timeout=TIMEOUT)
        return list(dead) == ["one"]


class TestSilences:
    def test_takes_a_worker_for_dead_after_the_time_out(self) -> None:
        looking = Looking()

        found = [looking.at(moment, NOON) for moment in (0, 7.5, 15, 22.5, 30)]

        assert found == [False, False, False, False, True]

    def test_waits_for_the_whole_time_out(self) -> None:
        looking = Looking()

        found = [looking.at(moment, NOON) for moment in (0, 5, 10, 15, 20, 25, 29.9)]

        assert not any(found)

    @pytest.mark.parametrize("moments", [(0, 31), (0, 40, 80), (0, 60, 61, 62)])
    def test_does_not_judge_by_looks_that_were_late_themselves(
        self, moments: tuple[float, ...]
    ) -> None:
        looking = Looking()

        assert not any(looking.at(moment, NOON) for moment in moments)

    def test_begins_anew_with_each_sign_of_life(self) -> None:
        looking = Looking()

        found = [
            looking.at(moment, NOON + timedelta(seconds=moment // 30 * 30))
            for moment in (0, 10, 20, 30, 40, 50, 60, 70, 80)
        ]

        assert not any(found)

    @pytest.mark.parametrize("minutes", [-4, 4])
    def test_does_not_mind_the_clock_of_another_machine(self, minutes: int) -> None:
        looking = Looking()
        theirs = NOON + timedelta(minutes=minutes)

        found = [
            looking.at(moment, theirs + timedelta(seconds=moment)) for moment in range(0, 120, 5)
        ]

        assert not any(found)

    def test_leaves_one_alive_that_was_seen_alive_before_a_common_outage(self) -> None:
        looking = Looking()
        for moment in (0, 7, 14, 21):
            looking.at(moment, NOON + timedelta(seconds=moment))

        after_outage = looking.at(400, NOON + timedelta(seconds=26))

        assert not after_outage

    def test_takes_one_that_was_silent_long_before_for_dead_at_once(self) -> None:
        assert Looking().at(0, NOON - timedelta(minutes=6))
        assert not Looking().at(0, NOON - timedelta(minutes=5))

    def test_leaves_all_alive_when_the_whole_machine_has_slept(self) -> None:
        looking = Looking()
        looking.at(0, NOON)

        assert not looking.at(5, NOON, slept=timedelta(hours=8))
