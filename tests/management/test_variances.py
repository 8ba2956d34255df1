"""How a journal differs from last month, at the command line and in the API's document."""

import json

import pytest
from tests.bureau import a_company, a_journal
from tests.management.conftest import Give

from tilisilta.api.schemas import VarianceDocument
from tilisilta.management.output import json_text

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_preview_has_the_variance(give: Give) -> None:
    company = a_company()
    a_journal(company, 5, run_number="5")
    a_journal(company, 6)

    document = give("preview", "1001-2026-6-1", "--json").document["variance"]
    text = give("preview", "1001-2026-6-1").text

    assert document["journal"] == "1001-2026-5-1"
    assert (document["is_last_month"], document["is_above"]) == (True, False)
    assert document["accounts"][1] == {
        "account": "5010",
        "last": "1005.05",
        "this": "1006.00",
        "difference": "0.95",
        "percent": 0.1,
        "is_above": False,
    }
    assert json.loads(json_text(VarianceDocument.model_validate(document).model_dump())) == document
    assert "Against 1001-2026-5-1: debit +0.1 %, all ledger accounts are within" in text
    assert give("preview", "1001-2026-5-1", "--json").document["variance"] is None
