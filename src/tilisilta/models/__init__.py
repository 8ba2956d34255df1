"""Tables, and the few moves a row can make."""

from tilisilta.models.audit import AuditEntry
from tilisilta.models.companies import Company, Debtor
from tilisilta.models.connections import ApiPace, ProcountorAccount, Worker
from tilisilta.models.exports import Attempt, Export, ExportState, Sending
from tilisilta.models.journals import Journal, JournalLine, JournalState
from tilisilta.models.links import AccountMapping, Link
from tilisilta.models.users import Area, Right, User, UserTemplate

__all__ = [
    "AccountMapping",
    "ApiPace",
    "Area",
    "Attempt",
    "AuditEntry",
    "Company",
    "Debtor",
    "Export",
    "ExportState",
    "Journal",
    "JournalLine",
    "JournalState",
    "Link",
    "ProcountorAccount",
    "Right",
    "Sending",
    "User",
    "UserTemplate",
    "Worker",
]
