"""How texts are collected, and which damage to a translation is found."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

import translations

CODE = """\
from django.utils.translation import gettext_lazy as _, ngettext

TITLE = _("Common " "errors")
COUNT = ngettext("%(count)s line", "%(count)s lines", 2)
"""
TEMPLATE = """\
{% load i18n %}
      <h1>{% translate "Accounts" %}</h1>
  {% blocktranslate trimmed with name=account.name %}
    The account {{ name }}
    is authorised
  {% endblocktranslate %}
 {{ state|default:_("Uncertain") }} it's
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "words.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "page.html").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def catalog_of(**translated: str) -> Catalog:
    catalog = Catalog(fuzzy=False)
    for text, string in translated.items():
        catalog.add(text, string)
    return catalog


class TestCollectTexts:
    def test_finds_texts_in_code_and_templates(self, source: Path) -> None:
        ids = {message.id for message in translations.collect_texts(source) if message.id}

        assert ids == {
            "Common errors",
            ("%(count)s line", "%(count)s lines"),
            "Accounts",
            "The account %(name)s is authorised",
            "Uncertain",
        }


class TestUpdated:
    def test_has_known_translations_and_drops_the_unused(self) -> None:
        texts = catalog_of(Account="", Run="")
        known = catalog_of(Account="Konto", Batch="Bunt")

        result = translations.updated(texts, known)

        assert {message.id: message.string for message in result if message.id} == {
            "Account": "Konto",
            "Run": None,
        }


class TestWritten:
    def test_is_the_same_in_any_order(self) -> None:
        one = catalog_of(Account="Konto", Run="Lönekörning")
        other = catalog_of(Run="Lönekörning", Account="Konto")

        assert translations.written(one, "sv") == translations.written(other, "sv")

    def test_names_no_date_and_no_line(self, source: Path) -> None:
        content = translations.written(translations.collect_texts(source), "fi").decode()

        assert "Date" not in content
        assert "page.html" not in content
        assert '"Language: fi\\n"' in content


class TestFaults:
    def test_finds_none_in_a_sound_catalogue(self) -> None:
        catalog = Catalog(fuzzy=False)
        catalog.add(("%(count)s line", "%(count)s lines"), ("%(count)s rad", "%(count)s rader"))
        catalog.add("Link {name}", "Koppla {name}")

        assert not list(translations.faults(catalog))

    @pytest.mark.parametrize(
        ("text", "string", "fault"),
        [
            ("Run", "", "missing"),
            ("Run %(run)s", "Lönekörning %(runs)s", "placeholders differ"),
            ("Link {name}", "Koppla", "placeholders differ"),
            ("<b>Run</b>", "<b>Lönekörning", "placeholders differ"),
            ("Run ", "Lönekörning", "blanks at the edges differ"),
        ],
    )
    def test_names_the_damage(self, text: str, string: str, fault: str) -> None:
        catalog = catalog_of(**{text: string})

        assert list(translations.faults(catalog)) == [f"{fault}: {text}"]

    def test_finds_a_fuzzy_translation(self) -> None:
        catalog = Catalog(fuzzy=False)
        catalog.add("Run", "Lönekörning", flags=["fuzzy"])

        assert list(translations.faults(catalog)) == ["fuzzy: Run"]


class TestMain:
    def test_updates_to_what_it_then_finds_incomplete(
        self, source: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        translations.main(["update"], source=source)

        code = translations.main(["check"], source=source)

        assert code == 1
        assert "sv: missing: Accounts" in capsys.readouterr().err

    def test_finds_an_obsolete_translation(
        self, source: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        translations.main(["update"], source=source)
        (source / "words.py").unlink()

        translations.main(["check"], source=source)

        errors = capsys.readouterr().err
        assert "fi: obsolete: Common errors" in errors
        assert "fi: not up to date" in errors

    def test_compiles_what_django_reads(self, source: Path) -> None:
        translations.main(["update"], source=source)

        code = translations.main(["compile"], source=source)

        assert code == 0
        assert (source / "locale/sv/LC_MESSAGES/django.mo").stat().st_size > 0
