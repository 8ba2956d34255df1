"""The forms of links as the tests fill them in, and what they read on the pages."""

import re

from tests.bureau import NOW, csv_file

from tilisilta.models import Company, ProcountorAccount
from tilisilta.services.journals.importing import import_journal

NEW = "/settings/integrations/procountor/administrations/new"
PART = {"HX-Request": "true"}


def new_link_values(company: Company, account: ProcountorAccount, **values: str) -> dict[str, str]:
    return {
        "company": str(company.number),
        "account": str(account.pk),
        "start_month": "2026-06-01",
        "closed_period_policy": "stop",
        "receipt_title": "Palkat",
        **values,
    }


def link_values(**values: str) -> dict[str, str]:
    return {
        "start_month": "2026-01-01",
        "closed_period_policy": "stop",
        "receipt_title": "Palkat",
        **values,
    }


def tick_in(text: str) -> str:
    """Return the value of the box that confirms that both sides belong together."""
    box = re.search(r'name="confirmed" value="([^"]+)"', text)
    assert box is not None, "There is no box to tick."
    return box[1]


def is_chosen(text: str, value: str) -> bool:
    return f'<option value="{value}" selected>' in text


def a_journal_on_5035(company: Company) -> None:
    lines = [("5035", "10.00", "2026-06-28"), ("2961", "-10.00", "2026-06-28")]
    import_journal(csv_file(lines), file_name="j.csv", company=company, user=None, now=NOW)
