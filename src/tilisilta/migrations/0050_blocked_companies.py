"""Companies that stay blocked, and the debtors that one may have while nobody has answered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tilisilta", "0049_who_claimed_a_sending"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="perhaps_of",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="company",
            name="stays_blocked",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("debtor_added", "added debtor {name}"),
                    ("debtor_blocked", "blocked debtor {name}"),
                    ("debtor_unblocked", "unblocked debtor {name}"),
                    ("company_added", "added company {name}"),
                    ("company_changed", "changed company {name}"),
                    ("company_marked_test", "marked {name} as a test company"),
                    ("company_unmarked_test", "{name} is no longer a test company"),
                    (
                        "company_stays_blocked",
                        "{name} was of blocked debtor {debtor} and stays blocked",
                    ),
                    ("company_freed", "freed {name}, which had stayed blocked"),
                    ("account_created", "created Procountor account {name}"),
                    (
                        "account_authorised",
                        "authorised account {name} for {administration}, {business_id}",
                    ),
                    ("account_ended", "account {name} was found to be no longer authorised"),
                    ("account_removed", "removed the authorisation of account {name}"),
                    ("nmbrs_connected", "connected Nmbrs {name} as {user_name}"),
                    ("nmbrs_changed", "changed connection to Nmbrs {name}: {fields}"),
                    ("nmbrs_refused", "Nmbrs {name} was found to refuse its token"),
                    (
                        "rest_consented",
                        "connected Nmbrs {name} by REST: {count} debtors, scopes {scopes}",
                    ),
                    (
                        "rest_refused",
                        "the consent to read Nmbrs {name} by REST was not given: {reason}",
                    ),
                    ("rest_changed", "the consent of Nmbrs {name} covers other debtors: {fields}"),
                    ("rest_ended", "the consent of Nmbrs {name} was found to have ended"),
                    ("rest_lost", "the renewal of the consent of Nmbrs {name} got no answer"),
                    ("rest_revoked", "gave back the consent to read Nmbrs {name} by REST"),
                    (
                        "apis_compared",
                        "compared Nmbrs {name} by SOAP and REST: {equal} companies equal, {other} not",
                    ),
                    (
                        "difference_accepted",
                        "accepted that {name} is not equal by SOAP and REST: {reason}",
                    ),
                    ("api_switched", "switched Nmbrs {name} from {before} to {after}"),
                    ("nmbrs_removed", "removed connection to Nmbrs {name}"),
                    ("sync_asked", "asked to fetch everything from Nmbrs"),
                    ("company_fetch_asked", "asked to fetch {name} from Nmbrs"),
                    ("company_gone", "{name} is no longer in Nmbrs"),
                    ("company_back", "{name} is in Nmbrs again"),
                    ("company_adopted", "{name} is company {nmbrs_number} in Nmbrs"),
                    ("company_denied", "{name} is not company {nmbrs_number} in Nmbrs"),
                    ("debtor_gone", "debtor {name} is no longer in Nmbrs"),
                    ("debtor_back", "debtor {name} is in Nmbrs again"),
                    ("debtor_changed", "changed debtor {name}: {fields}"),
                    ("link_created", "linked {name} to {administration}"),
                    ("link_changed", "changed the link of {name}: {fields}"),
                    ("link_ended", "ended the link of {name} from {date} on: {reason}"),
                    (
                        "link_confirmed",
                        "confirmed that {name} goes to {administration}: {difference}",
                    ),
                    ("link_removed", "removed the link of {name}"),
                    (
                        "rule_on",
                        "switched on that journals of {name} are sent by rule: {hours} hours after they are ready and locked, within {percent} percent of the last three months",
                    ),
                    ("rule_off", "switched off that journals of {name} are sent by rule"),
                    ("rules_stopped", "stopped all sending by rule: {reason}"),
                    ("rules_resumed", "let journals be sent by rule again: {reason}"),
                    ("journal_left", "said that journal {reference} is not to be sent by rule"),
                    ("profile_made", "made profile {name}"),
                    ("profile_changed", "changed profile {name}: {fields}"),
                    ("profile_removed", "removed profile {name}"),
                    ("onboarding_read", "read a list of {count} companies to set up: {file}"),
                    ("onboarding_asked", "asked to link {count} companies of the list {file}"),
                    ("onboarding_removed", "removed the list {file}"),
                    ("journal_imported", "imported journal {reference} from {file}"),
                    ("journal_fetched", "fetched journal {reference} from Nmbrs"),
                    ("journal_not_twice", "said that journal {reference} is another payroll"),
                    ("journal_renumbered", "said that journal {before} is {reference}"),
                    ("journal_discarded", "discarded journal {reference}: {reason}"),
                    ("run_gone", "run {run} of {name} is no longer in Nmbrs"),
                    ("run_back", "run {run} of {name} is in Nmbrs again"),
                    ("journal_sent", "sent journal {reference}: {count} ledger receipts"),
                    (
                        "sending_held",
                        "did not send journal {reference}, as Nmbrs has changed its run",
                    ),
                    (
                        "sending_refused",
                        "did not send journal {reference}, as it is no longer what was confirmed",
                    ),
                    ("sending_stopped", "stopped the sending of journal {reference}"),
                    (
                        "sent_by_one",
                        "sent journal {reference} alone: no second person is demanded since {date}",
                    ),
                    (
                        "sending_proposed",
                        "proposed to send journal {reference}: {count} ledger receipts",
                    ),
                    (
                        "proposal_released",
                        "released journal {reference}, which {proposer} had proposed",
                    ),
                    ("proposal_returned", "sent journal {reference} back to {proposer}: {reason}"),
                    ("proposal_taken_back", "took back the proposal to send journal {reference}"),
                    (
                        "proposal_void",
                        "the proposal of {proposer} to send journal {reference} became void: {change}",
                    ),
                    ("journal_downloaded", "saved journal {reference} as {format}"),
                    (
                        "answer_kept",
                        "kept what Nmbrs answered for run {run} of {name}, which cannot be read: {sha256}",
                    ),
                    ("answer_saved", "saved what Nmbrs answered for run {run} of {name}: {sha256}"),
                    ("receipts_downloaded", "saved the receipts of {name} for {year} as {format}"),
                    (
                        "foreign_receipts",
                        "looked for runs of {name} booked another way: {count} found",
                    ),
                    ("items_created", "created items {items} in dimension {dimension}"),
                    ("payment_file_added", "added payment file {file} to {period} of {name}"),
                    ("payment_file_removed", "removed payment file {file} from {period} of {name}"),
                    ("net_pay_ticked", "ticked off that the net pay of {period} of {name} is paid"),
                    (
                        "net_pay_unticked",
                        "took back that the net pay of {period} of {name} is paid",
                    ),
                    ("receipt_posted", "booked receipt {number} for journal {reference}"),
                    (
                        "receipt_found",
                        "found receipt {number} of journal {reference} again after a lost answer",
                    ),
                    (
                        "receipt_taken_over",
                        "said that receipt {number} is the one of journal {reference}",
                    ),
                    (
                        "receipt_is_another",
                        "said that receipt {number} is another than the one of journal {reference}",
                    ),
                    ("receipt_approved", "approved receipt {number}"),
                    (
                        "receipt_seen_approved",
                        "saw that receipt {number} of journal {reference} is approved",
                    ),
                    ("file_attached", "attached {file} to receipt {number} of journal {reference}"),
                    (
                        "file_refused",
                        "could not attach {file} to receipt {number} of journal {reference}",
                    ),
                    (
                        "receipt_rejected",
                        "Procountor rejected the receipt of {date} of journal {reference}",
                    ),
                    (
                        "receipt_uncertain",
                        "no answer for the receipt of {date} of journal {reference}",
                    ),
                    (
                        "withdrawal_asked",
                        "asked to withdraw journal {reference}, {count} ledger receipts: {reason}",
                    ),
                    (
                        "receipt_unfinished",
                        "made receipt {number} of journal {reference} unfinished again",
                    ),
                    ("receipt_invalidated", "invalidated receipt {number} of journal {reference}"),
                    (
                        "receipt_seen_invalidated",
                        "saw that receipt {number} of journal {reference} is invalidated",
                    ),
                    (
                        "receipt_reversed",
                        "reversed receipt {number} of journal {reference} by receipt {reversal}",
                    ),
                    (
                        "withdrawal_stopped",
                        "could not withdraw receipt {number} of journal {reference}",
                    ),
                    ("journal_withdrawn", "withdrew journal {reference}: {reason}"),
                    ("journal_again", "let journal {reference} be sent again: {reason}"),
                    (
                        "difference_asked",
                        "asked to book the difference of {reference}, {count} ledger receipts: {reason}",
                    ),
                    (
                        "journal_settled",
                        "settled journal {reference} by hand, receipt no. {number}: {reason}",
                    ),
                    (
                        "journal_equal",
                        "settled journal {reference}, as the books hold the same already: {reason}",
                    ),
                    (
                        "journal_marked_sent",
                        "marked journal {reference} as sent, receipt no. {number}: {reason}",
                    ),
                    (
                        "settlement_undone",
                        "took back that journal {reference} is settled or marked as sent: {reason}",
                    ),
                    ("month_signed", "signed {period} of {name}"),
                    (
                        "month_signed_different",
                        "signed {period} of {name} with a difference of {difference}: {reason}",
                    ),
                    (
                        "month_signed_net_pay",
                        "signed {period} of {name} without proof of its net pay: {reason}",
                    ),
                    (
                        "month_unsigned",
                        "took back the signature below {period} of {name}: {reason}",
                    ),
                    ("month_archived", "saved the archive of {period} of {name}"),
                    ("user_created", "created user {name}"),
                    ("user_changed", "changed user {name}: {fields}"),
                    ("token_created", "created API token {token} of {name}, until {date}"),
                    ("token_revoked", "revoked API token {token} of {name}"),
                    ("token_refused", "refused API token {token} from address {address}: {reason}"),
                    ("webhook_created", "created webhook {name}"),
                    ("webhook_changed", "changed webhook {name}: {fields}"),
                    ("webhook_secret_renewed", "made a new secret for webhook {name}"),
                    ("webhook_ended", "ended webhook {name}"),
                    (
                        "webhook_gone",
                        "webhook {name} ended, as its receiver answered that it is gone for good",
                    ),
                    ("template_created", "created user template {name}"),
                    ("template_changed", "changed user template {name}: {fields}"),
                    ("logged_in", "logged in"),
                    ("logged_out", "logged out"),
                    (
                        "log_in_failed",
                        "a log-in as {name} failed, from address {address}: {reason}",
                    ),
                    (
                        "log_ins_refused",
                        "refused further log-ins from address {address}: too many failed",
                    ),
                    ("page_refused", "was refused page {page}"),
                    (
                        "keys_rotated",
                        "encrypted everything with the newest encryption key: {count} secrets",
                    ),
                    ("entry_masked", "masked a text in entry {entry} of the audit log: {reason}"),
                    ("journal_masked", "masked a text in the run of journal {reference}: {reason}"),
                    ("log_saved", "saved the audit log: {count} entries"),
                ],
                max_length=30,
            ),
        ),
    ]
