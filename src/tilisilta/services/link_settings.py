"""What a person has chosen for a link, as the audit log names it."""

from collections.abc import Mapping

from tilisilta.models import Link

CHOICES = (
    "start_month",
    "uses_cost_centers",
    "cost_center_dimension",
    "uses_cost_units",
    "cost_unit_dimension",
    "creates_missing_items",
    "sums_equal_lines",
    "closed_period_policy",
    "clearing_account",
    "fallback_account",
    "dimension_accounts",
    "receipt_title",
    "receipt_language",
    "approves_receipts",
    "needs_release",
    "attaches",
    "variance_percent",
    "variance_amount",
    "sends_by_rule",
    "rule_hours",
    "rule_percent",
)


def settings_of(link: Link) -> Mapping[str, object]:
    """Return the choices of a link with its account and its account mappings."""
    mappings = link.account_mappings.values_list("journal_account", "procountor_account_code")
    return {
        "procountor_account": link.procountor_account.name,
        "profile": link.profile,
        **{name: getattr(link, name) for name in CHOICES},
        "account_mappings": dict(mappings),
    }
