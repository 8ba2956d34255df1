from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0003_nmbrs"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="start_date",
            field=models.DateField(blank=True, null=True),
        ),
    ]
