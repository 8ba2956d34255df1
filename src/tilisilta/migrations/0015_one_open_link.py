from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0014_starts_of_links")]

    operations = [
        migrations.AlterField(
            model_name="link",
            name="start_month",
            field=models.DateField(help_text="The first day of the first month it books."),
        ),
        migrations.AlterModelOptions(
            name="link",
            options={"ordering": ["company__number", "start_month", "pk"]},
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("company",),
                name="one_open_link_per_company",
            ),
        ),
        migrations.AddConstraint(
            model_name="link",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on__isnull", True)),
                fields=("procountor_account",),
                name="one_open_link_per_account",
            ),
        ),
    ]
