"""Masking a person's name or identity code in an entry of the audit log, with a reason."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.audit_chain import masked, texts_of
from tilisilta.domain.masking import TextMask
from tilisilta.models import AuditEntry, User
from tilisilta.services import audit
from tilisilta.services.audit_chain import chain_entry, seal_entries

# What explains a mask must stay readable.
_NEEDED = {AuditEntry.Action.ENTRY_MASKED.value: frozenset({"facts/places", "facts/entry"})}


def mask_entry(entry_id: int, *, text: str, reason: str, user: User | None) -> Sequence[str]:
    """Mask each value of an entry in which ``text`` stands, and return their places.

    The digests stay, so that the chain stays whole; the text cannot be brought back. Raises
    Django's ``ValidationError`` without a text or a reason, or for a reason that has the text.
    """
    text, reason = text.strip(), reason.strip()
    if not text or not reason:
        raise ValidationError(_("Say which text is masked, and why."))
    mask = TextMask(text)
    if mask.hides(reason):
        raise ValidationError(_("The reason has the text that is to be masked."))
    return mask_in_entry(entry_id, mask, reason=reason, user=user)


def mask_in_entry(
    entry_id: int, mask: TextMask, *, reason: str, user: User | None
) -> Sequence[str]:
    """Mask each value of an entry that ``mask`` hides, and return their places."""
    # First, so that the chain has the digest of what the entry said.
    seal_entries(timezone.now(), looks_at_all=True)
    with transaction.atomic():
        entry = AuditEntry.objects.select_for_update(of=("self",)).filter(pk=entry_id).first()
        places = places_hidden(entry, mask) if entry is not None else ()
        if entry is None or not places:
            return ()
        said = audit.record(
            audit.Action.ENTRY_MASKED,
            user=user,
            company=entry.company,
            about=entry,
            entry=str(entry.pk),
            places=" ".join(places),
            reason=reason[:200],
        )
        after = masked(chain_entry(entry), frozenset(places))
        AuditEntry.objects.filter(pk=entry.pk).update(
            facts=after.facts,
            changes=after.changes,
            salt=after.salt,
            masked=after.masked,
            masked_by=said,
        )
        # In the same transaction: whoever examines the chain finds the mask explained.
        seal_entries(timezone.now(), looks_at_all=True)
    return places


def places_hidden(entry: AuditEntry, mask: TextMask) -> tuple[str, ...]:
    """Return the places of the values of ``entry`` that ``mask`` hides."""
    needed = _NEEDED.get(entry.action, frozenset())
    return tuple(
        place
        for place, value in texts_of(entry.facts, entry.changes)
        if mask.hides(str(value)) and place not in needed and not place.endswith("/field")
    )
