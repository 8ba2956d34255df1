"""The companies that are not linked yet."""

from django.db.models import QuerySet

from tilisilta.models import Company, Link, User


def unlinked_companies(user: User) -> QuerySet[Company]:
    """Return the companies that ``user`` may see and that have no link; no test companies."""
    visible = Company.objects.visible_to(user).filter(is_test=False)
    return visible.exclude(links__in=Link.objects.open())
