"""Tokens of the API at the command line."""

from argparse import Namespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.output import Answer, Refused, shown_moment, table
from tilisilta.management.users import find_user
from tilisilta.models import ApiToken, Scope
from tilisilta.services.api_tokens import create_token, revoke_token


def create(options: Namespace) -> Answer:
    """Make a token of a user, and print it this once."""
    made = create_token(
        find_user(options.user),
        name=options.name,
        scopes=[Scope(name) for name in options.scope or (Scope.READ.value,)],
        days=options.days,
        user=None,
        now=timezone.now(),
    )
    told = _("It is shown only now. Good until %(moment)s.") % {
        "moment": shown_moment(made.token.expires_at)
    }
    return Answer(
        document={**token_document(made.token), "token": made.secret},
        text=f"{made.secret}\n{told}",
    )


def list_tokens(options: Namespace) -> Answer:
    """List the tokens that are not revoked, of one user or of all."""
    tokens = ApiToken.objects.filter(revoked_at__isnull=True).select_related("user")
    if options.user:
        tokens = tokens.filter(user=find_user(options.user))
    found = list(tokens.order_by("user__username", "pk"))
    rows = [
        (
            one.user.username,
            one.name,
            f"{one.start}…",
            ", ".join(one.scopes),
            shown_moment(one.last_used_at) or _("never"),
            shown_moment(one.expires_at),
        )
        for one in found
    ]
    headers = (
        *(_("User"), _("Name"), _("Begins with"), _("Scopes")),
        *(_("Last used"), _("Good until")),
    )
    return Answer(
        document={"tokens": [token_document(one) for one in found]},
        text=table(headers, rows) if rows else _("There is no token."),
    )


def revoke(options: Namespace) -> Answer:
    """Revoke the token of a user that has a name."""
    token = ApiToken.objects.filter(
        user=find_user(options.user), name=options.name, revoked_at__isnull=True
    ).first()
    if token is None:
        raise Refused(
            _("There is no token named %(name)s") % {"name": options.name},
            cause=_("This user has none of that name, or it was revoked already."),
            remedy=_("See %(command)s.") % {"command": "tilisilta token list"},
        )
    revoked = revoke_token(token, user=None, now=timezone.now())
    text = _("Token %(name)s is revoked: no program can use it any more.")
    return Answer(document=token_document(revoked), text=text % {"name": revoked.name})


def token_document(token: ApiToken) -> dict[str, Any]:
    """Return a token for the JSON document, without its secret: only its digest is known."""
    return {
        "user": token.user.username,
        "name": token.name,
        "start": token.start,
        "scopes": token.scopes,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
    }
