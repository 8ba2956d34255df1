"""Build steps: takes the dependencies from one list, and compiles the translations."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class DependenciesHook(MetadataHookInterface):
    """Takes the dependencies from ``requirements/base.in``, the list that is also locked."""

    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements" / "base.in").read_text(encoding="utf-8")
        metadata["dependencies"] = [line for line in lines.splitlines() if line.strip()]


class TranslationsHook(BuildHookInterface[Any]):
    """Compiles each ``django.po`` to the ``django.mo`` next to it, which Django reads."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are collected, so that editable installs have them too."""
        for source in (Path(self.root) / "src").rglob("*.po"):
            with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
                write_mo(mo, read_po(po))
