"""How log-in behaves: no open sign-up, records in the audit log, secrets encrypted at rest."""

from collections.abc import Mapping
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from tilisilta.models import User
from tilisilta.services import audit
from tilisilta.web.language_choice import remember_language

NOTED_FIELDS: Mapping[str, str] = {
    "account/email/password_changed": "password",
    "mfa/email/totp_activated": "second_step",
    "mfa/email/totp_deactivated": "second_step",
    "mfa/email/recovery_codes_generated": "recovery_codes",
}


class UserBackend(AuthenticationBackend):
    """Reads the user of a session together with their user template: every page needs both."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("template").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    """Log-in of users whom an administrator made. There is no sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This user may not log in any more"),
        "enter_current_password": _("This is not your current password"),
        "incorrect_code": _("The code is not right, or its time is over"),
        "incorrect_password": _("The password is not right"),
        "too_many_login_attempts": _("Too many tries: wait a few minutes, then try again"),
        "username_password_mismatch": _("User name and password do not match"),
        "rate_limited": _("Too many tries: wait a few minutes, then try again"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Record the log-in, and go on in the language the person chose last."""
        person = cast(User, user)
        audit.record(audit.Action.LOGGED_IN, user=person)
        response = super().post_login(request, user, **kwargs)
        if person.language:
            remember_language(response, person.language)
        return response

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Record in the audit log what the library would send an e-mail about."""
        field = NOTED_FIELDS.get(template_prefix)
        if field is not None:
            person = cast(User, user)
            audit.record(
                audit.Action.USER_CHANGED,
                user=person,
                about=person,
                name=person.username,
                fields=field,
            )


class MFAAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of authenticator apps before they are stored."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is not right, or its time is over"),
    }

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()


def _keys() -> MultiFernet:
    # The first key encrypts. The others still read what was stored before a key was replaced.
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
