"""What the report shows besides the ledger: net pay, settings, people, and the archive itself."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from tilisilta.domain.archives import ArchivedFile
from tilisilta.domain.links import ClosedPeriodPolicy
from tilisilta.domain.net_pay import NetPayFinding, NetPayLine
from tilisilta.models import OUTCOMES, LinkSettings, MonthSignature, Proposal, Sending
from tilisilta.services.archiving import written
from tilisilta.services.archiving.months import ArchivedMonth
from tilisilta.services.archiving.written import Block, Row
from tilisilta.services.sending.by_rule import is_by_rule
from tilisilta.services.sending_rules.words import name_of_asker
from tilisilta.services.verifying.words import NET_PAY_FINDINGS, NET_PAY_STATES

Section = dict[str, Any]
_NOT_FOR_SENDING = {
    Sending.AskedFor.LOOK: gettext_lazy(
        "asked to look again for the receipts of %(journal)s, %(moment)s"
    ),
    Sending.AskedFor.WITHDRAWAL: gettext_lazy("asked to withdraw %(journal)s, %(moment)s"),
}


def net_pay_section(month: ArchivedMonth) -> Section:
    net_pay = month.net_pay
    comparison = net_pay.comparison
    blocks: list[Block] = [written.text(_net_pay_words(month))]
    if comparison.lines:
        blocks.append(_files_table(month) if comparison.messages else _runs_table(month))
    note = _("%(currency)s; sums only, no names") % {"currency": comparison.currency}
    return written.section(_("Net pay"), blocks, note=note)


def _files_table(month: ArchivedMonth) -> Block:
    columns = (
        (_("Journal"), "left", "auto"),
        (_("Payment file"), "left", "one"),
        (_("To be paid"), "left", "auto"),
        (_("Payments"), "right", "auto"),
        (_("Payroll"), "right", "auto"),
        (_("Files"), "right", "auto"),
        (_("Difference"), "right", "auto"),
    )
    comparison = month.net_pay.comparison
    whole = comparison.whole
    rows = [_net_pay_row(one, month) for one in comparison.lines]
    sums = (written.amount(whole.payroll), written.amount(whole.paid))
    payments, difference = written.count(whole.payments), written.difference(whole.difference)
    rows.append(written.total(_("Sum"), "", "", payments, *sums, difference))
    return written.table(columns, rows)


def _runs_table(month: ArchivedMonth) -> Block:
    columns = ((_("Journal"), "left", "one"), (_("Payroll"), "right", "auto"))
    comparison = month.net_pay.comparison
    rows = [written.row(one.journal, written.amount(one.amount)) for one in comparison.runs]
    rows.append(written.total(_("Sum"), written.amount(comparison.whole.payroll)))
    return written.table(columns, rows)


def _net_pay_words(month: ArchivedMonth) -> str:
    comparison, tick = month.net_pay.comparison, month.net_pay.tick
    told = [f"{NET_PAY_STATES[comparison.state]}."]
    told += [str(NET_PAY_FINDINGS[one]) for one in NetPayFinding if one in comparison.findings]
    if month.net_pay.accounts:
        accounts = ", ".join(month.net_pay.accounts)
        words = (
            _("Net pay is on %(accounts)s, which was proposed and not confirmed.")
            if month.net_pay.is_proposed
            else _("Net pay is on %(accounts)s.")
        )
        told.append(words % {"accounts": accounts})
    if tick is not None:
        words = _("%(name)s ticked off %(amount)s as paid, %(moment)s.")
        told.append(
            words
            % {
                "name": tick.ticked_by_name,
                "amount": f"{written.amount(tick.amount)} {tick.currency}",
                "moment": written.moment(tick.ticked_at),
            }
        )
    return " ".join(told)


def _net_pay_row(line: NetPayLine, month: ArchivedMonth) -> Row:
    files = [month.net_pay.file_of(one.message_digest) for one in line.messages]
    days = sorted({day for one in line.messages for day in one.days})
    return written.row(
        ", ".join(run.journal for run in line.runs) or "\N{EN DASH}",
        ", ".join(one.file_name for one in files) or "\N{EN DASH}",
        ", ".join(map(written.day, days)),
        written.count(line.payments) if files else "",
        written.amount(line.payroll),
        written.amount(line.paid) if files else "",
        written.difference(line.difference) if files else "",
    )


def withdrawn_section(month: ArchivedMonth) -> Section | None:
    """Return the receipts that were taken back, and those that take another back, if any."""
    some = [
        one for one in month.exports if one.withdrawn_at is not None or one.reverses is not None
    ]
    if not some:
        return None
    columns = (
        (_("Date"), "left", "auto"),
        (_("Receipt no."), "left", "auto"),
        (_("Journal"), "left", "auto"),
        (_("What became of it"), "left", "one"),
        (_("Debit"), "right", "auto"),
    )
    rows = []
    for one in some:
        if one.reverses is not None:
            words = _("reverses receipt %(number)s") % {"number": one.reverses.shown_number or ""}
        else:
            moment = written.moment(one.withdrawn_at)
            words = _("withdrawn %(moment)s") % {"moment": moment}
        rows.append(
            written.row(
                written.day(one.receipt_date),
                str(one.shown_number or ""),
                one.journal.reference,
                words,
                written.amount(one.debit_total),
            )
        )
    return written.section(_("Withdrawn receipts"), [written.table(columns, rows)])


def settings_section(month: ArchivedMonth) -> Section | None:
    """Return how the receipts were made: one block for each choice of settings."""
    found = {
        one.link_settings.digest: one.link_settings
        for one in month.exports
        if one.link_settings is not None
    }
    if not found:
        return None
    versions = sorted({one.program_version for one in month.exports if one.program_version})
    program = (_("Program"), f"Tilisilta {', '.join(versions)}")
    blocks = [written.pairs([*_settings_pairs(one), program]) for one in found.values()]
    note = _("of the settings when each receipt was made")
    return written.section(_("How the receipts were made"), blocks, note=note)


def _settings_pairs(settings: LinkSettings) -> Iterator[tuple[str, str]]:
    chosen = settings.choices
    for title, name in (
        (_("Cost centers"), "cost_center_dimension"),
        (_("Cost units"), "cost_unit_dimension"),
    ):
        dimension = chosen.get(name)
        words = _("to the dimension %(name)s") % {"name": dimension}
        yield title, words if dimension else _("are not sent")
    yield _("Ledger accounts"), _mapping_words(chosen.get("account_mappings") or ())
    if chosen.get("fallback_account"):
        yield _("Fallback account"), str(chosen["fallback_account"])
    if chosen.get("clearing_account"):
        yield _("Clearing account"), str(chosen["clearing_account"])
    moves = chosen.get("closed_period_policy") == ClosedPeriodPolicy.NEXT_OPEN
    yield _("Closed period"), _("the first open day after it") if moves else _("stops")
    sums = chosen.get("sums_equal_lines")
    yield (
        pgettext("report", "Lines"),
        _("equal lines are summed") if sums else _("one transaction per line of the journal"),
    )


def _mapping_words(mappings: Iterable[Sequence[str]]) -> str:
    told = [f"{journal} → {procountor}" for journal, procountor in mappings]
    same = _("the same number")
    return f"{same}; {', '.join(told)}" if told else same


def people_section(month: ArchivedMonth) -> Section:
    rows = [*map(_signature, month.signatures), *_senders(month.sendings)]
    if not rows:
        return written.section(_("Signatures"), [written.text(_("Nobody has signed this month."))])
    blocks = [written.people(rows)]
    if month.signature is None:
        blocks.insert(0, written.text(_("No signature is in force.")))
    return written.section(_("Signatures"), blocks)


def _signature(signature: MonthSignature) -> tuple[str, str]:
    words = str(dict(OUTCOMES)[signature.outcome])
    if signature.difference:
        words += f" {written.amount(signature.difference)}"
    told = [
        _("signed %(moment)s: %(outcome)s")
        % {"moment": written.moment(signature.signed_at), "outcome": words},
        signature.reason,
        signature.note,
    ]
    if signature.withdrawn_at is not None:
        no_longer = _("no longer in force since %(moment)s")
        told += [
            no_longer % {"moment": written.moment(signature.withdrawn_at)},
            signature.withdraw_reason,
        ]
    return signature.signer or "Tilisilta", "; ".join(filter(None, told))


def _senders(sendings: Sequence[Sending]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(sendings):
        user = one.requested_by
        asker = name_of_asker(one.system_user)
        name = asker if user is None else user.get_full_name() or user.get_username()
        yield name or "Tilisilta", "; ".join(_said_of(one, sendings[place:]))


def _said_of(sending: Sending, from_here: Sequence[Sending]) -> Iterator[str]:
    """Yield what was asked for, and by how many persons, where that is a question.

    ``from_here`` are the sendings from this one on, by the time they were asked for.
    """
    told = {"journal": sending.journal.reference, "moment": written.moment(sending.requested_at)}
    if sending.asked_for != Sending.AskedFor.SENDING:
        yield _NOT_FOR_SENDING[Sending.AskedFor(sending.asked_for)] % told
        return
    proposal = _released_by(sending, from_here)
    if proposal is None:
        yield _("asked for the sending of %(journal)s, %(moment)s") % told
    else:
        told["name"] = name_of_asker(proposal.proposer)
        yield _("released %(journal)s, which %(name)s had proposed, %(moment)s") % told
    if sending.is_refused:
        yield _("it was not sent")
        return
    if is_by_rule(sending):
        yield _("no person looked at it")
    if sending.release_off_at is not None:
        words = _("two persons were not demanded any more since %(moment)s")
        yield words % {"moment": written.moment(sending.release_off_at)}


def _released_by(sending: Sending, from_here: Sequence[Sending]) -> Proposal | None:
    """Return the proposal that was released with ``sending``.

    It goes along with what looks again for the receipts, which has not released it.
    """
    for one in from_here:
        if one.journal_id != sending.journal_id:
            continue
        if one is not sending and one.asked_for != Sending.AskedFor.LOOK:
            return None
        # The other side of a one-to-one field: there may be none.
        proposal: Proposal | None = getattr(one, "proposal", None)
        if proposal is not None:
            return proposal
    return None


def files_section(files: Sequence[ArchivedFile]) -> Section:
    columns = (
        (_("File"), "left", "auto"),
        (_("What it is"), "left", "one"),
        ("SHA-256", "left", "auto"),
    )
    rows = [
        written.row(written.toned(one.name, "mono"), one.what, written.short_digest(one.sha256))
        for one in sorted(files, key=lambda one: one.name)
    ]
    count = len(files)
    note = ngettext(
        "this %(count)s file, the report and its manifest; digests by their first 24 characters",
        "these %(count)s files, the report and its manifest; digests by their first 24 characters",
        count,
    )
    return written.section(
        _("The archive"), [written.table(columns, rows)], note=note % {"count": count}
    )
