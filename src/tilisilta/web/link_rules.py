"""The profile of a link on its page: its rules in the form, and what the link has of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Link, Profile
from tilisilta.services.audit_sentences import FIELD_WORDS
from tilisilta.services.profiles import default_profile, own_rules
from tilisilta.web.link_forms import MAPPING

TAKE_RULES = "rules"


def with_rules_of_profile(posted: QueryDict) -> QueryDict:
    """Return what was posted with the rules of the profile that is chosen in it."""
    pk = whole_number(posted.get("profile", "")) or 0
    profile = Profile.objects.filter(pk=pk).first()
    changed = posted.copy()
    if profile is None:
        return changed
    for name, value in profile.choices.items():
        if value is True:
            changed[name] = "on"
        elif value is False:
            # A box that is not ticked is not posted.
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    for before, after in profile.account_mappings.items():
        changed[f"{MAPPING}{before}"] = after
    return changed


def rules_of_new_links() -> dict[str, Any]:
    """Return the initial values of a new link that its default profile gives."""
    profile = default_profile()
    return {"profile": profile.pk, **profile.choices} if profile is not None else {}


def mappings_of_new_links() -> dict[str, str]:
    profile = default_profile()
    return dict(profile.account_mappings) if profile is not None else {}


def own_words(link: Link | None) -> list[str]:
    """Return what the link has of its own beside its profile, in words."""
    if link is None or link.profile is None:
        return []
    own = own_rules(link)
    words = [str(FIELD_WORDS.get(name, name)) for name in own.choices]
    return [*words, *(f"{before} → {after or '-'}" for before, after in own.mappings.items())]


def report_unlike_profile(request: HttpRequest, saved: Link, *, had: int | None = None) -> None:
    """Show a message that names the rules in which a link differs from its new profile.

    Whoever chooses a profile may take its rules to be in force, a second person among them, while
    those of the form were stored. ``had`` is the profile that the link followed before.
    """
    if saved.profile_id == had:
        return
    own = own_words(saved)
    if own:
        text = _(
            "The link differs from its profile: %(names)s. To take the rules of the profile, "
            "fill them in and save again."
        )
        messages.warning(request, text % {"names": ", ".join(own)})
