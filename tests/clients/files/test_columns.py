"""Which column holds what."""

import re
from pathlib import Path

import pytest

from tilisilta.clients.files.columns import FIELDS, ColumnMapping
from tilisilta.clients.files.header_names import (
    IGNORED_HEADERS,
    KNOWN_HEADERS,
    known_field,
    plain_header,
)


class TestColumnMapping:
    def test_converts_to_a_plain_mapping_and_back(self) -> None:
        columns = ColumnMapping(account="Tili", debit="Debet", credit="Kredit", period="Kausi")

        there_and_back = ColumnMapping.from_mapping(columns.to_mapping())

        assert there_and_back == columns

    def test_has_only_fields_with_a_column_in_a_plain_mapping(self) -> None:
        columns = ColumnMapping.from_mapping({"account": " Tili ", "amount": " "})

        assert columns.to_mapping() == {"account": "Tili"}

    def test_refuses_a_field_that_does_not_exist(self) -> None:
        with pytest.raises(ValueError, match="colour"):
            ColumnMapping.from_mapping({"colour": "Väri"})

    @pytest.mark.parametrize(
        ("columns", "lacks"),
        [
            (ColumnMapping(), ("account", "amount", "date")),
            (ColumnMapping(account="a", amount="b", date="c"), ()),
            (ColumnMapping(account="a", debit="b", credit="c", period="d"), ()),
            (ColumnMapping(account="a", debit="b", period="d"), ("amount",)),
            (ColumnMapping(account="a", amount="b", credit="c", period="d"), ("amount",)),
        ],
    )
    def test_lists_what_a_person_must_still_name(
        self, columns: ColumnMapping, lacks: tuple[str, ...]
    ) -> None:
        assert columns.lacks == lacks

    def test_guesses_nothing_where_two_headers_mean_the_same(self) -> None:
        guess = ColumnMapping.guessed_from(["Account", "Konto", "Amount"])

        assert guess == ColumnMapping(amount="Amount")


class TestKnownHeaders:
    def test_are_known_for_every_field(self) -> None:
        assert tuple(KNOWN_HEADERS) == FIELDS

    def test_mean_one_thing_each(self) -> None:
        plain = [
            header
            for names in KNOWN_HEADERS.values()
            for header in {plain_header(name) for name in names.split("|")}
        ]
        plain += {plain_header(name) for name in IGNORED_HEADERS.split("|")}

        assert len(plain) == len(set(plain))

    @pytest.mark.parametrize("header", ["COST CENTER", "cost_center", "Cost-Center:", "costcenter"])
    def test_are_recognised_regardless_of_case_and_blanks(self, header: str) -> None:
        assert known_field(header) == "cost_center"

    def test_are_all_documented(self) -> None:
        page = (Path(__file__).parents[3] / "docs" / "file-formats.md").read_text("utf-8")
        listed = {plain_header(word) for word in re.split(r"[|,;.:\n]", page)}

        names = "|".join((*KNOWN_HEADERS.values(), IGNORED_HEADERS)).split("|")

        assert {name for name in names if plain_header(name) not in listed} == set()
