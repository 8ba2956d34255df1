"""The forms that ask for a code of the authenticator app: counted per user, and recorded."""

from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tilisilta.services.log_ins import Reason, record_failed_log_in, record_refused_log_ins
from tilisilta.web.client_address import client_address

SECOND_STEP_FAILED = "second_step_failed"


class _CountedCode:
    """Counts wrong codes of one user over all addresses, on top of what the library counts."""

    def clean_code(self) -> str:
        request = context.request
        key = str(self.user.pk)  # type: ignore[attr-defined]
        if not ratelimit.consume(request, action=SECOND_STEP_FAILED, key=key):
            record_refused_log_ins(address=client_address(request))
            raise ValidationError(_("Too many wrong codes: wait an hour, then try again"))
        try:
            code = str(super().clean_code())  # type: ignore[misc]
        except InvalidToken as error:
            raise ValidationError(
                _(
                    "Your second step cannot be checked, as the encryption key was lost. Ask an "
                    "administrator to turn it off for you, or whoever runs Tilisilta to give: "
                    "tilisilta user reset %(name)s --second-step-off"
                )
                % {"name": self.user.username}  # type: ignore[attr-defined]
            ) from error
        except ValidationError:
            record_failed_log_in(
                self.user.username,  # type: ignore[attr-defined]
                address=client_address(request),
                reason=Reason.CODE,
            )
            raise
        ratelimit.clear(request, action=SECOND_STEP_FAILED, key=key)
        return code


class SecondStepForm(_CountedCode, AuthenticateForm):
    """The second step of a log-in."""


class SecondStepAgainForm(_CountedCode, ReauthenticateForm):
    """The code once more, before something that needs it."""
