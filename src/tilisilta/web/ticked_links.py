"""Which links of a list are ticked."""

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Link
from tilisilta.web.parts import matching_links, visible_links
from tilisilta.web.rights import UserRequest


def ticked_links(request: UserRequest) -> list[Link]:
    """Return the links that are ticked, or all that a search shows on its pages."""
    if "all" in request.POST:
        links = matching_links(request.user, request.POST.get("q", "").strip())
        return list(links.filter(ends_on__isnull=True).order_by("company__number"))
    pks = [whole_number(text) or 0 for text in request.POST.getlist("link")]
    links = visible_links(request.user).select_related("profile")
    return list(links.filter(pk__in=pks, ends_on__isnull=True).order_by("company__number"))
