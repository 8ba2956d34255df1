"""What users see stays the same when nobody chosen stops meaning all."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("tilisilta", "0023_trails_of_receipts")]


@pytest.mark.django_db(transaction=True)
def test_users_keep_what_they_see() -> None:
    executor = MigrationExecutor(connection)
    newest = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "tilisilta"]
    executor.migrate(BEFORE)
    apps = executor.loader.project_state(BEFORE).apps
    users, debtors = apps.get_model("tilisilta", "User"), apps.get_model("tilisilta", "Debtor")
    users.objects.create(username="all")
    limited = users.objects.create(username="limited")
    limited.debtors.add(debtors.objects.create(number=101, name="Koivulammi"))

    executor = MigrationExecutor(connection)
    executor.migrate(newest)

    users = executor.loader.project_state(newest).apps.get_model("tilisilta", "User")
    seen = dict(users.objects.values_list("username", "sees_all_debtors"))
    users.objects.all().delete()
    assert seen == {"all": True, "limited": False}
