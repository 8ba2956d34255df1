from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0005_move_start_dates"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="link",
            name="start_date",
        ),
    ]
