"""The audit log: which user did what, and when."""

import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


def new_salt() -> str:
    return secrets.token_hex(16)


class AuditEntry(models.Model):
    """One action. A row is added and never changed or deleted; the database refuses both.

    ``facts`` hold what the sentence on the screen names; never a secret, an amount of salary or a
    person's identity code. ``changes`` hold the old and new value of each field that was changed.
    Without a user it was a command, of the ``system_user`` who ran it, or the service itself.

    ``about_kind`` and ``about_id`` name the row it is about. They are no foreign keys: that row may
    be removed later, and its entries stay as they were written.

    The one change there is: a text is masked, with a reason. ``masked_by`` is the entry that says
    so, and ``masked`` then has what the chain needs instead of the text and of ``salt``.
    """

    class About(models.TextChoices):
        """What an entry can be about, besides its company."""

        JOURNAL = "journal"
        LINK = "link"
        ACCOUNT = "account"
        CONNECTION = "connection"
        DEBTOR = "debtor"
        USER = "user"
        TEMPLATE = "template"
        ENTRY = "entry"
        WEBHOOK = "webhook"

    class Action(models.TextChoices):
        """What was done. The label is the sentence on the screen."""

        DEBTOR_ADDED = "debtor_added", _("added debtor {name}")
        DEBTOR_BLOCKED = "debtor_blocked", _("blocked debtor {name}")
        DEBTOR_UNBLOCKED = "debtor_unblocked", _("unblocked debtor {name}")
        COMPANY_ADDED = "company_added", _("added company {name}")
        COMPANY_CHANGED = "company_changed", _("changed company {name}")
        COMPANY_MARKED_TEST = "company_marked_test", _("marked {name} as a test company")
        COMPANY_UNMARKED_TEST = "company_unmarked_test", _("{name} is no longer a test company")
        COMPANY_STAYS_BLOCKED = (
            "company_stays_blocked",
            _("{name} was of blocked debtor {debtor} and stays blocked"),
        )
        COMPANY_FREED = "company_freed", _("freed {name}, which had stayed blocked")
        ACCOUNT_CREATED = "account_created", _("created Procountor account {name}")
        ACCOUNT_AUTHORISED = (
            "account_authorised",
            _("authorised account {name} for {administration}, {business_id}"),
        )
        ACCOUNT_ENDED = "account_ended", _("account {name} was found to be no longer authorised")
        ACCOUNT_REMOVED = "account_removed", _("removed the authorisation of account {name}")
        NMBRS_CONNECTED = "nmbrs_connected", _("connected Nmbrs {name} as {user_name}")
        NMBRS_CHANGED = "nmbrs_changed", _("changed connection to Nmbrs {name}: {fields}")
        NMBRS_REFUSED = "nmbrs_refused", _("Nmbrs {name} was found to refuse its token")
        REST_CONSENTED = (
            "rest_consented",
            _("connected Nmbrs {name} by REST: {count} debtors, scopes {scopes}"),
        )
        REST_REFUSED = (
            "rest_refused",
            _("the consent to read Nmbrs {name} by REST was not given: {reason}"),
        )
        REST_CHANGED = (
            "rest_changed",
            _("the consent of Nmbrs {name} covers other debtors: {fields}"),
        )
        REST_ENDED = "rest_ended", _("the consent of Nmbrs {name} was found to have ended")
        REST_LOST = (
            "rest_lost",
            _("the renewal of the consent of Nmbrs {name} got no answer"),
        )
        REST_REVOKED = "rest_revoked", _("gave back the consent to read Nmbrs {name} by REST")
        APIS_COMPARED = (
            "apis_compared",
            _("compared Nmbrs {name} by SOAP and REST: {equal} companies equal, {other} not"),
        )
        DIFFERENCE_ACCEPTED = (
            "difference_accepted",
            _("accepted that {name} is not equal by SOAP and REST: {reason}"),
        )
        API_SWITCHED = "api_switched", _("switched Nmbrs {name} from {before} to {after}")
        NMBRS_REMOVED = "nmbrs_removed", _("removed connection to Nmbrs {name}")
        SYNC_ASKED = "sync_asked", _("asked to fetch everything from Nmbrs")
        COMPANY_FETCH_ASKED = "company_fetch_asked", _("asked to fetch {name} from Nmbrs")
        COMPANY_GONE = "company_gone", _("{name} is no longer in Nmbrs")
        COMPANY_BACK = "company_back", _("{name} is in Nmbrs again")
        COMPANY_ADOPTED = "company_adopted", _("{name} is company {nmbrs_number} in Nmbrs")
        COMPANY_DENIED = "company_denied", _("{name} is not company {nmbrs_number} in Nmbrs")
        DEBTOR_GONE = "debtor_gone", _("debtor {name} is no longer in Nmbrs")
        DEBTOR_BACK = "debtor_back", _("debtor {name} is in Nmbrs again")
        DEBTOR_CHANGED = "debtor_changed", _("changed debtor {name}: {fields}")
        LINK_CREATED = "link_created", _("linked {name} to {administration}")
        LINK_CHANGED = "link_changed", _("changed the link of {name}: {fields}")
        LINK_ENDED = "link_ended", _("ended the link of {name} from {date} on: {reason}")
        LINK_CONFIRMED = (
            "link_confirmed",
            _("confirmed that {name} goes to {administration}: {difference}"),
        )
        LINK_REMOVED = "link_removed", _("removed the link of {name}")
        RULE_ON = (
            "rule_on",
            _(
                "switched on that journals of {name} are sent by rule: {hours} hours after they "
                "are ready and locked, within {percent} percent of the last three months"
            ),
        )
        RULE_OFF = "rule_off", _("switched off that journals of {name} are sent by rule")
        RULES_STOPPED = "rules_stopped", _("stopped all sending by rule: {reason}")
        RULES_RESUMED = "rules_resumed", _("let journals be sent by rule again: {reason}")
        JOURNAL_LEFT = (
            "journal_left",
            _("said that journal {reference} is not to be sent by rule"),
        )
        PROFILE_MADE = "profile_made", _("made profile {name}")
        PROFILE_CHANGED = "profile_changed", _("changed profile {name}: {fields}")
        PROFILE_REMOVED = "profile_removed", _("removed profile {name}")
        ONBOARDING_READ = (
            "onboarding_read",
            _("read a list of {count} companies to set up: {file}"),
        )
        ONBOARDING_ASKED = (
            "onboarding_asked",
            _("asked to link {count} companies of the list {file}"),
        )
        ONBOARDING_REMOVED = "onboarding_removed", _("removed the list {file}")
        JOURNAL_IMPORTED = (
            "journal_imported",
            _("imported journal {reference} from {file}"),
        )
        JOURNAL_FETCHED = "journal_fetched", _("fetched journal {reference} from Nmbrs")
        JOURNAL_NOT_TWICE = (
            "journal_not_twice",
            _("said that journal {reference} is another payroll"),
        )
        JOURNAL_RENUMBERED = (
            "journal_renumbered",
            _("said that journal {before} is {reference}"),
        )
        JOURNAL_DISCARDED = "journal_discarded", _("discarded journal {reference}: {reason}")
        RUN_GONE = "run_gone", _("run {run} of {name} is no longer in Nmbrs")
        RUN_BACK = "run_back", _("run {run} of {name} is in Nmbrs again")
        JOURNAL_SENT = "journal_sent", _("sent journal {reference}: {count} ledger receipts")
        SENDING_HELD = (
            "sending_held",
            _("did not send journal {reference}, as Nmbrs has changed its run"),
        )
        SENDING_REFUSED = (
            "sending_refused",
            _("did not send journal {reference}, as it is no longer what was confirmed"),
        )
        SENDING_STOPPED = "sending_stopped", _("stopped the sending of journal {reference}")
        SENT_BY_ONE = (
            "sent_by_one",
            _("sent journal {reference} alone: no second person is demanded since {date}"),
        )
        SENDING_PROPOSED = (
            "sending_proposed",
            _("proposed to send journal {reference}: {count} ledger receipts"),
        )
        PROPOSAL_RELEASED = (
            "proposal_released",
            _("released journal {reference}, which {proposer} had proposed"),
        )
        PROPOSAL_RETURNED = (
            "proposal_returned",
            _("sent journal {reference} back to {proposer}: {reason}"),
        )
        PROPOSAL_TAKEN_BACK = (
            "proposal_taken_back",
            _("took back the proposal to send journal {reference}"),
        )
        PROPOSAL_VOID = (
            "proposal_void",
            _("the proposal of {proposer} to send journal {reference} became void: {change}"),
        )
        JOURNAL_DOWNLOADED = "journal_downloaded", _("saved journal {reference} as {format}")
        ANSWER_KEPT = (
            "answer_kept",
            _("kept what Nmbrs answered for run {run} of {name}, which cannot be read: {sha256}"),
        )
        ANSWER_SAVED = (
            "answer_saved",
            _("saved what Nmbrs answered for run {run} of {name}: {sha256}"),
        )
        RECEIPTS_DOWNLOADED = (
            "receipts_downloaded",
            _("saved the receipts of {name} for {year} as {format}"),
        )
        FOREIGN_RECEIPTS = (
            "foreign_receipts",
            _("looked for runs of {name} booked another way: {count} found"),
        )
        ITEMS_CREATED = "items_created", _("created items {items} in dimension {dimension}")
        PAYMENT_FILE_ADDED = (
            "payment_file_added",
            _("added payment file {file} to {period} of {name}"),
        )
        PAYMENT_FILE_REMOVED = (
            "payment_file_removed",
            _("removed payment file {file} from {period} of {name}"),
        )
        NET_PAY_TICKED = (
            "net_pay_ticked",
            _("ticked off that the net pay of {period} of {name} is paid"),
        )
        NET_PAY_UNTICKED = (
            "net_pay_unticked",
            _("took back that the net pay of {period} of {name} is paid"),
        )
        RECEIPT_POSTED = "receipt_posted", _("booked receipt {number} for journal {reference}")
        RECEIPT_FOUND = (
            "receipt_found",
            _("found receipt {number} of journal {reference} again after a lost answer"),
        )
        RECEIPT_TAKEN_OVER = (
            "receipt_taken_over",
            _("said that receipt {number} is the one of journal {reference}"),
        )
        RECEIPT_IS_ANOTHER = (
            "receipt_is_another",
            _("said that receipt {number} is another than the one of journal {reference}"),
        )
        RECEIPT_APPROVED = "receipt_approved", _("approved receipt {number}")
        RECEIPT_SEEN_APPROVED = (
            "receipt_seen_approved",
            _("saw that receipt {number} of journal {reference} is approved"),
        )
        FILE_ATTACHED = (
            "file_attached",
            _("attached {file} to receipt {number} of journal {reference}"),
        )
        FILE_REFUSED = (
            "file_refused",
            _("could not attach {file} to receipt {number} of journal {reference}"),
        )
        RECEIPT_REJECTED = (
            "receipt_rejected",
            _("Procountor rejected the receipt of {date} of journal {reference}"),
        )
        RECEIPT_UNCERTAIN = (
            "receipt_uncertain",
            _("no answer for the receipt of {date} of journal {reference}"),
        )
        WITHDRAWAL_ASKED = (
            "withdrawal_asked",
            _("asked to withdraw journal {reference}, {count} ledger receipts: {reason}"),
        )
        RECEIPT_UNFINISHED = (
            "receipt_unfinished",
            _("made receipt {number} of journal {reference} unfinished again"),
        )
        RECEIPT_INVALIDATED = (
            "receipt_invalidated",
            _("invalidated receipt {number} of journal {reference}"),
        )
        RECEIPT_SEEN_INVALIDATED = (
            "receipt_seen_invalidated",
            _("saw that receipt {number} of journal {reference} is invalidated"),
        )
        RECEIPT_REVERSED = (
            "receipt_reversed",
            _("reversed receipt {number} of journal {reference} by receipt {reversal}"),
        )
        WITHDRAWAL_STOPPED = (
            "withdrawal_stopped",
            _("could not withdraw receipt {number} of journal {reference}"),
        )
        JOURNAL_WITHDRAWN = (
            "journal_withdrawn",
            _("withdrew journal {reference}: {reason}"),
        )
        JOURNAL_AGAIN = (
            "journal_again",
            _("let journal {reference} be sent again: {reason}"),
        )
        DIFFERENCE_ASKED = (
            "difference_asked",
            _("asked to book the difference of {reference}, {count} ledger receipts: {reason}"),
        )
        JOURNAL_SETTLED = (
            "journal_settled",
            _("settled journal {reference} by hand, receipt no. {number}: {reason}"),
        )
        JOURNAL_EQUAL = (
            "journal_equal",
            _("settled journal {reference}, as the books hold the same already: {reason}"),
        )
        JOURNAL_MARKED_SENT = (
            "journal_marked_sent",
            _("marked journal {reference} as sent, receipt no. {number}: {reason}"),
        )
        SETTLEMENT_UNDONE = (
            "settlement_undone",
            _("took back that journal {reference} is settled or marked as sent: {reason}"),
        )
        MONTH_SIGNED = "month_signed", _("signed {period} of {name}")
        MONTH_SIGNED_DIFFERENT = (
            "month_signed_different",
            _("signed {period} of {name} with a difference of {difference}: {reason}"),
        )
        MONTH_SIGNED_NET_PAY = (
            "month_signed_net_pay",
            _("signed {period} of {name} without proof of its net pay: {reason}"),
        )
        MONTH_UNSIGNED = (
            "month_unsigned",
            _("took back the signature below {period} of {name}: {reason}"),
        )
        MONTH_ARCHIVED = "month_archived", _("saved the archive of {period} of {name}")
        USER_CREATED = "user_created", _("created user {name}")
        USER_CHANGED = "user_changed", _("changed user {name}: {fields}")
        TOKEN_CREATED = (
            "token_created",
            _("created API token {token} of {name}, until {date}"),
        )
        TOKEN_REVOKED = "token_revoked", _("revoked API token {token} of {name}")
        TOKEN_REFUSED = (
            "token_refused",
            _("refused API token {token} from address {address}: {reason}"),
        )
        WEBHOOK_CREATED = "webhook_created", _("created webhook {name}")
        WEBHOOK_CHANGED = "webhook_changed", _("changed webhook {name}: {fields}")
        WEBHOOK_SECRET_RENEWED = (
            "webhook_secret_renewed",
            _("made a new secret for webhook {name}"),
        )
        WEBHOOK_ENDED = "webhook_ended", _("ended webhook {name}")
        WEBHOOK_GONE = (
            "webhook_gone",
            _("webhook {name} ended, as its receiver answered that it is gone for good"),
        )
        TEMPLATE_CREATED = "template_created", _("created user template {name}")
        TEMPLATE_CHANGED = "template_changed", _("changed user template {name}: {fields}")
        LOGGED_IN = "logged_in", _("logged in")
        LOGGED_OUT = "logged_out", _("logged out")
        LOG_IN_FAILED = (
            "log_in_failed",
            _("a log-in as {name} failed, from address {address}: {reason}"),
        )
        LOG_INS_REFUSED = (
            "log_ins_refused",
            _("refused further log-ins from address {address}: too many failed"),
        )
        PAGE_REFUSED = "page_refused", _("was refused page {page}")
        KEYS_ROTATED = (
            "keys_rotated",
            _("encrypted everything with the newest encryption key: {count} secrets"),
        )
        ENTRY_MASKED = (
            "entry_masked",
            _("masked a text in entry {entry} of the audit log: {reason}"),
        )
        JOURNAL_MASKED = (
            "journal_masked",
            _("masked a text in the run of journal {reference}: {reason}"),
        )
        LOG_SAVED = "log_saved", _("saved the audit log: {count} entries")

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    user_name = models.CharField(max_length=150, blank=True, default="")
    system_user = models.CharField(
        max_length=100, blank=True, default="", help_text="Who ran the command, on that machine."
    )
    action = models.CharField(max_length=30, choices=Action)
    company = models.ForeignKey(
        "tilisilta.Company", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    about_kind = models.CharField(max_length=10, choices=About, blank=True, default="")
    about_id = models.BigIntegerField(null=True, blank=True)
    facts: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    changes: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)

    salt = models.CharField(max_length=32, blank=True, default=new_salt)
    masked: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    masked_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["company", "at"], name="audit_by_company")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user_name} {self.action}"
