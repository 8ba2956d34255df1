"""Finding what books the same on the same accounts, without reading every journal there is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0045_variance_thresholds")]

    operations = [
        migrations.AlterField(
            model_name="journal",
            name="accounts_sha256",
            field=models.CharField(
                blank=True,
                db_index=True,
                default="",
                help_text="The same without dimensions.",
                max_length=64,
            ),
        ),
    ]
