"""A month that a person waits for on its page is compared by a worker, before all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0050_blocked_companies")]

    operations = [
        migrations.AddField(
            model_name="verifiedcompany",
            name="awaited_month",
            field=models.DateField(blank=True, db_index=True, null=True),
        ),
    ]
