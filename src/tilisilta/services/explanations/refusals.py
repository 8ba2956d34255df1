"""Words for each reason that Procountor is known to refuse something with."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.refusals import Refusal
from tilisilta.services.explanations.wording import Wording, for_cases

CAUSES_AND_REMEDIES: Mapping[Refusal, tuple[Promise, Promise]] = {
    Refusal.PERIOD_CLOSED: (
        _("The date lies in a fiscal year or tracking period that is closed in Procountor."),
        _(
            "Open the period in Procountor, or let the link book on the first open day after it; "
            "then check the journal again and send it."
        ),
    ),
    Refusal.ACCOUNT_OR_VAT: (
        _(
            "The ledger account is not in the chart of accounts, or Procountor does not allow a "
            "row without VAT on it."
        ),
        _(
            "Add the ledger account in Procountor, take the VAT default from it, or map it to "
            "another ledger account in the link; then check the journal again and send it."
        ),
    ),
    Refusal.DIMENSION: (
        _("The dimension or its item is no longer there, or it is passive."),
        _(
            "Create or activate the item in Procountor, or change the dimensions of the link; "
            "then check the journal again and send it."
        ),
    ),
    Refusal.VAT_STATUS: (
        _("The VAT status of the row and its VAT percentage do not go together in this company."),
        _(
            "Check in Procountor that the VAT status without VAT handling is in use for the "
            "company; then check the journal again and send it."
        ),
    ),
    Refusal.DUE_DATE: (
        _("Procountor compared a due date with a date before it. A payroll receipt has none."),
        _(
            "Check the journal again and send it. If it is rejected again, give the code to "
            "whoever runs Tilisilta."
        ),
    ),
    Refusal.BUSINESS_ID: (
        _("The business ID of the company in Procountor is not valid."),
        _("Correct the business ID in the basic data of the company in Procountor; then send."),
    ),
    Refusal.E_INVOICE: (
        _("The e-invoice address of the company in Procountor is not valid or not allowed."),
        _("Correct the e-invoice address of the company in Procountor; then send."),
    ),
    Refusal.OVERLOAD: (
        _(
            "Procountor was overloaded. Nothing is wrong with what was sent, and nothing was "
            "changed."
        ),
        _("Send it again in a few minutes."),
    ),
    Refusal.RIGHTS: (
        _("The person or API key behind the account lacks a right in Procountor."),
        _(
            "Give the right to new journal receipts and to company basic info in Procountor, or "
            "authorise the account as another person; then send again."
        ),
    ),
    Refusal.UNAUTHORISED: (
        _("Procountor does not accept the authorisation of the account any more."),
        _("Authorise the account again and choose the same company; then send again."),
    ),
    Refusal.VALUE_INVALID: (
        _("Procountor cannot read the value of a field."),
        _(
            "Put the value right where the journal comes from, and fetch or import it again; "
            "then send."
        ),
    ),
    Refusal.VALUE_MISSING: (
        _("Procountor needs a value that is empty in what was sent."),
        _("Fill it in where the journal comes from, and fetch or import it again; then send."),
    ),
}
"""The cause of each, and its remedy where it stopped a receipt on its way."""

OTHER_REMEDIES: Mapping[Refusal, Promise] = {
    Refusal.PERIOD_CLOSED: _("Open the period in Procountor, and try again."),
    Refusal.ACCOUNT_OR_VAT: _(
        "Add the ledger account in Procountor, or take the VAT default from it, and try again."
    ),
    Refusal.DIMENSION: _("Create or activate the item in Procountor, and try again."),
    Refusal.VAT_STATUS: _(
        "Check in Procountor that the VAT status without VAT handling is in use for the "
        "company, and try again."
    ),
    Refusal.DUE_DATE: _(
        "Try again. If it is refused again, give the code to whoever runs Tilisilta."
    ),
    Refusal.BUSINESS_ID: _(
        "Correct the business ID in the basic data of the company in Procountor, and try again."
    ),
    Refusal.E_INVOICE: _(
        "Correct the e-invoice address of the company in Procountor, and try again."
    ),
    Refusal.OVERLOAD: _("Try again in a few minutes."),
    Refusal.RIGHTS: _("Give the right in Procountor, or authorise the account as another person."),
    Refusal.UNAUTHORISED: _(
        "Authorise the account again and choose the same company, and try again."
    ),
    Refusal.VALUE_INVALID: _("Put the value right where it comes from, and try again."),
    Refusal.VALUE_MISSING: _("Fill it in where it is missing, and try again."),
}
"""The remedies where something other than a receipt was refused."""


def refusals(*messages: Promise, details: tuple[Promise, ...] = ()) -> Iterator[Wording]:
    """Yield a wording for each known reason and each of ``messages``, the most special first."""
    for reason, (cause, remedy) in CAUSES_AND_REMEDIES.items():
        yield from _for_reason(reason, *messages, cause=cause, remedy=remedy, details=details)


def other_refusals(*messages: Promise) -> Iterator[Wording]:
    """Yield the same for what is asked of Procountor other than to book a receipt."""
    for reason, (cause, _remedy) in CAUSES_AND_REMEDIES.items():
        yield from _for_reason(reason, *messages, cause=cause, remedy=OTHER_REMEDIES[reason])


def _for_reason(
    reason: Refusal,
    *messages: Promise,
    cause: Promise,
    remedy: Promise,
    details: tuple[Promise, ...] = (),
) -> tuple[Wording, ...]:
    cases = [({"reason": reason.value}, message) for message in messages]
    return for_cases(*cases, cause=cause, remedy=remedy, details=details)
