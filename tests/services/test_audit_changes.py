"""What an entry of the audit log has of the values that were changed, made or removed."""

from collections.abc import Mapping
from datetime import date

import pytest
from tests.bureau import a_company, a_linked_company, an_account

from procountor_sandbox.app import Sandbox
from tilisilta.models import Area, AuditEntry, Company, Right
from tilisilta.services.companies import add_debtor, set_blocked, set_test
from tilisilta.services.link_removal import remove_link
from tilisilta.services.links import end_link
from tilisilta.services.users import create_template, create_user

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action


def changes_of(action: Action) -> Mapping[str, tuple[object, object]]:
    entry = AuditEntry.objects.filter(action=action).latest("pk")
    return {change["field"]: (change["before"], change["after"]) for change in entry.changes}


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    return a_linked_company(receipt_title="Palkat")


class TestEntries:
    def test_of_a_link_that_is_made_and_removed_have_its_choices(self, company: Company) -> None:
        made = changes_of(Action.LINK_CREATED)

        remove_link(company.link, user=None)

        removed = changes_of(Action.LINK_REMOVED)
        assert made["receipt_title"] == (None, "Palkat")
        assert removed["receipt_title"] == ("Palkat", None)
        assert {field: after for field, (_, after) in made.items()} == {
            field: before for field, (before, _) in removed.items()
        }

    def test_of_a_link_that_ends_have_the_day(self, company: Company) -> None:
        end_link(company.link, ends_on=date(2026, 9, 1), reason="moved", user=None)

        assert changes_of(Action.LINK_ENDED) == {"ends_on": (None, "2026-09-01")}

    def test_of_an_account_that_is_authorised_have_its_administration(
        self, procountor: Sandbox
    ) -> None:
        account = an_account(1001)

        changed = changes_of(Action.ACCOUNT_AUTHORISED)

        assert changed["administration"] == ("", account.company_name)
        assert changed["business_id"] == ("", account.business_id)

    def test_of_a_mark_have_both_values(self) -> None:
        company = a_company()

        set_test(company, True, user=None)
        set_blocked(company.debtor, True, user=None)

        assert changes_of(Action.COMPANY_MARKED_TEST) == {"is_test": (False, True)}
        assert changes_of(Action.DEBTOR_BLOCKED) == {"is_blocked": (False, True)}

    def test_of_a_user_that_is_made_have_template_and_debtors(self) -> None:
        template = create_template("Reader 2", {Area.COMPANIES: Right.READ}, user=None)
        debtor = add_debtor(200, "Toiset", user=None)

        create_user(
            "sari", "a bridge over the river", template=template, user=None, debtors=[debtor]
        )

        assert changes_of(Action.TEMPLATE_CREATED)["companies"] == (None, "read")
        assert changes_of(Action.USER_CREATED) == {
            "template": (None, "Reader 2"),
            "debtors": (None, "200 Toiset"),
        }
