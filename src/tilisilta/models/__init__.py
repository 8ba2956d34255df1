"""Tables, and the few changes of state that a row can make."""

from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.models.api_tokens import ApiToken, KeyedRequest, Scope
from tilisilta.models.audit import AuditEntry
from tilisilta.models.audit_chain import AuditHead, AuditSeal
from tilisilta.models.cache import CachedValue
from tilisilta.models.column_choices import ColumnChoice
from tilisilta.models.companies import Company, CostObject, Debtor, NmbrsCompany, Run
from tilisilta.models.connections import (
    ApiPace,
    NmbrsConnection,
    ProcountorAccount,
    Synchronisation,
    Worker,
)
from tilisilta.models.exports import (
    EXPORT_STATES,
    Attempt,
    Export,
    Sending,
    Withdrawal,
    digest_of_receipts,
    preview_digest,
)
from tilisilta.models.joint_sendings import JointSending
from tilisilta.models.journals import JOURNAL_STATES, Journal, JournalLine
from tilisilta.models.links import AccountMapping, CheckedLink, Link, LinkSettings
from tilisilta.models.net_pay import PaidByHand, PaymentFile
from tilisilta.models.nmbrs_comparisons import ApiComparison, ComparedCompany
from tilisilta.models.nmbrs_grants import ConsentRequest, NightCalls, NmbrsGrant
from tilisilta.models.notices import (
    NOTICE_KINDS,
    Notice,
    NoticeChoice,
    NoticeMail,
    NoticeRound,
)
from tilisilta.models.onboarding import Onboarding, OnboardingRow
from tilisilta.models.profiles import Profile
from tilisilta.models.proposals import Proposal
from tilisilta.models.receipt_files import ReceiptFile
from tilisilta.models.reconciliations import OUTCOMES, ReconciledMonth, VerifiedCompany
from tilisilta.models.seen_receipts import AnotherReceipt, SeenReceipt
from tilisilta.models.sending_rules import RuleBrake, RuledJournal
from tilisilta.models.settlements import Difference, Settlement
from tilisilta.models.signatures import MonthSignature
from tilisilta.models.unreadable_answers import UnreadableAnswer
from tilisilta.models.users import Area, Right, User, UserTemplate, shown_template_name
from tilisilta.models.webhooks import Delivery, ToldNotice, Webhook

__all__ = [
    "EXPORT_STATES",
    "JOURNAL_STATES",
    "NOTICE_KINDS",
    "OUTCOMES",
    "AccountMapping",
    "AnotherReceipt",
    "ApiComparison",
    "ApiPace",
    "ApiToken",
    "Area",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "AuditSeal",
    "CachedValue",
    "CheckedLink",
    "ColumnChoice",
    "Company",
    "ComparedCompany",
    "ConsentRequest",
    "CostObject",
    "Debtor",
    "Delivery",
    "Difference",
    "Export",
    "ExportState",
    "JointSending",
    "Journal",
    "JournalLine",
    "JournalState",
    "KeyedRequest",
    "Link",
    "LinkSettings",
    "MonthSignature",
    "NightCalls",
    "NmbrsCompany",
    "NmbrsConnection",
    "NmbrsGrant",
    "Notice",
    "NoticeChoice",
    "NoticeMail",
    "NoticeRound",
    "Onboarding",
    "OnboardingRow",
    "PaidByHand",
    "PaymentFile",
    "ProcountorAccount",
    "Profile",
    "Proposal",
    "ReceiptFile",
    "ReconciledMonth",
    "Right",
    "RuleBrake",
    "RuledJournal",
    "Run",
    "Scope",
    "SeenReceipt",
    "Sending",
    "Settlement",
    "Synchronisation",
    "ToldNotice",
    "UnreadableAnswer",
    "User",
    "UserTemplate",
    "VerifiedCompany",
    "Webhook",
    "Withdrawal",
    "Worker",
    "digest_of_receipts",
    "preview_digest",
    "shown_template_name",
]
