from typing import Any

from django.db import migrations


def to_companies(apps: Any, _schema_editor: Any) -> None:
    """What a link said of its start is said of its company, so that fetching knows it too."""
    for link in apps.get_model("tilisilta", "Link").objects.exclude(start_date=None):
        company = apps.get_model("tilisilta", "Company").objects.get(pk=link.company_id)
        company.start_date = link.start_date
        company.save(update_fields=["start_date"])


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0004_start_date_of_companies"),
    ]

    operations = [
        migrations.RunPython(to_companies, migrations.RunPython.noop),
    ]
