"""What a sending was asked for: that a journal is sent, looked for again, or taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0051_awaited_comparison")]

    operations = [
        migrations.AddField(
            model_name="sending",
            name="asked_for",
            field=models.CharField(
                choices=[
                    ("sending", "Sending"),
                    ("look", "Look"),
                    ("withdrawal", "Withdrawal"),
                ],
                default="sending",
                max_length=10,
            ),
        ),
    ]
