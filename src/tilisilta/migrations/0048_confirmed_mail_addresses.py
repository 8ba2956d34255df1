"""Notices go to addresses that their users have confirmed.

Addresses that are there already are told for a while longer, in which their users are asked.
"""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

DAYS = timedelta(days=30)


def tell_for_a_while(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Let mails go to the addresses that were given before."""
    choices = apps.get_model("tilisilta", "NoticeChoice").objects.exclude(address="")
    choices.update(told_unconfirmed_until=timezone.now() + DAYS)


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0047_unreadable_answers")]

    operations = [
        migrations.AddField(
            model_name="noticechoice",
            name="asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="noticechoice",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="noticechoice",
            name="told_unconfirmed_until",
            field=models.DateTimeField(
                blank=True,
                help_text="Of an address from before addresses were confirmed.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="noticemail",
            name="asks_to_confirm",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("delivered", "Delivered"),
                    ("refused", "Refused by the receiver"),
                    ("given_up", "Given up after 24 hours"),
                    ("failed", "Did not arrive"),
                    ("dropped", "Not sent: it was over, or the webhook tells of it no more"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
        migrations.RunPython(tell_for_a_while, migrations.RunPython.noop, elidable=True),
    ]
