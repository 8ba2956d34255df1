from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0006_links_without_start_date"),
    ]

    operations = [
        migrations.AddField(
            model_name="usertemplate",
            name="nmbrs",
            field=models.CharField(
                choices=[("none", "None"), ("read", "Read"), ("write", "Write")],
                default="none",
                max_length=5,
            ),
        ),
    ]
