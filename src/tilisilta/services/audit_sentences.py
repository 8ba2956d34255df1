"""The sentence that the audit log has for an entry, in the reader's language."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.sending_rules import BY_RULE
from tilisilta.languages import language_of
from tilisilta.models import Area, AuditEntry, Proposal, shown_template_name
from tilisilta.services.log_ins import Reason
from tilisilta.services.sending_rules.words import name_of_asker

FIELD_WORDS: Mapping[str, Promise | str] = MappingProxyType(
    {
        **{area.value: area.label for area in Area},
        "account_mappings": _("account mappings"),
        "administration": _("administration"),
        "approves_receipts": _("approval of receipts"),
        "attaches": _("file attached to receipts"),
        "business_id": _("business ID"),
        "clearing_account": _("clearing account"),
        "closed_period_policy": _("closed periods"),
        "cost_center_dimension": _("dimension of cost centers"),
        "cost_unit_dimension": _("dimension of cost units"),
        "creates_missing_items": _("creating of missing items"),
        "is_verify_only": _("verify only"),
        "debtor": _("debtor"),
        "debtors": _("debtors"),
        "demands_second_step": _("second step demanded"),
        "dimension_accounts": _("ledger accounts with dimensions"),
        "ends_on": _("end of the link"),
        "fallback_account": _("fallback account"),
        "first_name": _("first name"),
        "first_year": _("first year"),
        "format": _("form"),
        "in_use": _("in use"),
        "is_active": _("may log in"),
        "is_blocked": _("blocked"),
        "stays_blocked": _("still blocked"),
        "is_default": _("default for new links"),
        "is_test": _("test company"),
        "kinds": _("kinds of notices"),
        "language": _("language"),
        "last_name": _("last name"),
        "confirmed_mail_address": _("confirmed mail address"),
        "mail_address": _("mail address"),
        "method": _("way of authorising"),
        "name": _("name"),
        "net_pay_accounts": _("ledger accounts of net pay"),
        "notices": _("notices by mail"),
        "needs_release": _("release by another person"),
        "password": _("password"),
        "procountor_account": _("Procountor account"),
        "receiver": _("address of the receiver"),
        "receipt_language": _("language of the books"),
        "receipt_title": _("title of the receipts"),
        "recovery_codes": _("recovery codes"),
        "responsible": _("person responsible"),
        "rule_hours": _("hours before sending by rule"),
        "rule_percent": _("percentage for sending by rule"),
        "sees_all_debtors": _("all debtors"),
        "second_step": _("second step of the log-in"),
        "sends_by_rule": _("sending by rule"),
        "sender_cannot_sign": _("who sent cannot sign"),
        "site": _("host of Nmbrs"),
        "stand_in": _("stand-in"),
        "start_date": _("start date"),
        "start_month": _("first month"),
        "sums_equal_lines": _("summing of equal lines"),
        "template": _("user template"),
        "token": _("token"),
        "user_name": _("user name"),
        "profile": _("profile"),
        "variance_amount": _("least amount of a variance"),
        "variance_percent": _("percent of a variance"),
        "uses_cost_centers": _("cost centers"),
        "uses_cost_units": _("cost units"),
    }
)


REASON_WORDS: Mapping[str, Promise] = MappingProxyType(
    {
        Reason.PASSWORD: _("user name and password do not match"),
        Reason.CODE: _("wrong code of the second step"),
        Reason.CLOSED: _("this user may not log in"),
    }
)


TOKEN_REASON_WORDS: Mapping[str, Promise] = MappingProxyType(
    {
        "unknown": _("there is no such token"),
        "expired": _("it has expired"),
        "revoked": _("it was revoked"),
        "closed": _("this user may not log in"),
        "due": _("this user has to do something else first"),
    }
)


_ABOUT_TEMPLATES = frozenset(
    (AuditEntry.Action.TEMPLATE_CREATED, AuditEntry.Action.TEMPLATE_CHANGED)
)


def sentence_of(entry: AuditEntry) -> str:
    """Return what was done in the reader's language, with the facts of the entry."""
    facts = {**entry.facts}
    if "fields" in facts:
        names = str(facts["fields"]).split(", ")
        facts["fields"] = ", ".join(str(FIELD_WORDS.get(name, name)) for name in names)
    if entry.action == AuditEntry.Action.LOG_IN_FAILED:
        facts["reason"] = str(REASON_WORDS.get(facts.get("reason", ""), ""))
    if entry.action == AuditEntry.Action.TOKEN_REFUSED:
        facts["reason"] = str(TOKEN_REASON_WORDS.get(facts.get("reason", ""), ""))
    if entry.action == AuditEntry.Action.PROPOSAL_VOID:
        words = dict(Proposal.Change.choices)
        facts["change"] = str(words.get(facts.get("change", ""), "")).rstrip(".")
    if "proposer" in facts:
        facts["proposer"] = name_of_asker(str(facts["proposer"]))
    if entry.action in _ABOUT_TEMPLATES:
        facts["name"] = shown_template_name(str(facts.get("name", "")))
    if "date" in facts:
        facts["date"] = _day_in_words(str(facts["date"]))
    sentence = _sentence(entry, facts).format_map(_Facts(facts))
    if facts.get("api_token"):
        return gettext("%(done)s, by API token %(token)s") % {
            "done": sentence,
            "token": facts["api_token"],
        }
    if facts.get("rule"):
        return gettext("%(done)s, with no person looking, by the rule of %(rule)s") % {
            "done": sentence,
            "rule": facts["rule"],
        }
    return sentence


def _sentence(entry: AuditEntry, facts: Mapping[str, object]) -> str:
    action, count = entry.action, str(facts.get("count", ""))
    if action == AuditEntry.Action.SENT_BY_ONE and entry.system_user.startswith(BY_RULE):
        return gettext(
            "sent journal {reference} by rule, with no person looking: two persons are not "
            "demanded any more since {date}"
        )
    if action == AuditEntry.Action.RULE_ON and facts.get("proposes"):
        return gettext(
            "switched on that journals of {name} are proposed by rule, for a person to release: "
            "{hours} hours after they are ready and locked, within {percent} percent of the last "
            "three months"
        )
    if action == AuditEntry.Action.JOURNAL_SENT and count.isdecimal():
        return ngettext(
            "sent journal {reference}: {count} ledger receipt",
            "sent journal {reference}: {count} ledger receipts",
            int(count),
        )
    if action == AuditEntry.Action.SENDING_PROPOSED and count.isdecimal():
        return ngettext(
            "proposed to send journal {reference}: {count} ledger receipt",
            "proposed to send journal {reference}: {count} ledger receipts",
            int(count),
        )
    return str(AuditEntry.Action(action).label)


def _day_in_words(written: str) -> str:
    """Return the day in the reader's language; text that is no date stays as it is."""
    try:
        return formats.date_format(date.fromisoformat(written), language_of(get_language()).day)
    except ValueError:
        return written


class _Facts(dict[str, str]):
    """The facts of an entry. A fact that an older version did not record shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "\N{EN DASH}"
