"""Updates, checks and compiles the translations.

    tools/translations.py update     bring locale/*/LC_MESSAGES/django.po up to the sources
    tools/translations.py check      fail where a translation is missing, stale or damaged
    tools/translations.py compile    make the django.mo that Django reads

The files contain no line numbers and no dates, so that changes of two people merge without a
conflict.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tilisilta.languages import LANGUAGES, SOURCE_LANGUAGE, language_of

SOURCE = Path(__file__).resolve().parent.parent / "src" / "tilisilta"
TRANSLATED = tuple(one.code for one in LANGUAGES if one != SOURCE_LANGUAGE)
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """\
# {name} words of Tilisilta.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}|</?[a-z]+")

TextId = str | list[str] | tuple[str, ...]


def collect_texts(source: Path) -> Catalog:
    """Return every text below ``source`` that is marked for translation, in code and templates."""
    texts = Catalog(fuzzy=False)
    for path in sorted(source.rglob("*")):
        if path.suffix not in {".py", ".html", ".txt"} or "migrations" in path.parts:
            continue
        for _line, ids, comments, context in _extract(path):
            texts.add(ids, auto_comments=comments, context=context)
    return texts


def updated(texts: Catalog, known: Catalog) -> Catalog:
    """Return the ``texts`` with their known translations; unused translations are dropped.

    A changed text has no translation: that of the former text does not apply.
    """
    result = Catalog(fuzzy=False)
    for text in _messages(texts):
        before = known.get(_first(text.id), text.context)
        if before is None or isinstance(before.id, str) != isinstance(text.id, str):
            result.add(text.id, auto_comments=text.auto_comments, context=text.context)
        else:
            result.add(
                text.id,
                before.string,
                auto_comments=text.auto_comments,
                context=text.context,
                flags=before.flags & {"fuzzy"},
            )
    return result


def written(catalog: Catalog, language: str) -> bytes:
    """Return the content of the file for ``language``: sorted, and the same on every machine."""
    content = BytesIO()
    content.write(HEADER.format(name=language_of(language).name, language=language).encode())
    write_po(content, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    return content.getvalue().rstrip(b"\n") + b"\n"


def faults(catalog: Catalog) -> Iterator[str]:
    """Yield what is wrong with the translations of ``catalog``, one line each."""
    for message in _messages(catalog):
        shown = _first(message.id)
        strings = _texts(message.string)
        if not all(strings):
            yield f"missing: {shown}"
        elif message.fuzzy:
            yield f"fuzzy: {shown}"
        elif not all(_agrees(string, message) for string in strings):
            yield f"placeholders differ: {shown}"
        elif not all(_has_same_edges(string, shown) for string in strings):
            yield f"blanks at the edges differ: {shown}"


def main(arguments: list[str] | None = None, *, source: Path = SOURCE) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    commands = {"update": _update, "check": _check, "compile": _compile}
    parser.add_argument("command", choices=commands)
    return commands[parser.parse_args(arguments).command](source)


def _update(source: Path) -> int:
    texts = collect_texts(source)
    for language in TRANSLATED:
        path = _file(source, language)
        catalog = updated(texts, _read(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalog, language))
        count = sum(fault.startswith("missing") for fault in faults(catalog))
        print(f"{language}: {len(catalog)} texts, {count} to translate")
    return 0


def _check(source: Path) -> int:
    texts = collect_texts(source)
    problems = []
    for language in TRANSLATED:
        path = _file(source, language)
        known = _read(path)
        current = updated(texts, known)
        problems += [f"{language}: {fault}" for fault in faults(current)]
        problems += [
            f"{language}: obsolete: {_first(gone.id)}" for gone in _obsolete(known, current)
        ]
        if not path.exists() or path.read_bytes() != written(current, language):
            problems.append(f"{language}: not up to date, run: tools/translations.py update")
    for line in problems:
        print(line, file=sys.stderr)
    return 1 if problems else 0


def _compile(source: Path) -> int:
    for language in TRANSLATED:
        path = _file(source, language)
        with path.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, _read(path))
    return 0


def _file(source: Path, language: str) -> Path:
    return source / "locale" / language / "LC_MESSAGES" / "django.po"


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(fuzzy=False)
    with path.open("rb") as file:
        return read_po(file)


def _extract(path: Path) -> Iterator[tuple[int, TextId, list[str], str | None]]:
    content = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Templates are indented freely, which Python accepts within parentheses.
        content = f"({templatize(content, str(path))}\n)"
    yield from extract(
        "python",
        BytesIO(content.encode()),
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        options={"encoding": "utf-8"},
    )


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _obsolete(known: Catalog, current: Catalog) -> Iterator[Message]:
    yield from known.obsolete.values()
    for message in _messages(known):
        if current.get(_first(message.id), message.context) is None:
            yield message


def _texts(text: TextId | None) -> tuple[str, ...]:
    if not text:
        return ("",)
    return (text,) if isinstance(text, str) else tuple(text)


def _first(text: TextId) -> str:
    return _texts(text)[0]


def _agrees(string: str, message: Message) -> bool:
    # Any form of the original will do: a plural may leave out the number, as "one line" does.
    wanted = [_placeholders(text) for text in _texts(message.id)]
    return _placeholders(string) in wanted


def _placeholders(text: str) -> Iterable[str]:
    return sorted(PLACEHOLDER.findall(text))


def _has_same_edges(string: str, original: str) -> bool:
    return _edges(string) == _edges(original)


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


if __name__ == "__main__":
    sys.exit(main())
