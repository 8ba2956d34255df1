"""Which lines of templates and of the stylesheet count as hard to read."""

import pytest

from templates import crowded_lines, long_lines, long_sections


def numbers(template: str) -> list[int]:
    return [number for number, _what in crowded_lines(template)]


class TestLongLines:
    def test_end_at_120_characters(self) -> None:
        assert list(long_lines("a" * 120)) == []
        assert list(long_lines("short\n" + "a" * 121)) == [(2, "121 characters, at most 120")]


class TestCrowdedLines:
    @pytest.mark.parametrize(
        "template",
        [
            "<p>{{ words }} <a href=\"{% url 'x' %}\">{{ more }}</a></p>",
            "{% if words %}<p>{{ words }}</p>{% endif %}",
            "{{ name }}{% if number %}, {{ number }}{% endif %}",
            "<ul>\n  <li>One</li>\n  <li>Two</li>\n</ul>",
            "{% if a %}\n  <p>A</p>\n{% else %}\n  <p>B</p>\n{% endif %}",
            '<p class="{% if a %}s{% endif %}"\n   {% if b %}id="{{ b }}"{% endif %}>\n  C\n</p>',
            '<p>\n  See <a href="/">\n    {{ name }}</a>, {{ number }}\n</p>',
            "{# <p>One</p><p>Two</p> #}",
        ],
    )
    def test_are_not_those_of_one_element_or_tag(self, template: str) -> None:
        assert numbers(template) == []

    def test_hold_two_block_level_elements(self) -> None:
        assert numbers("<dl>\n  <dt>Name</dt><dd>Oy</dd>\n</dl>") == [2]

    def test_hold_an_element_that_ends_later_and_its_content(self) -> None:
        assert numbers("<p>One\n  two\n</p>") == [1]
        assert numbers("<p>\n  One\n  two</p>") == [3]

    def test_hold_a_block_tag_that_ends_later_and_its_content(self) -> None:
        assert numbers("{% if a %}A\n{% endif %}") == [1]
        assert numbers("{% blocktranslate trimmed %}\n  A\n{% endblocktranslate %}, B") == [3]

    def test_hold_the_middle_of_a_block_tag_and_its_content(self) -> None:
        assert numbers("{% if a %}\n  A\n{% else %}B\n{% endif %}") == [3]


class TestLongSections:
    def test_have_120_lines_or_more(self) -> None:
        short = "/* 1 Tokens ---- */\n" + "a {}\n" * 118
        long = "/* 2 Base ---- */\n" + "a {}\n" * 119

        assert list(long_sections(short + long)) == [
            (120, "section 2 Base has 120 lines, at most 119")
        ]
