"""How the modules of the pages depend on each other."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tilisilta.web import urls

WEB = "tilisilta.web."
FOLDER = Path(urls.__file__).parent
PAGES = sorted(
    value.__name__.removeprefix(WEB)
    for value in vars(urls).values()
    if isinstance(value, ModuleType) and value.__name__.startswith(WEB)
)


def imported(name: str) -> Iterator[str]:
    """Yield the modules beside ``name`` that it imports, and those that they import."""
    waiting, seen = [name], {name}
    while waiting:
        path = FOLDER / f"{waiting.pop().replace('.', '/')}.py"
        new = set(_named(ast.parse(path.read_text(encoding="utf-8")))) - seen
        seen |= new
        waiting += new
        yield from new


def _named(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == WEB.removesuffix("."):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(WEB):
            yield str(node.module).removeprefix(WEB)


class TestEveryPage:
    def test_is_among_those_that_are_tested(self) -> None:
        assert {"companies", "exports", "journals", "links"} <= set(PAGES)

    @pytest.mark.parametrize("page", PAGES)
    def test_imports_no_other_page(self, page: str) -> None:
        # What two pages need is in a module of its own, mostly in parts.
        assert set(imported(page)).isdisjoint(PAGES)
