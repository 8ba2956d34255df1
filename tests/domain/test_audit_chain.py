"""The chain of the audit log, and what is found when somebody altered it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.audit_chain import (
    START,
    BreakKind,
    ChainEntry,
    Examined,
    Head,
    Seal,
    canonical_form,
    examine,
    masked,
    seal_of,
    texts_of,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

texts = st.text(max_size=12)
ids = st.integers(min_value=1, max_value=2**40)
entries = st.builds(
    ChainEntry,
    id=ids,
    at=st.datetimes(min_value=datetime(2026, 6, 1), max_value=datetime(2026, 6, 2)).map(  # noqa: DTZ001
        lambda at: at.replace(tzinfo=UTC)
    ),
    action=st.sampled_from(["journal_sent", "link_changed", "logged_in"]),
    user_id=st.none() | ids,
    user_name=texts,
    system_user=texts,
    company_id=st.none() | ids,
    about_kind=st.sampled_from(["", "journal", "link"]),
    about_id=st.none() | ids,
    facts=st.dictionaries(st.sampled_from(["name", "reason", "count"]), texts, max_size=3),
    changes=st.lists(
        st.fixed_dictionaries({"field": texts, "before": texts | st.booleans(), "after": texts}),
        max_size=2,
    ),
    salt=st.text("0123456789abcdef", min_size=32, max_size=32),
    masked=st.just({}),
)
logs = st.lists(entries, min_size=2, max_size=6, unique_by=lambda entry: entry.id)


def an_entry(**differing: object) -> ChainEntry:
    plain = ChainEntry(
        id=1,
        at=NOON,
        action="journal_discarded",
        user_id=3,
        user_name="aino",
        system_user="",
        company_id=7,
        about_kind="journal",
        about_id=12,
        facts={"reason": "twice"},
        changes=[],
        salt="5a" * 16,
        masked={},
    )
    return replace(plain, **differing)  # type: ignore[arg-type]  # the fields of an entry


def sealed(log: Sequence[ChainEntry], at: datetime = NOON + timedelta(days=1)) -> list[Seal]:
    seals: list[Seal] = []
    for position, entry in enumerate(log, 1):
        previous = seals[-1].digest if seals else START
        seals.append(seal_of(entry, position=position, previous=previous, sealed_at=at))
    return seals


def head_of(seals: Sequence[Seal]) -> Head:
    return Head(position=seals[-1].position, digest=seals[-1].digest)


def examined(seals: Sequence[Seal], head: Head) -> Examined:
    return examine(seals, head, places_explained=lambda _entry: frozenset())


def kind_found(seals: Sequence[Seal], head: Head) -> BreakKind | None:
    found = examined(seals, head).first_break
    return found.kind if found else None


class TestCanonicalForm:
    def test_is_what_the_documentation_says(self) -> None:
        """An auditor has to arrive at the same text with nothing but that page."""
        salt = sha256(b"5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5afacts/reason").hexdigest()
        digest = sha256(f'{salt}"twice"'.encode()).hexdigest()

        form = canonical_form(an_entry(), position=1, previous=START, sealed_at=NOON)

        assert form == (
            '{"about":["journal",12],"action":"journal_discarded",'
            '"at":"2026-06-01T12:00:00.000000+00:00","company":7,"id":1,"position":1,'
            f'"previous":"{START}","sealed_at":"2026-06-01T12:00:00.000000+00:00",'
            f'"system_user":"","texts":{{"facts/reason":"{digest}"}},"user":[3,"aino"]}}'
        )

    def test_is_the_same_in_another_time_zone(self) -> None:
        helsinki = datetime.fromisoformat("2026-06-01T15:00:00+03:00")

        forms = {
            canonical_form(an_entry(at=at), position=1, previous=START, sealed_at=NOON)
            for at in (NOON, helsinki)
        }

        assert len(forms) == 1


class TestExamine:
    @given(logs)
    def test_finds_a_log_whole_that_was_not_altered(self, log: list[ChainEntry]) -> None:
        seals = sealed(log)

        found = examined(seals, head_of(seals))

        assert found.is_whole
        assert found.head == head_of(seals)

    def test_finds_an_empty_log_whole(self) -> None:
        assert examined([], Head()).is_whole

    @given(logs, st.data())
    def test_finds_any_changed_value(self, log: list[ChainEntry], data: st.DataObject) -> None:
        seals = sealed(log)
        place = data.draw(st.integers(0, len(log) - 1))
        other = data.draw(entries.filter(lambda entry: entry != log[place]))
        names = [
            name
            for name in ChainEntry.__slots__
            if name not in {"salt", "masked"} and getattr(other, name) != getattr(log[place], name)
        ]
        name = data.draw(st.sampled_from(names or ["id"]))
        value = getattr(other, name) if names else log[place].id + 1
        changed = replace(log[place], **{name: value})  # type: ignore[arg-type]  # of its kind
        altered = [*seals]
        altered[place] = replace(seals[place], entry=changed)

        found = examined(altered, head_of(seals)).first_break

        assert found is not None
        assert (found.kind, found.position) == (BreakKind.CHANGED, place + 1)

    @given(logs, st.data())
    def test_finds_a_seal_that_is_gone(self, log: list[ChainEntry], data: st.DataObject) -> None:
        seals = sealed(log)
        gone = data.draw(st.integers(0, len(seals) - 1))

        kind = kind_found([*seals[:gone], *seals[gone + 1 :]], head_of(seals))

        is_last = gone == len(seals) - 1
        assert kind is (BreakKind.END_GONE if is_last else BreakKind.SEAL_GONE)

    @given(logs, st.data())
    def test_finds_an_entry_that_is_gone(self, log: list[ChainEntry], data: st.DataObject) -> None:
        seals = sealed(log)
        gone = data.draw(st.integers(0, len(seals) - 1))
        seals[gone] = replace(seals[gone], entry=None)

        assert kind_found(seals, head_of(seals)) is BreakKind.ENTRY_GONE

    @given(logs, st.data())
    def test_finds_entries_that_were_swapped(
        self, log: list[ChainEntry], data: st.DataObject
    ) -> None:
        seals = sealed(log)
        one, other = data.draw(
            st.lists(st.integers(0, len(log) - 1), min_size=2, max_size=2, unique=True)
        )
        first, second = seals[one], seals[other]
        seals[one] = replace(first, entry=second.entry)
        seals[other] = replace(second, entry=first.entry)

        assert kind_found(seals, head_of(seals)) is BreakKind.CHANGED

    @given(logs, entries, st.data())
    def test_finds_an_entry_that_was_put_between(
        self, log: list[ChainEntry], added: ChainEntry, data: st.DataObject
    ) -> None:
        """Even where the one who adds it works out the digest as the program does."""
        seals = sealed(log)
        place = data.draw(st.integers(1, len(log) - 1))
        extra = seal_of(
            added,
            position=place + 1,
            previous=seals[place - 1].digest,
            sealed_at=seals[place].sealed_at,
        )
        later = [replace(seal, position=seal.position + 1) for seal in seals[place:]]

        kind = kind_found([*seals[:place], extra, *later], head_of(seals))

        assert kind is BreakKind.LINK

    @given(logs, st.data())
    def test_finds_a_chain_that_was_made_anew_from_a_place_on(
        self, log: list[ChainEntry], data: st.DataObject
    ) -> None:
        """The head stands apart, and was perhaps noted elsewhere."""
        seals = sealed(log)
        place = data.draw(st.integers(0, len(log) - 1))
        log[place] = replace(log[place], action="logged_out")

        assert kind_found(sealed(log), head_of(seals)) is BreakKind.END_GONE

    def test_finds_an_entry_dated_back(self) -> None:
        first = sealed([an_entry()], at=NOON)[0]
        late = an_entry(id=2, at=NOON - timedelta(days=30))
        second = seal_of(
            late, position=2, previous=first.digest, sealed_at=NOON + timedelta(seconds=2)
        )

        found = examined([first, second], head_of([second]))

        assert found.first_break is None
        assert found.dated_back == (second,)
        assert not found.is_whole

    def test_takes_old_entries_of_one_run_for_granted(self) -> None:
        """The first run seals what an earlier version wrote over years."""
        years = [an_entry(id=year, at=NOON - timedelta(days=365 * (9 - year))) for year in range(9)]

        seals = sealed(years, at=NOON)

        assert examined(seals, head_of(seals)).is_whole

    @given(logs, st.data())
    def test_finds_a_log_whole_in_which_texts_were_masked(
        self, log: list[ChainEntry], data: st.DataObject
    ) -> None:
        seals = sealed(log)
        place = data.draw(st.integers(0, len(log) - 1))
        texts_there = [name for name, _ in texts_of(log[place].facts, log[place].changes)]
        chosen = frozenset(data.draw(st.sets(st.sampled_from(texts_there or ["facts/none"]))))
        once = masked(log[place], chosen)
        twice = masked(once, frozenset(texts_there))
        explained = chosen | frozenset(texts_there)

        for entry in (once, twice):
            seals[place] = replace(seals[place], entry=entry)
            found = examine(seals, head_of(seals), places_explained=lambda _id: explained)
            assert found.is_whole
            assert entry.salt == ""
        if chosen & frozenset(texts_there):
            seals[place] = replace(seals[place], entry=once)
            assert kind_found(seals, head_of(seals)) is BreakKind.UNEXPLAINED_MASK

    def test_finds_another_text_in_the_place_of_a_mask(self) -> None:
        seals = sealed([an_entry()])
        hidden = masked(an_entry(), frozenset({"facts/reason"}))
        altered = [replace(seals[0], entry=replace(hidden, facts={"reason": "another"}))]

        found = examine(
            altered, head_of(seals), places_explained=lambda _id: frozenset({"facts/reason"})
        )

        assert found.first_break is not None
        assert found.first_break.kind is BreakKind.UNEXPLAINED_MASK

    @pytest.mark.parametrize(
        "stored",
        [
            {"facts/reason": {"digest": "0" * 64}},
            {"facts/reason": {"salt": "0" * 64}},
            {"facts/reason": {}},
        ],
    )
    def test_finds_a_text_that_says_it_is_masked(self, stored: dict[str, dict[str, str]]) -> None:
        seals = sealed([an_entry()])
        altered = [replace(seals[0], entry=an_entry(masked=stored, salt=""))]

        assert kind_found(altered, head_of(seals)) is BreakKind.CHANGED
