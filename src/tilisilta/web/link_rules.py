"""The profile of a link on its page: its rules in the form, and what the link has of its own."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.standing import JournalState
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Journal, Link, Profile
from tilisilta.services.audit_sentences import FIELD_WORDS
from tilisilta.services.profiles import default_profile, own_rules
from tilisilta.services.sending_rules.words import said_of_rule
from tilisilta.web.link_forms import MAPPING

TAKE_RULES = "rules"
_OF_RULE = ("sends_by_rule", "needs_release")


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


def rule_note_of(values: Mapping[str, Any]) -> str:
    """Return what the values of a form mean for sending by rule and two persons together."""
    return said_of_rule(Link(**{name: bool(values.get(name)) for name in _OF_RULE}))


def _rule_note(saved: Link, before: Link | None) -> str:
    if before is None:
        return said_of_rule(saved)
    return said_of_rule(
        saved, [name for name in _OF_RULE if getattr(saved, name) != getattr(before, name)]
    )


def report_saved(request: HttpRequest, saved: Link, *, before: Link | None = None) -> None:
    """Show that a link is saved, and what that means; ``before`` is what it was, if it was there.

    Whoever chooses a profile may take its rules to be in force, a second person among them, while
    those of the form were stored: a message names those in which it differs from a new profile.
    """
    stopped = Journal.objects.filter(company=saved.company, state=JournalState.PROBLEM).count()
    if stopped:
        text = ngettext(
            "The link is saved. %(count)s journal of the company still has problems.",
            "The link is saved. %(count)s journals of the company still have problems.",
            stopped,
        )
        messages.warning(request, text % {"count": stopped})
    else:
        messages.success(request, _("The link is saved."))
    if note := _rule_note(saved, before):
        messages.info(request, note)
    own = own_words(saved) if before is None or saved.profile_id != before.profile_id else []
    if own:
        text = _(
            "The link differs from its profile: %(names)s. To take the rules of the profile, "
            "fill them in and save again."
        )
        messages.warning(request, text % {"names": ", ".join(own)})
