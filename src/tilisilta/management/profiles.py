"""Profiles of links at the command line."""

from argparse import Namespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.link_changes import (
    changes_table,
    note_lines,
    refused_document,
    refused_lines,
)
from tilisilta.management.output import Answer, Refused, Status, WrongUse, table
from tilisilta.models import Link, Profile
from tilisilta.services.link_texts import Unreadable, read
from tilisilta.services.profiles import (
    ProfileChange,
    Rules,
    change_profile,
    make_profile,
    remove_profile,
)
from tilisilta.services.sending_rules.words import said_of_rule


def list_profiles(_options: Namespace) -> Answer:
    """List all profiles, with how many links follow each."""
    profiles = list(Profile.objects.all())
    rows = [
        (one.name, str(_followers(one)), _("default for new links") if one.is_default else "")
        for one in profiles
    ]
    count = _("Links")
    return Answer(
        document={"profiles": [profile_document(one) for one in profiles]},
        text=table((_("Name"), count, ""), rows, right=count),
    )


def show(options: Namespace) -> Answer:
    """Show what a profile decides."""
    document = profile_document(_find(options.name))
    rows = [(name.replace("_", "-"), _shown(value)) for name, value in document["rules"].items()]
    return Answer(document=document, text=table((_("What"), _("Value")), rows))


def add(options: Namespace) -> Answer:
    """Make a profile."""
    rules = Rules(
        name=options.name,
        is_default=options.default,
        choices=_choices(options),
        mappings=dict(options.map),
    )
    profile = make_profile(rules, user=None)
    text = _("Profile %(name)s is there. Give it to links with --profile.") % {"name": profile}
    note = said_of_rule(Link(**dict(rules.choices)))
    return Answer(document=profile_document(profile), text=f"{text} {note}".rstrip())


def change(options: Namespace) -> Answer:
    """Change a profile and the links that follow it, or show what that would change."""
    profile = _find(options.name)
    mappings = {**profile.account_mappings, **dict(options.map)}
    for code in options.unmap:
        mappings.pop(code, None)
    rules = Rules(
        name=options.rename or profile.name,
        is_default=profile.is_default if options.default is None else options.default,
        choices={**profile.choices, **_choices(options)},
        mappings=mappings,
    )
    done = change_profile(
        profile,
        rules,
        user=None,
        now=timezone.now(),
        is_dry=options.dry_run,
        checks_names=not options.unchecked_names,
    )
    return Answer(
        document=profile_change_document(done),
        text=_change_text(done),
        status=Status.REFUSED if done.refused else Status.DONE,
    )


def remove(options: Namespace) -> Answer:
    """Remove a profile that no link follows."""
    profile = _find(options.name)
    remove_profile(profile, user=None)
    return Answer(
        document={"removed": options.name},
        text=_("Profile %(name)s is removed.") % {"name": options.name},
    )


def profile_change_document(done: ProfileChange) -> dict[str, Any]:
    """Return what a change of a profile touches, for the JSON document."""
    return {
        "is_stored": done.is_stored,
        "journals": done.journal_count,
        "changed": [
            {
                "company": one.link.company.number,
                "journals": done.journal_counts.get(one.link.company_id, 0),
                "changes": [each.stored() for each in one.changes],
                "note": one.note or None,
            }
            for one in done.changed
        ],
        "refused": [refused_document(one) for one in done.refused],
    }


def profile_document(profile: Profile) -> dict[str, Any]:
    """Return a profile for the JSON document: only what it decides."""
    return {
        "name": profile.name,
        "is_default": profile.is_default,
        "links": _followers(profile),
        "rules": {**profile.choices, "map": profile.account_mappings},
    }


def _followers(profile: Profile) -> int:
    return profile.links.filter(ends_on__isnull=True).count()


def _find(name: str) -> Profile:
    profile = Profile.objects.filter(name__iexact=name.strip()).first()
    if profile is None:
        raise Refused(
            _("There is no profile named %(name)s") % {"name": name},
            remedy=_("See tilisilta profile list."),
        )
    return profile


def _choices(options: Namespace) -> dict[str, Any]:
    choices: dict[str, Any] = {}
    for column, text in options.choices.items():
        try:
            choices |= read(column, text).choices
        except Unreadable as error:
            raise WrongUse(
                _("%(text)s cannot be read as %(column)s")
                % {"text": repr(text), "column": f"--{column.replace('_', '-')}"},
                remedy=str(error),
            ) from error
    return choices


def _change_text(done: ProfileChange) -> str:
    lines = [line for one in done.refused for line in refused_lines(one)]
    if done.changed:
        lines.append(changes_table((str(one.link.company), one.changes) for one in done.changed))
        lines += note_lines(done.changed)
    links = ngettext("%(count)s link", "%(count)s links", len(done.changed))
    journals = ngettext(
        "%(count)s journal that is not sent yet",
        "%(count)s journals that are not sent yet",
        done.journal_count,
    )
    lines.append(
        _("Touches %(links)s and %(journals)s.")
        % {
            "links": links % {"count": len(done.changed)},
            "journals": journals % {"count": done.journal_count},
        }
    )
    lines.append(_("The profile is changed.") if done.is_stored else _("Nothing was changed."))
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{before}={after}" for before, after in sorted(value.items())) or "-"
    return "-" if value is None or value == "" else str(value)
