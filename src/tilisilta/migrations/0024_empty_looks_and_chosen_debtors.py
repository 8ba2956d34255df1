from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def keep_what_is_seen(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Note of users with chosen debtors that they see only these; all others see all."""
    users = apps.get_model("tilisilta", "User")
    chosen = users.objects.filter(debtors__isnull=False).values("pk")
    users.objects.filter(pk__in=list(chosen.values_list("pk", flat=True))).update(
        sees_all_debtors=False
    )


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0023_trails_of_receipts"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="empty_looks",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Each look since the last attempt that did not find it.",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="sees_all_debtors",
            field=models.BooleanField(
                default=True,
                help_text="Also those that are yet to come; otherwise only the chosen ones.",
            ),
        ),
        migrations.RunPython(keep_what_is_seen, migrations.RunPython.noop),
    ]
