"""The look of this stand-in's pages."""

from pathlib import Path

from sandbox_parts.pages import Site

SITE = Site(
    name="Nmbrs sandbox",
    notice="A stand-in for trying things out. It is not Nmbrs; all of it is invented.",
    folder=Path(__file__).parent,
    forms_go_to="'self'",
)
page = SITE.page
