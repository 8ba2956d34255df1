"""Entries of the audit log from before it had a chain are sealed by the upgrade."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.management.test_upgrading import latest, migrate_to

from tilisilta.management.running import bring_up_to_date
from tilisilta.models import AuditEntry
from tilisilta.models.append_only import missing_triggers
from tilisilta.services.audit_chain import standing_of_chain

pytestmark = pytest.mark.django_db(transaction=True)

WITHOUT_CHAIN = "0027_ids_of_both_apis"


def test_old_entries_are_sealed_each_with_a_salt_of_its_own() -> None:
    before = migrate_to(WITHOUT_CHAIN)
    entries = before.get_model("tilisilta", "AuditEntry").objects
    now = timezone.now()
    for years in (3, 2, 1):
        entries.create(at=now - timedelta(days=365 * years), action="logged_in")

    try:
        bring_up_to_date()
    finally:
        migrate_to(latest())

    standing = standing_of_chain()
    assert standing.is_whole
    assert (standing.examined.head.position, standing.unsealed) == (3, 0)
    assert len(set(AuditEntry.objects.values_list("salt", flat=True))) == 3
    assert missing_triggers(connection) == ()
