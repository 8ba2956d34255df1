import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0010_surely_another")]

    operations = [
        migrations.AddField(
            model_name="journal",
            name="payroll_sha256",
            field=models.CharField(
                blank=True,
                db_index=True,
                default="",
                help_text="What it would book: equal for the same payroll in another shape.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="journal",
            name="accounts_sha256",
            field=models.CharField(
                blank=True, default="", help_text="The same without dimensions.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="journal",
            name="is_run_guessed",
            field=models.BooleanField(
                default=False, help_text="Nobody named its run: the number is that of its month."
            ),
        ),
        migrations.AddField(
            model_name="journal",
            name="discarded_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="journal",
            name="discarded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="journal",
            name="discard_reason",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
