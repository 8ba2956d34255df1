"""Words for what one person proposes and another releases, and for what a person stops."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

_PROPOSE_AGAIN = _("Look at the journal as it is now, and propose it again.")
_STAYS = _("Nothing was sent.")

TWO_PERSON_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.NEEDS_RELEASE: (
        Wording(
            message=_("The journal %(journal)s needs a second person"),
            cause=_(
                "The link demands two persons: one proposes, and another releases. Nothing was "
                "sent."
            ),
            remedy=_("Propose it. Another person with the right to send then releases it."),
        ),
    ),
    ProblemCode.CANNOT_RELEASE: (
        Wording(
            message=_("You have proposed the journal %(journal)s yourself"),
            cause=_("The link demands two persons, so another one has to release it."),
            remedy=_("Ask a colleague with the right to send to look at it and release it."),
            when={"reason": "own"},
        ),
        Wording(
            message=_("The journal %(journal)s was proposed by another person"),
            cause=_("Only the person who has proposed it can take it back."),
            remedy=_("Send it back with a reason instead."),
            when={"reason": "not_own"},
        ),
        Wording(
            message=_("You may not send the journal %(journal)s"),
            cause=_("Releasing needs the right to send, and the debtor among those you see."),
            remedy=_("Ask an administrator, or let another person release it."),
            when={"reason": "right"},
        ),
        Wording(
            message=_("The proposal for the journal %(journal)s is void: a newer revision came in"),
            cause=_STAYS,
            remedy=_("Look at the newest revision, and propose it if it is right."),
            when={"reason": "revision"},
        ),
        Wording(
            message=_("The proposal for the journal %(journal)s is void: the link was changed"),
            cause=_STAYS,
            remedy=_PROPOSE_AGAIN,
            when={"reason": "link"},
        ),
        Wording(
            message=_("The proposal for the journal %(journal)s is void: its receipts differ"),
            cause=_("What would be sent now is not what was proposed. Nothing was sent."),
            remedy=_PROPOSE_AGAIN,
            when={"reason": "receipts"},
        ),
        Wording(
            message=_("The proposal for the journal %(journal)s is void: it cannot be sent now"),
            cause=_("Something has come in its way since. Nothing was sent."),
            remedy=_("Open the journal: its problems say what to do. Then propose it again."),
            when={"reason": "stopped"},
        ),
        Wording(
            message=_(
                "The proposal for the journal %(journal)s is void: its proposer has no right"
            ),
            cause=_("The person who proposed it has lost the right to send, or is closed."),
            remedy=_("Look at the journal, and propose it yourself for another person."),
            when={"reason": "proposer"},
        ),
        Wording(
            message=_("The journal %(journal)s is no longer proposed"),
            cause=_("It was released, sent back, taken back or sent meanwhile."),
            remedy=_("Open the journal: its history says what became of it."),
        ),
    ),
    ProblemCode.SENDING_STOPPED: (
        Wording(
            message=_("Stopped by %(name)s at %(moment)s"),
            cause=_("No request had been made for it, so nothing of it is booked."),
            remedy=_("It is ready again: send it when it shall be booked."),
        ),
    ),
}
