"""The networks that webhooks may send to, by the settings."""

from django.conf import settings

from tilisilta.domain.receivers import Allowed


def allowed_networks() -> Allowed:
    return Allowed(
        networks=settings.WEBHOOK_NETWORKS, this_machine=settings.WEBHOOKS_TO_THIS_MACHINE
    )
