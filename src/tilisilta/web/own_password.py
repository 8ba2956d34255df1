"""Asks for the reader's own password where a screen left open must not be enough."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tilisilta.web.rights import UserRequest


def is_own_password(request: UserRequest) -> bool:
    """Return whether the user has given their own password; wrong ones are counted."""
    try:
        if get_adapter(request).reauthenticate(request.user, request.POST.get("own_password", "")):
            return True
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.error(request, _("This is not your own password. Nothing was changed."))
    return False
