"""Words for what is wrong with a webhook before anything is sent."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

_NOT_TAKEN = _("The address of the webhook is not accepted")
_COPY_IT = _("Copy the whole address, such as https://hooks.example/…, from the receiver.")

WEBHOOK_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.WEBHOOK_NAME_TAKEN: (
        Wording(
            message=_("There is already a webhook named %(name)s"),
            cause=_("Each webhook has a name of its own until it has ended."),
            remedy=_("Choose another name, or end the other webhook first."),
        ),
        Wording(
            message=_("There is already a webhook of this name"),
            cause=_("Each webhook has a name of its own until it has ended."),
            remedy=_("Choose another name, or end the other webhook first."),
        ),
    ),
    ProblemCode.WEBHOOK_ADDRESS: (
        Wording(
            when={"reason": "has_log_in"},
            message=_NOT_TAKEN,
            cause=_("It holds a user name or a password."),
            remedy=_("Leave them out: the receiver knows what is sent by its signature."),
        ),
        Wording(
            when={"reason": "not_https"},
            message=_NOT_TAKEN,
            cause=_("It is not encrypted: it begins with http and not with https."),
            remedy=_(
                "Use an https address. Only a receiver in a network of your own may do without: "
                "name the network in TILISILTA_WEBHOOK_NETWORKS."
            ),
        ),
        Wording(
            when={"reason": "not_allowed"},
            message=_NOT_TAKEN,
            cause=_("It leads into a private network or to this machine itself."),
            remedy=_(
                "If the receiver stands in a network of your own, let the network be named in "
                "TILISILTA_WEBHOOK_NETWORKS, and start Tilisilta again."
            ),
        ),
        Wording(
            when={"reason": "not_found"},
            message=_NOT_TAKEN,
            cause=_("The name in it is unknown."),
            remedy=_COPY_IT,
        ),
        Wording(
            message=_NOT_TAKEN,
            cause=_("It is not a whole address, or has characters that no address has."),
            remedy=_COPY_IT,
        ),
    ),
}
