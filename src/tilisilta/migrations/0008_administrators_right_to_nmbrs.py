from typing import Any

from django.db import migrations


def to_administrators(apps: Any, _schema_editor: Any) -> None:
    """The administrators' template gives every right, the new one too."""
    templates = apps.get_model("tilisilta", "UserTemplate").objects
    templates.filter(is_administrator=True).update(nmbrs="write")


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0007_right_to_nmbrs"),
    ]

    operations = [
        migrations.RunPython(to_administrators, migrations.RunPython.noop),
    ]
