"""From where on a link points out differences from last month."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0044_two_persons")]

    operations = [
        migrations.AddField(
            model_name="link",
            name="variance_percent",
            field=models.PositiveSmallIntegerField(
                default=20,
                help_text="A ledger account that differs more from last month is pointed out.",
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="variance_amount",
            field=models.PositiveIntegerField(
                default=100,
                help_text="In whole units of the currency: smaller differences are not.",
                validators=[django.core.validators.MaxValueValidator(1000000)],
            ),
        ),
    ]
