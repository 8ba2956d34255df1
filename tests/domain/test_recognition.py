from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.identity import ALPHABET, TOKEN_CHARACTERS, receipt_name, receipt_notes
from tilisilta.domain.journals import Run
from tilisilta.domain.recognition import (
    JournalReceipt,
    Promised,
    is_trustworthy,
    recognise,
    tokens_in,
)

TOKEN = "A1B2C3D4"
OTHER = "Z9Y8X7W6"
BOTH = (Promised(token=TOKEN), Promised(token=OTHER, plain_digest="same"))
READ_AT = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)

tokens = st.text(alphabet=ALPHABET, min_size=TOKEN_CHARACTERS, max_size=TOKEN_CHARACTERS)
words = st.text(alphabet=st.characters(codec="cp1252"), max_size=60)


def a_receipt(
    number: int = 1, *, status: str = "UNFINISHED", plain: str = "", sent_as: str = "", **more: str
) -> JournalReceipt:
    return JournalReceipt(
        ledger_receipt_id=number,
        receipt_number=number,
        name=more.get("name", ""),
        receipt_date=date(2026, 6, 30),
        status=status,
        version="",
        tokens=tokens_in(more.get("name", ""), more.get("notes", "")),
        plain_digest=plain,
        sent_as=sent_as,
    )


receipts = st.lists(
    st.builds(
        a_receipt,
        st.integers(min_value=1, max_value=9),
        status=st.sampled_from(["UNFINISHED", "APPROVED", "INVALIDATED"]),
        plain=st.sampled_from(["", "same", "else"]),
        sent_as=st.sampled_from(["", TOKEN, OTHER]),
        name=st.sampled_from(["", f"Palkat #{TOKEN}", f"Palkat #{OTHER}", "Palkat"]),
        notes=st.sampled_from(["", f"Tilisilta {TOKEN} · Nmbrs", f"Tilisilta {OTHER}"]),
    ),
    max_size=6,
    unique_by=lambda one: one.ledger_receipt_id,
)


class TestTokensIn:
    @given(tokens, words, words)
    def test_finds_a_token_after_its_sign_whatever_follows(
        self, token: str, before: str, after: str
    ) -> None:
        assert token in tokens_in(f"{before} #{token}{after}")

    @given(tokens, words, words)
    def test_finds_a_token_that_is_a_word(self, token: str, before: str, after: str) -> None:
        assert token in tokens_in(f"{before} {token} {after}")

    @given(tokens)
    def test_finds_it_in_the_texts_we_write_and_in_small_letters(self, token: str) -> None:
        notes = receipt_notes(token, company_number=1001, run=Run(year=2026, number="6"))

        assert token in tokens_in(receipt_name("Palkat", token).lower())
        assert token in tokens_in("", notes)

    @pytest.mark.parametrize(
        "text", ["", "Palkat", "XA1B2C3D4", "A1B2C3D45", "A1B2 C3D4", "KESÄKUU1"]
    )
    def test_finds_none_in_other_words(self, text: str) -> None:
        assert tokens_in(text) == frozenset()

    def test_finds_every_token(self) -> None:
        assert tokens_in(f"#{TOKEN}#{OTHER}", "12345678") == {TOKEN, OTHER, "12345678"}


class TestRecognise:
    @given(receipts, st.sets(st.integers(min_value=1, max_value=9)))
    def test_puts_each_receipt_in_one_place_at_most(
        self, listed: list[JournalReceipt], others: set[int]
    ) -> None:
        sorted_out = recognise(
            listed, token=TOKEN, plain_digest="same", promised=BOTH, others=others
        )

        perhaps = [*sorted_out.perhaps, *sorted_out.copied]
        placed = [*sorted_out.valid, *sorted_out.invalidated, *perhaps]
        assert len(placed) == len({one.ledger_receipt_id for one in placed})
        assert all(one.ledger_receipt_id not in others for one in placed)
        assert all(one.sent_as in ("", TOKEN) for one in placed)

    @given(receipts)
    def test_misses_no_receipt_that_carries_the_token(self, listed: list[JournalReceipt]) -> None:
        sorted_out = recognise(listed, token=TOKEN, plain_digest="same")

        ours = [one for one in listed if TOKEN in one.tokens and one.sent_as != OTHER]
        placed = [*sorted_out.valid, *sorted_out.invalidated]
        assert all(one in placed for one in ours)

    @given(receipts)
    def test_asks_about_all_that_would_book_the_same_without_a_token_of_ours(
        self, listed: list[JournalReceipt]
    ) -> None:
        sorted_out = recognise(listed, token=TOKEN, plain_digest="same", promised=BOTH)

        assert list(sorted_out.perhaps) == [
            one
            for one in listed
            if one.is_valid and one.plain_digest == "same" and not one.tokens and not one.sent_as
        ]

    @given(receipts)
    def test_lists_receipts_that_also_carry_another_token_of_ours(
        self, listed: list[JournalReceipt]
    ) -> None:
        sorted_out = recognise(listed, token=TOKEN, plain_digest="", promised=BOTH)

        assert sorted_out.mixed == tuple(one for one in sorted_out.valid if OTHER in one.tokens)
        assert not recognise(listed, token=TOKEN, plain_digest="", promised=[BOTH[0]]).mixed

    def test_asks_about_a_receipt_with_an_unknown_token(self) -> None:
        foreign = a_receipt(name=f"Palkat #{OTHER}", plain="same")

        assert recognise([foreign], token=TOKEN, plain_digest="same").perhaps == (foreign,)

    @pytest.mark.parametrize(
        ("promised", "is_asked"),
        [
            (Promised(token=OTHER, ledger_receipt_id=1), False),
            (Promised(token=OTHER, ledger_receipt_id=2), True),
            (Promised(token=OTHER, ledger_receipt_id=2, plain_digest="same"), True),
            (Promised(token=OTHER, plain_digest="same"), False),
            (Promised(token=OTHER, plain_digest="else"), True),
            (Promised(token=OTHER), True),
        ],
    )
    def test_asks_about_a_copy_of_another_receipt_but_not_about_its_original(
        self, promised: Promised, is_asked: bool
    ) -> None:
        receipt = a_receipt(1, name=f"Palkat #{OTHER}", plain="same")

        sorted_out = recognise([receipt], token=TOKEN, plain_digest="same", promised=[promised])

        assert sorted_out.copied == ((receipt,) if is_asked else ())
        assert sorted_out.perhaps == sorted_out.valid == ()

    def test_asks_about_a_copy_whatever_else_is_promised_or_written_on_it(self) -> None:
        original = Promised(token=OTHER, ledger_receipt_id=2)
        unrelated = Promised(token="B5B5B5B5", plain_digest="same")
        copy = a_receipt(1, name=f"Palkat #{OTHER} #C6C6C6C6", plain="same")

        sorted_out = recognise(
            [copy], token=TOKEN, plain_digest="same", promised=[original, unrelated]
        )

        assert sorted_out.copied == (copy,)

    def test_names_what_was_sent_as_another_revision(self) -> None:
        revision = a_receipt(name=f"Palkat #{OTHER}", plain="else")

        sorted_out = recognise([revision], token=TOKEN, plain_digest="same", siblings={OTHER})

        assert sorted_out.revisions == (revision,)

    @given(receipts)
    def test_asks_once_about_what_was_sent_as_another_revision(
        self, listed: list[JournalReceipt]
    ) -> None:
        sorted_out = recognise(
            listed, token=TOKEN, plain_digest="same", promised=BOTH, siblings={OTHER}
        )

        assert list(sorted_out.revisions) == [
            one
            for one in listed
            if one.is_valid and OTHER in one.tokens and TOKEN not in one.tokens and not one.sent_as
        ]
        assert not set(sorted_out.revisions) & {*sorted_out.perhaps, *sorted_out.copied}

    def test_asks_about_nothing_when_there_is_nothing_to_book(self) -> None:
        assert recognise([a_receipt()], token=TOKEN, plain_digest="").perhaps == ()


class TestIsTrustworthy:
    @pytest.mark.parametrize("version", ["2026-07-08T12:00:00", "2026-07-08T12:00:00.123Z"])
    def test_holds_more_than_a_day_after_the_change(self, version: str) -> None:
        assert is_trustworthy(version, READ_AT)

    @given(st.timedeltas(min_value=timedelta(hours=-24), max_value=timedelta(hours=24)))
    def test_fails_within_a_day_in_any_zone(self, away: timedelta) -> None:
        version = (READ_AT + away).replace(tzinfo=None).isoformat()

        assert not is_trustworthy(version, READ_AT)

    @pytest.mark.parametrize("version", ["", "yesterday", "7"])
    def test_fails_without_a_time(self, version: str) -> None:
        assert not is_trustworthy(version, READ_AT)
