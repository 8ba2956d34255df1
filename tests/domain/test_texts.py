import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import line

from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity
from tilisilta.domain.texts import TextCheck, clean_text, is_writable

HETU = "150390-904F"


class TestCleanText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Työeläke ÄÅ € Š ž “lön”", "Työeläke ÄÅ € Š ž “lön”"),
            ("Győr, Łódź", "Gyor, Lódz"),
            ("Đorđević Ağaoğlu İstanbul", "Dordevic Agaoglu Istanbul"),
            ("Жукова Щ", "Zhukova Sjtj"),
            ("Αθήνα", "Athina"),
            ("10−2 ≤ 8", "10-2 <= 8"),
            ("rivi\tja\nrivi", "rivi ja rivi"),
            ("a\u0308 o\u0308", "ä ö"),
            ("näkymätön\u200bväli", "näkymätönväli"),
            ("ﬁ ½ №", "fi ½ No"),
            ("漢", "?"),
            ("  reunat  ", "reunat"),
            ("\x80\x81", ""),
            # Blanks of other scripts, of lines and of paragraphs; signs that only enclose.
            ("a\u3000b\u2003c\u2028d\u2029e", "a b c d e"),
            ("1\u20dd2\u0488", "12"),
        ],
    )
    def test_writes_in_windows_1252(self, text: str, expected: str) -> None:
        assert clean_text(text).text == expected

    def test_lists_each_replaced_character_once(self) -> None:
        cleaned = clean_text("Łódź Łódź")

        assert cleaned.replaced == (("Ł", "L"), ("ź", "z"))

    def test_does_not_count_accents_that_were_only_written_apart(self) -> None:
        assert clean_text("a\u0308").replaced == ()

    @given(st.text(alphabet=st.characters()), st.integers(min_value=1, max_value=300))
    def test_makes_every_text_one_that_procountor_can_store(self, text: str, most: int) -> None:
        cleaned = clean_text(text, most=most)

        assert is_writable(cleaned.text)
        assert len(cleaned.text) <= most

    @given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=["Cc"])))
    def test_leaves_what_procountor_can_store(self, text: str) -> None:
        cleaned = clean_text(text)

        assert cleaned.replaced == ()
        assert cleaned.kinds or cleaned.text == text.strip()

    @given(st.text(max_size=400))
    def test_changes_nothing_the_second_time(self, text: str) -> None:
        once = clean_text(text, most=255).text

        assert clean_text(once, most=255).text == once

    def test_cuts_a_long_text_and_shows_it(self) -> None:
        cleaned = clean_text("a" * 256, most=255)

        assert cleaned.text == "a" * 254 + "…"
        assert cleaned.is_shortened

    def test_finds_a_code_before_it_cuts_it(self) -> None:
        cleaned = clean_text("a" * 250 + HETU, most=255)

        assert cleaned.kinds == ("fi",)

    def test_finds_a_code_that_appears_only_when_rewritten(self) -> None:
        wide = HETU.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})

        cleaned = clean_text(wide)

        assert cleaned.kinds == ("fi",)
        assert cleaned.text == "***"


class TestTextCheck:
    def test_makes_one_problem_of_all_replaced_characters(self) -> None:
        check = TextCheck()
        check.descriptions(
            [
                line(4, "5010", "1.00", description="Győr"),
                line(5, "5010", "1.00", description="Łódź"),
                line(6, "5010", "1.00", description="Győr"),
            ]
        )

        (problem,) = check.problems()

        assert problem.code is ProblemCode.CHARACTERS_REPLACED
        assert problem.severity is Severity.WARNING
        assert problem.line == 4
        assert problem.facts == (
            ("characters", "ő → o, Ł → L, ź → z"),
            ("count", "3"),
            ("lines", "3"),
            ("others", "5, 6"),
        )

    def test_names_invisible_characters_by_their_number(self) -> None:
        check = TextCheck()
        check.descriptions([line(1, "5010", "1.00", description="a\u200bb\tc")])

        (problem,) = check.problems()

        assert problem.fact("characters") == "U+200B → ∅, U+0009 → U+0020"

    def test_refuses_a_personal_code_without_repeating_it(self) -> None:
        check = TextCheck()
        texts = check.descriptions([line(3, "5010", "1.00", description=f"Palkka {HETU}")])

        (problem,) = check.problems()

        assert problem.code is ProblemCode.PERSONAL_IDENTITY_CODE
        assert problem.stops
        assert problem.line == 3
        assert HETU not in repr(problem)
        assert HETU not in repr(texts.values())

    def test_warns_of_a_shortened_description(self) -> None:
        check = TextCheck()
        check.descriptions([line(2, "5010", "1.00", description="a" * 256)])

        (problem,) = check.problems()

        assert problem == Problem(
            code=ProblemCode.TEXT_SHORTENED,
            severity=Severity.WARNING,
            screen=Screen.JOURNAL,
            line=2,
            facts=(("field", "description"), ("limit", "255"), ("lines", "1")),
        )

    def test_sends_to_the_link_for_a_reference_that_is_too_long(self) -> None:
        check = TextCheck()
        reference = check.reference("a" * 71, most=70)

        (problem,) = check.problems()

        assert reference == "a" * 69 + "…"
        assert problem.screen is Screen.LINK
        assert problem.facts == (("field", "name"), ("limit", "70"))

    def test_refuses_a_personal_code_in_the_reference(self) -> None:
        check = TextCheck()
        check.reference(f"Palkka {HETU} 2026-06", most=70)

        (problem,) = check.problems()

        assert problem == Problem(
            code=ProblemCode.PERSONAL_IDENTITY_CODE, screen=Screen.LINK, facts=(("kind", "fi"),)
        )

    @pytest.mark.parametrize(("count", "end"), [(20, ", У → U"), (21, ", +1"), (30, ", +10")])
    def test_names_a_limited_number_of_characters(self, count: int, end: str) -> None:
        check = TextCheck()
        text = "".join(chr(0x0410 + number) for number in range(count))
        check.descriptions([line(1, "5010", "1.00", description=text)])

        (problem,) = check.problems()

        assert problem.fact("characters").endswith(end)
        assert problem.fact("count") == str(count)
