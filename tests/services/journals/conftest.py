"""Fixtures of the tests of journals."""

import pytest
from tests.bureau import a_company

from tilisilta.models import Company


@pytest.fixture
def company() -> Company:
    """The company that files are imported for, beside another one of the bureau."""
    a_company(1002, "Koivulammi Huolto Oy")
    Company.objects.filter(number=1002).update(business_id="9901020-9")
    own = a_company(1009, "Saaristo Siivous Oy")
    own.business_id = "9901090-0"
    own.save()
    return own
