from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0020_journal_needs_look"),
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
    ]
