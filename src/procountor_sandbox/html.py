"""Name and style of this stand-in's pages."""

from pathlib import Path

from sandbox_parts.pages import Site

SITE = Site(
    name="Procountor sandbox",
    notice="A stand-in for trying things out. It is not Procountor; all of it is invented.",
    folder=Path(__file__).parent,
)
page = SITE.page
