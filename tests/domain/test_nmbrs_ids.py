"""Which listed thing is one that is known, by either id and by its numbers."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.nmbrs_ids import (
    ByNmbrsId,
    Known,
    Listed,
    NmbrsId,
    plain_number,
    recognise,
)

A, B = UUID(int=1), UUID(int=2)


def listed(number: int | None = None, guid: UUID | None = None, *marks: object) -> Listed:
    return Listed(id=NmbrsId(number=number, guid=guid), marks=marks)


def known(
    key: str,
    number: int | None = None,
    guid: UUID | None = None,
    *marks: object,
    is_gone: bool = False,
) -> Known[str]:
    return Known(key=key, id=NmbrsId(number=number, guid=guid), marks=marks, is_gone=is_gone)


class TestNmbrsId:
    def test_needs_one_of_the_two(self) -> None:
        with pytest.raises(ValueError, match="integer or a GUID"):
            NmbrsId()

    @pytest.mark.parametrize("one", [NmbrsId(number=7), NmbrsId(guid=A)])
    def test_reads_what_it_wrote(self, one: NmbrsId) -> None:
        assert NmbrsId.parse(str(one)) == one

    @pytest.mark.parametrize("text", ["", "-1", "7.0", "x", "٣", "9" * 5000])
    def test_reads_nothing_else(self, text: str) -> None:
        assert NmbrsId.parse(text) is None

    @given(guid=st.uuids())
    def test_derives_a_number_of_nine_digits_that_stays(self, guid: UUID) -> None:
        number = NmbrsId(guid=guid).as_number()

        assert len(str(number)) == 9
        assert number == NmbrsId(guid=guid).as_number()

    def test_is_found_by_either_id(self) -> None:
        values = ByNmbrsId([(NmbrsId(number=7, guid=A), "seven")])

        assert values.get(NmbrsId(number=7)) == values.get(NmbrsId(guid=A)) == "seven"
        assert NmbrsId(guid=B) not in values


@pytest.mark.parametrize(
    ("text", "plain"), [("007", "7"), (" 7 ", "7"), ("000", "0"), ("A07", "A07"), ("", "")]
)
def test_numbers_are_compared_without_their_zeros(text: str, plain: str) -> None:
    assert plain_number(text) == plain


class TestRecognise:
    def test_by_guid_before_the_integer_is_known(self) -> None:
        found = recognise([listed(None, A)], [known("a", None, A), known("b", 7)])

        assert (found.same, found.new, found.doubts) == ({0: "a"}, (), ())

    def test_by_integer(self) -> None:
        found = recognise([listed(7, A)], [known("a", 7)])

        assert found.same == {0: "a"}

    def test_by_numbers_where_the_two_have_no_id_in_common(self) -> None:
        found = recognise([listed(None, A, (2026, "6"))], [known("a", 7, None, (2026, "6"))])

        assert found.same == {0: "a"}

    def test_never_by_numbers_against_another_id(self) -> None:
        rows = [known("a", 7, B, (2026, "6"))]

        found = recognise([listed(None, A, (2026, "6"))], rows)

        assert (found.same, found.new) == ({}, (0,))

    def test_by_the_stricter_mark_first(self) -> None:
        rows = [known("a", 1, None, "007", "7"), known("b", 2, None, "7", "7")]

        found = recognise([listed(None, A, "7", "7"), listed(None, B, "007", "7")], rows)

        assert found.same == {0: "b", 1: "a"}

    def test_by_the_looser_mark(self) -> None:
        found = recognise([listed(None, A, "007", "7")], [known("a", 1, None, "7", "7")])

        assert found.same == {0: "a"}

    def test_leaves_one_that_may_be_two(self) -> None:
        rows = [known("a", 1, None, "7"), known("b", 2, None, "7"), known("c", 3)]

        found = recognise([listed(None, A, "7")], rows)

        assert (found.same, found.new, found.doubts) == ({}, (), (0,))
        assert found.doubted == {"a", "b"}

    def test_leaves_two_that_may_be_one(self) -> None:
        found = recognise([listed(None, A, "7"), listed(None, B, "7")], [known("a", 1, None, "7")])

        assert found.doubts == (0, 1)
        assert found.doubted == {"a"}

    def test_leaves_one_with_the_integer_of_one_and_the_guid_of_another(self) -> None:
        found = recognise([listed(7, A)], [known("a", 7), known("b", None, A)])

        assert found.doubts == (0,)
        assert found.doubted == {"a", "b"}

    def test_leaves_one_whose_guid_has_changed(self) -> None:
        found = recognise([listed(7, A)], [known("a", 7, B)])

        assert found.doubts == (0,)
        assert found.doubted == {"a"}

    def test_prefers_what_is_not_gone(self) -> None:
        rows = [known("old", 1, None, "6", is_gone=True), known("now", 2, None, "6")]

        assert recognise([listed(None, A, "6")], rows).same == {0: "now"}

    def test_brings_back_what_is_gone_where_it_is_the_only_one(self) -> None:
        rows = [known("old", 1, None, "6", is_gone=True)]

        assert recognise([listed(None, A, "6")], rows).same == {0: "old"}

    def test_has_no_doubt_where_ids_tell_all_but_one(self) -> None:
        rows = [known("a", 1, A, "7"), known("b", 2, None, "7")]

        found = recognise([listed(None, A, "7"), listed(None, B, "7")], rows)

        assert found.same == {0: "a", 1: "b"}

    def test_goes_by_marks_without_any_id(self) -> None:
        rows = [Known(key="a", id=None, marks=("450",)), known("b", 2, None, "460")]

        found = recognise([Listed(id=None, marks=("450",)), Listed(id=None, marks=("9",))], rows)

        assert (found.same, found.new) == ({0: "a"}, (1,))

    @given(
        data=st.lists(
            st.tuples(st.integers(1, 4) | st.none(), st.integers(1, 4) | st.none()), max_size=5
        ),
        rows=st.lists(
            st.tuples(st.integers(1, 4) | st.none(), st.integers(1, 4) | st.none()), max_size=5
        ),
    )
    def test_never_gives_a_row_to_two_nor_loses_one(
        self,
        data: list[tuple[int | None, int | None]],
        rows: list[tuple[int | None, int | None]],
    ) -> None:
        things = [Listed(id=None if n is None else NmbrsId(number=n), marks=(m,)) for n, m in data]
        here = [
            Known(key=at, id=None if g is None else NmbrsId(guid=UUID(int=g)), marks=(m,))
            for at, (g, m) in enumerate(rows)
        ]

        found = recognise(things, here)

        assert len(set(found.same.values())) == len(found.same)
        assert not found.doubted & set(found.same.values())
        assert sorted([*found.same, *found.new, *found.doubts]) == list(range(len(things)))
