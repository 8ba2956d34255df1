"""How log-in behaves: no open sign-up, logged in the audit log, secrets encrypted at rest."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from tilisilta.models import User
from tilisilta.services import audit
from tilisilta.web.languages import remember_language


class AccountAdapter(DefaultAccountAdapter):
    """Users are made by an administrator; nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Write the log-in down, and go on in the language the person chose last."""
        person = cast(User, user)
        audit.record(audit.Action.LOGGED_IN, user=person)
        response = super().post_login(request, user, **kwargs)
        if person.language:
            remember_language(response, person.language)
        return response


class MFAAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted at rest."""

    def encrypt(self, text: str) -> str:
        """What is stored instead of ``text``."""
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text that was stored encrypted."""
        return _keys().decrypt(encrypted_text.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
