import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0012_digests_of_journals")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="business_id",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="procountoraccount",
            name="debtor",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose it is while it serves no company; none is for those who see all.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="procountor_accounts",
                to="tilisilta.debtor",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="tilisilta.company",
            ),
        ),
        migrations.AlterField(
            model_name="link",
            name="procountor_account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="tilisilta.procountoraccount",
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="start_month",
            field=models.DateField(
                help_text="The first day of the first month it books.", null=True
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="ends_on",
            field=models.DateField(
                blank=True,
                help_text="From this booking date on nothing goes through it.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="link",
            name="end_reason",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
        migrations.AddField(
            model_name="export",
            name="is_trail",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="export",
            name="items_to_make",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Dimension items to be made before it is sent, with their stand-in ids.",
            ),
        ),
    ]
