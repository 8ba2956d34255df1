from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0015_one_open_link"),
    ]

    operations = [
        migrations.AddField(
            model_name="journal",
            name="reader_notes",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Warnings of reading the file; every check shows them again.",
            ),
        ),
    ]
