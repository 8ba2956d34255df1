"""How log-in behaves: no open sign-up, records in the audit log, secrets encrypted at rest."""

from collections.abc import Mapping
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tilisilta.models import Proposal, User
from tilisilta.models.encryption import cipher
from tilisilta.services import audit
from tilisilta.services.log_ins import Reason, record_failed_log_in, record_refused_log_ins
from tilisilta.services.users import forget_first_password
from tilisilta.web.client_address import client_address
from tilisilta.web.known_browsers import browser_known_to, remember_browser
from tilisilta.web.language_choice import remember_language
from tilisilta.web.logged_out import tell_after_log_in

KNOWN_BROWSER_FAILED = "known_browser_failed"
NOTED_FIELDS: Mapping[str, str] = {
    "account/email/password_changed": "password",
    "mfa/email/totp_activated": "second_step",
    "mfa/email/totp_deactivated": "second_step",
    "mfa/email/recovery_codes_generated": "recovery_codes",
}


class UserBackend(AuthenticationBackend):
    """Reads the user of a session with their user template and limits: every page needs them."""

    def get_user(self, user_id: Any) -> User | None:
        chosen = User.debtors.through.objects.filter(user=OuterRef("pk"))
        users = User.objects.select_related("template").annotate(
            is_any_chosen=Exists(chosen), has_proposals=Exists(Proposal.objects.open())
        )
        user = users.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_any_chosen:
            # Known with the user, so most pages need no query for it.
            user.chosen_debtor_ids = ()
        user.is_anything_proposed = user.has_proposals
        return user


class AccountAdapter(DefaultAccountAdapter):
    """Log-in of users whom an administrator made. There is no sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This user may not log in any more"),
        "enter_current_password": _("This is not your current password"),
        "incorrect_code": _("The code is not right, or its time is over"),
        "incorrect_password": _("The password is not right"),
        "same_password": _("This is the password you have now: choose another one"),
        "too_many_login_attempts": _("Too many tries: wait a quarter of an hour, then try again"),
        "username_password_mismatch": _("User name and password do not match"),
        "rate_limited": _("Too many tries: wait a few minutes, then try again"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the log-in: strangers by address and user, and a known browser by itself."""
        try:
            known = _count_of_known_browser(request, credentials)
            if known is None:
                super().pre_authenticate(request, **credentials)
            elif not ratelimit.consume(request, action=KNOWN_BROWSER_FAILED, key=known):
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            record_refused_log_ins(address=client_address(request))
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # Without the host that was asked for: a stranger can name several, each with any port,
        # and would begin to be counted anew with each of them.
        return str(credentials.get("username", "")).casefold()

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Check name and password; what a known browser has tried in vain is then forgotten."""
        user = super().authenticate(request, **credentials)
        known = _count_of_known_browser(request, credentials)
        if user is not None and known is not None:
            ratelimit.clear(request, action=KNOWN_BROWSER_FAILED, key=known)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        record_failed_log_in(
            credentials.get("username", ""),
            address=client_address(request),
            reason=Reason.PASSWORD,
        )

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        record_failed_log_in(
            user.get_username(), address=client_address(request), reason=Reason.CLOSED
        )
        return super().respond_user_inactive(request, user)

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            audit.record(audit.Action.LOGGED_OUT, user=request.user)
        super().logout(request)

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Refuse also the password that the user has now: it was perhaps chosen by another."""
        if user is not None and user.pk is not None and user.check_password(password):
            raise self.validation_error("same_password")
        return super().clean_password(password, user=user)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set the password that the users have chosen for themselves."""
        person = cast(User, user)
        person.must_change_password = False
        super().set_password(person, password)
        forget_first_password(person)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        """Record the log-in, say what was lost, and go on in the language chosen last."""
        person = cast(User, user)
        audit.record(audit.Action.LOGGED_IN, user=person)
        response = super().post_login(request, user, **kwargs)
        remember_browser(request, response, person)
        if person.language:
            remember_language(response, person.language)
        tell_after_log_in(request, response)
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
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher().decrypt(encrypted_text.encode()).decode()


def _count_of_known_browser(request: HttpRequest, credentials: Mapping[str, Any]) -> str | None:
    """Return under which key a known browser is counted; ``None`` for one that is not known."""
    username = str(credentials.get("username", ""))
    browser = browser_known_to(request, username)
    return f"{browser}:{username.casefold()}" if browser else None
