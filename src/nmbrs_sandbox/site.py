"""Name and style of this stand-in's pages."""

from dataclasses import replace
from pathlib import Path

from sandbox_parts.pages import Site

SITE = Site(
    name="Nmbrs sandbox",
    notice="A stand-in for trying things out. It is not Nmbrs; all of it is invented.",
    folder=Path(__file__).parent,
    forms_go_to="'self'",
)
page = SITE.page
# The answer to the form of a consent leads back to the program that asked, on another site.
consent_page = replace(SITE, forms_go_to="").page
