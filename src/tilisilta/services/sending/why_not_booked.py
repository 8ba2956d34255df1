"""Why a journal that was sent together with others is not booked."""

from tilisilta.domain.problems import Problem
from tilisilta.models import Sending
from tilisilta.services.journals.waiting import waiting_problems_of


def why_not_booked(sending: Sending) -> Problem | None:
    """Return what the journal was refused for, else what stops it now or for what it waits.

    The exports of its journal are read beforehand, with the accounts that they go to.
    """
    journal = sending.journal
    if sending.refusal:
        return sending.refusal[0]
    exports = list(journal.exports.all())
    of_exports = [problem for one in exports for problem in one.problems]
    stopping = (problem for problem in (*of_exports, *journal.problems) if problem.stops)
    return next(stopping, None) or next(iter(waiting_problems_of(journal, exports)), None)
