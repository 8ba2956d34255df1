"""Words for what the API refuses before it does anything."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

_NOT_ACCEPTED = _("The API token is not accepted")
_NEW_ONE = _("Make a new token on your own page, under API tokens.")

API_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.TOKEN_NOT_ACCEPTED: (
        Wording(
            when={"reason": "missing"},
            message=_("The request has no API token"),
            cause=_(
                "The API knows its users by tokens alone; a log-in in a browser does not count."
            ),
            remedy=_("Send the header Authorization: Bearer, and the token behind it."),
        ),
        Wording(
            when={"reason": "expired"},
            message=_NOT_ACCEPTED,
            cause=_("It was good until %(date)s."),
            remedy=_NEW_ONE,
        ),
        Wording(
            when={"reason": "revoked"},
            message=_NOT_ACCEPTED,
            cause=_("It was revoked on %(date)s. The audit log says who did."),
            remedy=_NEW_ONE,
        ),
        Wording(
            when={"reason": "closed"},
            message=_NOT_ACCEPTED,
            cause=_("Its user may not log in any more."),
            remedy=_("Ask an administrator, or use a token of another user."),
        ),
        Wording(
            when={"reason": "due"},
            message=_NOT_ACCEPTED,
            cause=_(
                "Its user has to do something first: choose a password of their own, or turn on "
                "the second step of the log-in."
            ),
            remedy=_("Log in with a browser and do what is asked for there; the token works then."),
        ),
        Wording(
            when={"reason": "unknown"},
            message=_NOT_ACCEPTED,
            cause=_("There is no such token. Perhaps it was not copied whole."),
            remedy=_("Check it, or make a new token on your own page, under API tokens."),
        ),
        Wording(
            message=_NOT_ACCEPTED,
            cause=_("It is unknown, has expired, or was revoked."),
            remedy=_NEW_ONE,
        ),
    ),
    ProblemCode.TOKEN_NOT_ALLOWED: (
        Wording(
            when={"reason": "scope"},
            message=_("The API token is not for this"),
            cause=_("It lacks the scope %(scope)s."),
            remedy=_("Make a token with this scope on your own page, under API tokens."),
        ),
        Wording(
            when={"reason": "right"},
            message=_("Its user may not do this"),
            cause=_("Their user template does not give the right: %(area)s, %(right)s."),
            remedy=_("Ask an administrator for the right, or use a token of another user."),
        ),
        Wording(
            message=_("The API token is not for this"),
            cause=_("It lacks a scope, or its user lacks a right."),
            remedy=_("Make a token with the scope, or ask an administrator for the right."),
        ),
    ),
    ProblemCode.TOO_MANY_WRONG_TOKENS: (
        Wording(
            message=_("Too many wrong API tokens"),
            cause=_(
                "So many requests with an unknown token came from this address that further ones "
                "are refused for a while. Tokens that are right still work."
            ),
            remedy=_(
                "Check the token of the program that sends them, and wait a quarter of an hour."
            ),
        ),
    ),
    ProblemCode.KEY_USED_OTHERWISE: (
        Wording(
            message=_("The idempotency key was used for another request"),
            cause=_("A key belongs to one request and its answer for a day. Nothing was done."),
            remedy=_("Give each request a key of its own, and repeat a request as it was."),
        ),
    ),
    ProblemCode.REQUEST_UNDER_WAY: (
        Wording(
            message=_("The same request is being answered right now"),
            cause=_("Another request with this idempotency key came first and is not finished."),
            remedy=_("Repeat it in a moment: then the answer to the first one comes."),
        ),
    ),
    ProblemCode.TOKEN_NAME_TAKEN: (
        Wording(
            message=_("There is already an API token named %(name)s"),
            cause=_("Each token of a user has a name of its own until it is revoked."),
            remedy=_("Choose another name, or revoke the other token first."),
        ),
        Wording(
            message=_("There is already an API token of this name"),
            cause=_("Each token of a user has a name of its own until it is revoked."),
            remedy=_("Choose another name, or revoke the other token first."),
        ),
    ),
    ProblemCode.VALUES_NOT_POSSIBLE: (
        Wording(
            message=_("The request has values that are not possible"),
            cause=_("These are missing or wrong: %(values)s. Nothing was done."),
            remedy=_("Put them right; the description of the API says what each may be."),
        ),
        Wording(
            message=_("The request has values that are not possible"),
            cause=_("A value is missing or wrong. Nothing was done."),
            remedy=_("Put it right; the description of the API says what each may be."),
        ),
    ),
    ProblemCode.REQUEST_NOT_DESCRIBED: (
        Wording(
            message=_("The API takes no such request"),
            cause=_(
                "The method, the media type or the body is not as the description of the API has "
                "it. Nothing was changed."
            ),
            remedy=_("Look the operation up in the description of the API."),
        ),
    ),
}
