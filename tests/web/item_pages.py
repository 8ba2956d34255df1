"""What the tests of missing items share: a link without them, and its pages."""

import json
import re
from typing import Any

from django.test import Client
from django.urls import reverse
from tests.bureau import a_linked_company

from procountor_sandbox.app import Sandbox
from tilisilta.models import Company, CostObject, Link

PART = {"HX-Request": "true"}
ITEMS = "/dimensions/*/items"


def in_nmbrs(company: Company, *pairs: tuple[str, str], kind: str = "cost_center") -> None:
    for code, description in pairs:
        CostObject.objects.create(
            company=company,
            kind=kind,
            nmbrs_id=CostObject.objects.count() + 1,
            code=code,
            description=description,
        )


def a_link(*pairs: tuple[str, str], **choices: Any) -> Link:
    """Return a link with both dimensions, of a company with these cost centers in Nmbrs."""
    company = a_linked_company(
        uses_cost_centers=True,
        cost_center_dimension="Kustannuspaikka",
        uses_cost_units=True,
        cost_unit_dimension="Projekti",
        **choices,
    )
    in_nmbrs(company, *pairs)
    return company.link


def page(browser: Client, link: Link) -> str:
    return browser.get(reverse("link", args=[link.pk])).text


def address(link: Link, kind: str = "cost_center") -> str:
    return reverse("missing_items", args=[link.pk, kind])


def say_yes(browser: Client, link: Link, *codes: str, **more: object) -> str:
    posted = {"codes": json.dumps(codes), **more}
    return browser.post(address(link), posted, follow=True).text


def created(sandbox: Sandbox) -> int:
    """Return how many items Procountor was asked to create."""
    return sum(
        one.method == "POST" and one.path.endswith("/items") for one in sandbox.requests.all()
    )


def hidden(text: str) -> dict[str, str]:
    """Return the hidden fields of the form that goes on."""
    form = text[text.index('id="going"') :]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value.replace("&quot;", '"') for name, value in fields}
