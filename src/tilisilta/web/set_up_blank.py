"""A list of the companies that are not linked yet, to be filled in and read back."""

from django.http import HttpResponse

from tilisilta.models import Area, Right
from tilisilta.services.onboarding.unlinked import unlinked_companies
from tilisilta.services.onboarding.wanted import COLUMNS
from tilisilta.services.spreadsheets import CSV, Download, as_csv
from tilisilta.web.parts import saved_file
from tilisilta.web.rights import UserRequest, needs


@needs(Area.PROCOUNTOR, Right.WRITE)
def unlinked_list(request: UserRequest) -> HttpResponse:
    """Save a list of all companies without a link, whose other columns a person fills in."""
    blanks = [""] * (len(COLUMNS) - 1)
    companies = unlinked_companies(request.user).order_by("number").values_list("number", "name")
    rows = [[f"{number} {name}", *blanks] for number, name in companies]
    content = as_csv(list(COLUMNS), rows, has_decimal_comma=True)
    return saved_file(Download(name="companies.csv", content=content, content_type=CSV))
