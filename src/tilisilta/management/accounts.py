"""Procountor accounts at the command line."""

from argparse import Namespace
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from tilisilta.management.companies import find_debtor
from tilisilta.management.output import Answer, Refused, shown_moment, table
from tilisilta.management.secret_input import read_secret
from tilisilta.models import Link, ProcountorAccount
from tilisilta.services import connections

API_KEY_VARIABLE = "TILISILTA_API_KEY"


def add_account(options: Namespace) -> Answer:
    """Create a Procountor account, and authorise it when an API key is given."""
    api_key = read_api_key(options.api_key)
    debtor = find_debtor(options.debtor) if options.debtor is not None else None
    account = connections.create_account(options.name, user=None, debtor=debtor)
    if not api_key:
        text = _("Created account %(name)s. It is not authorised yet.")
        return Answer(document=account_document(account), text=text % {"name": account})
    return _authorised(account, api_key)


def authorise_account(options: Namespace) -> Answer:
    """Authorise an account with another API key."""
    api_key = read_api_key(options.api_key)
    if not api_key:
        raise Refused(
            _("There is no API key"),
            remedy=_("Give --api-key - and the key on standard input, or set TILISILTA_API_KEY."),
        )
    return _authorised(find_account(options.name), api_key)


def list_accounts(options: Namespace) -> Answer:
    """List all accounts, with their states."""
    accounts = list(
        ProcountorAccount.objects.select_related("debtor").prefetch_related(
            Prefetch("links", Link.objects.open().select_related("company__debtor"))
        )
    )
    rows = [
        (
            account.name,
            _("The encryption key was lost")
            if account.is_unreadable
            else account.get_state_display(),
            account.get_method_display() if account.method else "",
            account.company_name,
            account.business_id,
            _served(account),
            str(account.owner() or ""),
            shown_moment(account.checked_at),
        )
        for account in accounts
    ]
    headers = (
        _("Name"),
        _("State"),
        _("By"),
        _("Procountor company"),
        _("Business ID"),
        _("Serves"),
        _("Debtor"),
        _("Checked"),
    )
    return Answer(
        document={"accounts": [account_document(account) for account in accounts]},
        text=table(headers, rows),
    )


def read_api_key(given: str) -> str:
    return read_secret(given, variable=API_KEY_VARIABLE, prompt=_("API key: "))


def find_account(name: str) -> ProcountorAccount:
    """Return the account with that name; raise ``Refused`` if there is none."""
    account = ProcountorAccount.objects.filter(name=name.strip()).first()
    if account is None:
        raise Refused(
            _("There is no Procountor account named %(name)s") % {"name": name},
            remedy=_("See tilisilta account list, or create it with tilisilta account add."),
        )
    return account


def account_document(account: ProcountorAccount) -> dict[str, Any]:
    """Return an account for the JSON document. It holds no secret."""
    link, owner = account.open_link(), account.owner()
    return {
        "name": account.name,
        "state": account.state,
        "key_lost": account.is_unreadable,
        "method": account.method or None,
        "procountor_company_id": account.procountor_company_id,
        "company_name": account.company_name or None,
        "business_id": account.business_id or None,
        "company": link.company.number if link else None,
        "debtor": owner.number if owner else None,
        "checked_at": account.checked_at,
        "ended_at": account.ended_at,
    }


def _authorised(account: ProcountorAccount, api_key: str) -> Answer:
    account = connections.authorise_with_api_key(account, api_key, user=None)
    text = _("Account %(name)s is authorised for %(company)s, %(business_id)s.")
    return Answer(
        document=account_document(account),
        text=text
        % {
            "name": account,
            "company": account.company_name,
            "business_id": account.business_id,
        },
    )


def _served(account: ProcountorAccount) -> str:
    link = account.open_link()
    return str(link.company) if link else ""
