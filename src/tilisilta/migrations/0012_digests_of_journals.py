from typing import Any

from django.db import migrations

from tilisilta.domain.sameness import payroll_digest


def to_digests(apps: Any, _schema_editor: Any) -> None:
    """Note of each journal what it would book, so that the same payroll is recognised."""
    journals = apps.get_model("tilisilta", "Journal").objects
    lines = apps.get_model("tilisilta", "JournalLine").objects
    for journal in journals.only("pk").iterator():
        found = list(lines.filter(journal_id=journal.pk))
        journals.filter(pk=journal.pk).update(
            payroll_sha256=payroll_digest(found),
            accounts_sha256=payroll_digest(found, with_dimensions=False),
        )


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0011_what_a_journal_books")]

    operations = [migrations.RunPython(to_digests, migrations.RunPython.noop)]
