"""Examines which version of Procountor's API is asked: a numbered one ends after some months."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.management.findings import Finding, Verdict

KEPT_MONTHS = 9
"""Procountor keeps a numbered version for about so long."""
WARNING = timedelta(days=60)
_PINNED = re.compile(r"/v(\d\d)(0[1-9]|1[0-2])/")
_NAMED = re.compile(r"/(supported|latest)/")


def check_api_version() -> Iterator[Finding]:
    """Warn some weeks before the version that the address names is switched off."""
    part = _("Procountor version")
    address = f"{settings.PROCOUNTOR_API_URL}/"
    ends_on = end_of_version(address)
    if ends_on is None:
        named = _NAMED.search(address)
        detail = named[1] if named else _("the newest, as the address names none")
        yield Finding(part=part, verdict=Verdict.WELL, detail=detail)
        return
    today = timezone.localdate()
    has_ended = ends_on <= today
    is_near = ends_on - WARNING <= today
    text = _("the address names a version that was kept until about %(date)s")
    if not has_ended:
        text = _("the address names a version that is kept until about %(date)s")
    yield Finding(
        part=part,
        verdict=Verdict.FAILED if has_ended else Verdict.WARNING if is_near else Verdict.WELL,
        detail=text % {"date": ends_on},
        remedy=_("Set TILISILTA_PROCOUNTOR_API_URL to %(url)s, or to a newer version.")
        % {"url": _PINNED.sub("/supported/", address).rstrip("/")}
        if is_near
        else "",
    )


def end_of_version(address: str) -> date | None:
    """Return about when the numbered version in ``address`` ends; ``None`` if it names none."""
    pinned = _PINNED.search(address)
    if pinned is None:
        return None
    months = int(pinned[2]) - 1 + KEPT_MONTHS
    return date(2000 + int(pinned[1]) + months // 12, months % 12 + 1, 1)
