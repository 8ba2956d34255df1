"""The encryption keys at the command line."""

from argparse import Namespace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.output import Answer, Status
from tilisilta.services.keys import rotate_keys


def rotate(_options: Namespace) -> Answer:
    """Encrypt every secret with the newest key, and say what may be done with the older ones."""
    rotated = rotate_keys(user=None)
    lines = [
        ngettext(
            "%(count)s secret is encrypted with the newest key.",
            "%(count)s secrets are encrypted with the newest key.",
            rotated.count,
        )
        % {"count": rotated.count}
    ]
    if rotated.unreadable:
        names = ", ".join(rotated.unreadable)
        lines.append(_("No key opens what belongs to: %(names)s.") % {"names": names})
        lines.append(
            _(
                "Put the key that opens it behind the newest, or authorise the account, give the "
                "connection its token, or turn off the second step of the user; then give the "
                "command again."
            )
        )
    elif len(settings.ENCRYPTION_KEYS) > 1:
        lines.append(_("The older keys can be taken away now; then restart."))
    else:
        lines.append(
            _("There is only this key. To change it, put a new one in front, and restart first.")
        )
    return Answer(
        document={
            "rotated": rotated.count,
            "unreadable": list(rotated.unreadable),
            "key_count": len(settings.ENCRYPTION_KEYS),
        },
        text="\n".join(lines),
        status=Status.REFUSED if rotated.unreadable else Status.DONE,
    )
