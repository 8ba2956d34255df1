"""No code, name or text, however long, pushes a table over its neighbour or off the page."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from tests.bureau import NOW, a_company, a_linked_company
from tests.journeys.browsing import chromium

from procountor_sandbox.app import Sandbox
from tilisilta import web
from tilisilta.languages import LANGUAGES
from tilisilta.models import Company, Debtor, Journal, ProcountorAccount
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.users import create_first_administrator, create_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.once]

STYLES = Path(web.__file__).parent / "static" / "tilisilta.css"
LONG = "Työeläkevakuutusmaksuvelkaselvittelytilinvastakirjaus" * 2
EDGES = (1280, 390)
WIDTHS = (*EDGES, 1024, 1152)

# A box or text that ends beyond the one that holds it, a cell that is not below its head, and a
# state or number that is broken within a word.
FAULTS = """
() => {
  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) faults.push('scrolls sideways');
  const shown = box => box.width > 1 && box.height > 1;
  const inside = (inner, outer, what) => {
    const [a, b] = [inner.getBoundingClientRect(), outer.getBoundingClientRect()];
    if (shown(a) && shown(b) && (a.right > b.right + 1.5 || a.left < b.left - 1.5))
      faults.push(`${what} ${inner.className} ` + inner.textContent.trim().slice(0, 50));
  };
  document.querySelectorAll('.sheet table').forEach(e => inside(e, e.closest('.sheet'), 'table'));
  document.querySelectorAll('table :is(th, td)').forEach(e => {
    inside(e, e.closest('table'), 'cell');
    const box = e.getBoundingClientRect();
    const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode;
      // Where there is little room the heads of stacked rows are there for screen readers alone.
      if (innerWidth < 1152 && node.parentElement.closest('thead')) continue;
      if (!node.data.trim() || node.parentElement.closest('.vh, option, pre')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      if (shown(text) && shown(box) && text.right > box.right + 1.5)
        faults.push(`text ${e.className} ` + node.data.trim().slice(0, 50));
    }
  });
  document.querySelectorAll('tbody .s > span, tbody .no').forEach(e => {
    const texts = document.createTreeWalker(e, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const node = texts.currentNode;
      for (const word of node.data.matchAll(/[^\\s\\u00a0-]+/g)) {
        if (word[0].length > 10 || innerWidth < 1152) continue;
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(one => one.top)).size > 1)
          faults.push(`broken ${word[0]}`);
      }
    }
  });
  const cells = row => [...row.cells].filter(e => getComputedStyle(e).display === 'table-cell');
  document.querySelectorAll('tbody tr').forEach(row => {
    const heads = [...(row.closest('table').tHead?.rows ?? [])].at(-1);
    if (!heads || getComputedStyle(row).display !== 'table-row') return;
    if (cells(row).some(e => e.colSpan > 1) || cells(heads).some(e => e.colSpan > 1)) return;
    if (cells(row).length !== cells(heads).length) faults.push('cells beside their columns');
  });
  return [...new Set(faults)].slice(0, 8);
}
"""


@pytest.fixture
def pages(procountor: Sandbox) -> dict[str, str]:
    """The source of every table of the product, in three languages, with the longest words."""
    administrator = create_first_administrator("aino", "a bridge over the river")
    create_user("u" * 150, "a bridge over the river", template=None, user=administrator)
    linked = a_linked_company(uses_cost_centers=True, cost_center_dimension="Kustannuspaikka")
    _import(linked)
    _import(a_company(1002))
    # Named at the end: what is compared with Procountor has to fit before.
    Company.objects.update(name=LONG)
    Debtor.objects.update(name=LONG)
    ProcountorAccount.objects.update(name=LONG[:80], company_name=LONG)
    browser = Client()
    browser.force_login(administrator)
    addresses = [
        *("/", "/exports", "/exports/send-ready", "/companies", "/debtors", "/users"),
        *("/user-templates", "/audit-log", "/companies/1001", "/common-errors"),
        "/month-end?month=2026-06",
        reverse("procountor_accounts"),
        reverse("administrations"),
        reverse("link", args=[linked.link.pk]),
        *(reverse("journal", args=[journal.pk]) for journal in Journal.objects.all()),
    ]
    sources = {}
    for language in LANGUAGES:
        browser.cookies["language"] = language.code
        for address in addresses:
            response = browser.get(address)
            assert response.status_code == 200, address
            sources[f"{language.code} {address}"] = response.text
    return sources


def _import(company: Company) -> None:
    lines = "".join(
        f"{account};{LONG}{company.number}{number};{amount};{item};2026-06\n"
        for number, (account, amount, item) in enumerate(
            [
                ("5010", "999999999998.99", f"KP{'X' * 40}"),
                ("9" * 20, "0.01", ""),
                ("2920", "-999999999999.00", ""),
            ]
        )
    )
    content = f"account;description;amount;cost center;period\n{lines}".encode()
    import_journal(content, file_name=f"{LONG}.csv", company=company, user=None, now=NOW)


def _faults(chrome: Browser, sources: dict[str, str]) -> list[str]:
    found = []
    page = chrome.new_page()
    for name, source in sources.items():
        # The scripts and the address of the styles lead nowhere here.
        page.set_content(source.replace("<script", "<template").replace("</script", "</template"))
        page.add_style_tag(path=STYLES)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for theme in ("light", "dark") if width in EDGES else ("light",):
                page.emulate_media(color_scheme=theme)
                found += [f"{name} {width} {theme}: {fault}" for fault in page.evaluate(FAULTS)]
        # A4 upright.
        page.set_viewport_size({"width": 718, "height": 1000})
        page.emulate_media(media="print")
        found += [f"{name} on paper: {fault}" for fault in page.evaluate(FAULTS)]
        page.emulate_media(media="screen")
    page.close()
    return found


def test_every_table_stays_in_its_place(pages: dict[str, str]) -> None:
    with chromium() as chrome:
        faults = _faults(chrome, pages)

    assert not faults, "\n".join(faults)


def test_the_measure_finds_a_table_that_does_not() -> None:
    wide = f'<section class="sheet"><table><tr><td style="white-space: nowrap">{LONG * 9}'

    with chromium() as chrome:
        faults = _faults(chrome, {"wide": wide})

    assert any("table" in fault for fault in faults)
