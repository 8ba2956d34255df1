"""What the tests of the pages of Nmbrs share."""

from tests.bureau import a_company, a_connection, fetch_everything

from tilisilta.models import NmbrsConnection

PAGE = "/settings/integrations/nmbrs"


def asked_about_1003() -> NmbrsConnection:
    """Return a connection that asks about company 1003, here under another name."""
    a_company(1003, "Vanha Siivous Oy")
    made = a_connection()
    fetch_everything()
    made.refresh_from_db()
    return made
