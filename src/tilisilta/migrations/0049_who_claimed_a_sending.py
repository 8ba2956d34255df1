"""A sending is claimed by a worker, as a company is that is fetched, and no longer by an engine."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0048_confirmed_mail_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="sending",
            name="claimed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tilisilta.worker",
            ),
        ),
        migrations.AlterField(
            model_name="sending",
            name="due_at",
            field=models.DateTimeField(help_text="A worker takes it up at this moment."),
        ),
        migrations.AlterField(
            model_name="sending",
            name="enqueued_at",
            field=models.DateTimeField(
                blank=True, help_text="It was taken up; empty: it waits in the outbox.", null=True
            ),
        ),
    ]
