"""Tables, and the few moves a row can make."""

from tilisilta.models.audit import AuditEntry
from tilisilta.models.companies import Company, CostObject, Debtor, NmbrsCompany, Run
from tilisilta.models.connections import (
    ApiPace,
    NmbrsConnection,
    ProcountorAccount,
    Synchronisation,
    Worker,
)
from tilisilta.models.exports import Attempt, Export, ExportState, Sending
from tilisilta.models.journals import Journal, JournalLine, JournalState
from tilisilta.models.links import AccountMapping, Link
from tilisilta.models.seen_receipts import AnotherReceipt, SeenReceipt
from tilisilta.models.users import Area, Right, User, UserTemplate

__all__ = [
    "AccountMapping",
    "AnotherReceipt",
    "ApiPace",
    "Area",
    "Attempt",
    "AuditEntry",
    "Company",
    "CostObject",
    "Debtor",
    "Export",
    "ExportState",
    "Journal",
    "JournalLine",
    "JournalState",
    "Link",
    "NmbrsCompany",
    "NmbrsConnection",
    "ProcountorAccount",
    "Right",
    "Run",
    "SeenReceipt",
    "Sending",
    "Synchronisation",
    "User",
    "UserTemplate",
    "Worker",
]
