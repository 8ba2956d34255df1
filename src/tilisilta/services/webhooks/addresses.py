"""Which addresses of webhooks are accepted, and what is wrong with one that is stored.

Names are looked up anew with each message, which is what protects networks. Here a name is looked
up for plain http alone: whether it may be used depends on the network that it leads to, and whoever
gives the address shall learn at once that nothing would ever be sent there.
"""

from collections.abc import Collection, Iterable, Mapping
from ipaddress import ip_address

from tilisilta.clients.webhooks.looking_up import Place, look_up_in_time
from tilisilta.clients.webhooks.sending import can_be_sent_to, proxy_for
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.receivers import (
    Address,
    Fault,
    Receiver,
    fault_of,
    needs_https,
    parse_receiver,
)
from tilisilta.errors import NeedsAttention
from tilisilta.models import Webhook
from tilisilta.services.webhooks.receiving_networks import allowed_networks

LOOK_UP_SECONDS = 3.0
"""A page must answer soon."""


class WebhookAddressRefused(NeedsAttention):
    """Nothing may be sent to the address; which one it is stays out of the message."""

    code = ProblemCode.WEBHOOK_ADDRESS

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"The address of the webhook is not accepted: {fault.value}.")
        self.facts = {"reason": fault.value}


def checked_address(text: str) -> str:
    """Return the address as it is stored; raise ``WebhookAddressRefused``.

    Plain http is accepted where its name is known to lead into a network that is named. Where a
    proxy looks names up, it decides.
    """
    receiver = parse_receiver(text)
    if isinstance(receiver, Fault):
        raise WebhookAddressRefused(receiver)
    found = _looked_up([receiver])
    fault = _fault_of(receiver, found)
    if fault is None and _is_to_look_up(receiver) and not found.get(_place(receiver)):
        fault = Fault.NOT_FOUND
    if fault is not None:
        raise WebhookAddressRefused(fault)
    return receiver.url


def address_faults(webhooks: Iterable[Webhook]) -> Mapping[int, Fault]:
    """Return what is wrong with the stored addresses, by webhook; those that are well are left out.

    One that has ended has no address, and one that no key opens is shown elsewhere. A name that is
    not found just now is no fault of what was accepted once, and a proxy decides what it sends to.
    """
    stored = {
        one.pk: parse_receiver(one.address)
        for one in webhooks
        if one.ended_at is None and not one.is_unreadable
    }
    found = _looked_up(one for one in stored.values() if isinstance(one, Receiver))
    faults = {
        pk: one if isinstance(one, Fault) else _fault_of(one, found)
        for pk, one in stored.items()
        if isinstance(one, Fault) or proxy_for(one) is None
    }
    return {pk: fault for pk, fault in faults.items() if fault is not None}


def _fault_of(receiver: Receiver, found: Mapping[Place, Collection[Address]]) -> Fault | None:
    if not can_be_sent_to(receiver):
        return Fault.NOT_AN_ADDRESS
    allowed = allowed_networks()
    if needs_https(receiver, allowed):
        return Fault.NOT_HTTPS
    known = _known_addresses(receiver) or found.get(_place(receiver), ())
    return fault_of(receiver, known, allowed) if known else None


def _looked_up(receivers: Iterable[Receiver]) -> Mapping[Place, Collection[Address]]:
    places = [_place(one) for one in receivers if _is_to_look_up(one)]
    return look_up_in_time(places, seconds=LOOK_UP_SECONDS)


def _is_to_look_up(receiver: Receiver) -> bool:
    """Return whether it depends on the network behind a name if the address can be used."""
    if receiver.scheme != "http" or needs_https(receiver, allowed_networks()):
        return False
    return not _known_addresses(receiver) and proxy_for(receiver) is None


def _place(receiver: Receiver) -> Place:
    return receiver.host, receiver.port


def _known_addresses(receiver: Receiver) -> tuple[Address, ...]:
    host = "127.0.0.1" if receiver.host == "localhost" else receiver.host
    try:
        return (ip_address(host),)
    except ValueError:
        return ()
