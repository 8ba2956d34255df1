"""What pages about something else say of links that do not fit any more."""

from collections.abc import Mapping
from typing import cast

from django import template
from django.template.context import RequestContext

from tilisilta.models import Area, Right
from tilisilta.services.link_drift import drifted
from tilisilta.web.rights import UserRequest

register = template.Library()


@register.inclusion_tag("links/drift_notice.html", takes_context=True)
def drift_notice(context: RequestContext) -> Mapping[str, int]:
    """Return how many links name what is not there any more, for users who may see links."""
    request = cast(UserRequest, context.request)
    may_read = request.user.can(Right.READ, Area.PROCOUNTOR)
    return {"count": drifted(request.user).count() if may_read else 0}
