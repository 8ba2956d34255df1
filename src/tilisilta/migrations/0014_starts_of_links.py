from typing import Any

from django.db import migrations
from django.db.models import Min


def to_links(apps: Any, _schema_editor: Any) -> None:
    """A link that is there goes on with all it has had, and an account is of its company's debtor.

    It begins with the start of its company, or else with the first journal that came.
    """
    journals = apps.get_model("tilisilta", "Journal").objects
    links = apps.get_model("tilisilta", "Link").objects
    accounts = apps.get_model("tilisilta", "ProcountorAccount").objects
    for link in links.select_related("company"):
        first = journals.filter(company_id=link.company_id).aggregate(at=Min("period"))["at"]
        start = link.company.start_date or first or link.created_at.date()
        links.filter(pk=link.pk).update(start_month=start.replace(day=1))
        accounts.filter(pk=link.procountor_account_id).update(debtor_id=link.company.debtor_id)


class Migration(migrations.Migration):
    dependencies = [("tilisilta", "0013_links_in_time")]

    operations = [migrations.RunPython(to_links, migrations.RunPython.noop)]
