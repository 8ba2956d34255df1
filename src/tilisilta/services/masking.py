"""Masking a person's name or identity code in all that is stored of a payroll run, with a reason.

The text itself is replaced, so that no page, export or search can show it. Sums, tokens and all
digests stay as they are: by them a payroll is recognised again, whatever its texts say.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.clients.procountor.wire import decode_receipt, encode_receipt
from tilisilta.domain.masking import FEWEST_CHARACTERS, TextMask
from tilisilta.domain.personal_codes import find_personal_codes
from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import BOOKED_EXPORTS, EXPORTS_UNDER_WAY, ExportState
from tilisilta.models import (
    Attempt,
    AuditEntry,
    Company,
    Difference,
    Export,
    Journal,
    JournalLine,
    KeyedRequest,
    MonthSignature,
    PaymentFile,
    Proposal,
    ReconciledMonth,
    Run,
    Sending,
    Settlement,
    User,
    Withdrawal,
)
from tilisilta.services import audit
from tilisilta.services.audit_masking import mask_in_entry, places_hidden
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.keeping import lock_company
from tilisilta.services.journals.unreadable_answers import mask_unreadable
from tilisilta.services.verifying.documents import digest_of

MOST_TEXT_CHARACTERS = 200
MOST_REASON_CHARACTERS = 200
ROWS_AT_ONCE = 500
_SHOWN_IN_DOCUMENTS = frozenset({"name", "description", "was", "now", "accountantsNotes"})
_MOVING = EXPORTS_UNDER_WAY | {ExportState.WITHDRAWING}


@dataclass(frozen=True, kw_only=True)
class Masked:
    """How many places had the text: lines, ledger receipts, other texts, entries of the log."""

    lines: int = 0
    receipts: int = 0
    texts: int = 0
    entries: int = 0

    @property
    def count(self) -> int:
        return self.lines + self.receipts + self.texts + self.entries


def mask_in_run(
    journal: Journal, *, text: str, reason: str, user: User | None, now: datetime
) -> Masked:
    """Mask ``text`` in all journals of the run of ``journal``, and in what was made of them.

    That is their lines, names and files, the receipts as sent, what comparisons found, and, of the
    whole company, the answers of Nmbrs that cannot be read and the entries of the audit log. It
    cannot be brought back. Journals that are not sent yet are checked again, and go without the
    text. Raises Django's ``ValidationError``.
    """
    mask = _checked_mask(text)
    reason = _checked_reason(reason, mask)
    with transaction.atomic():
        lock_company(journal.company)
        journals = _locked_run(journal)
        _must_rest(journals)
        _must_leave_tokens(journals, mask)
        entries = _mask_entries(journal.company, mask, reason=reason, user=user)
        done = replace(_mask(journals, mask), entries=entries)
        if done.count:
            Journal.objects.filter(pk__in=[one.pk for one in journals]).update(masked_at=now)
            _record(journal, done, reason=reason, user=user)
    for one in journals if done.count else ():
        # What is not sent yet is drawn anew, from the masked lines.
        check_journal(one, now=now, age_limit=timedelta.max)
    return done


def masked_words(done: Masked) -> str:
    """Return in how many places a text was masked, as a sentence."""
    text = ngettext(
        "Masked in %(count)s place: %(lines)s lines, %(receipts)s ledger receipts, "
        "%(texts)s other texts, %(entries)s entries of the audit log.",
        "Masked in %(count)s places: %(lines)s lines, %(receipts)s ledger receipts, "
        "%(texts)s other texts, %(entries)s entries of the audit log.",
        done.count,
    )
    return text % {
        "count": done.count,
        "lines": done.lines,
        "receipts": done.receipts,
        "texts": done.texts,
        "entries": done.entries,
    }


def _checked_mask(text: str) -> TextMask:
    mask = TextMask(" ".join(text.split()))
    if not mask.is_long_enough:
        raise ValidationError(
            {
                "text": _("Give at least %(count)s letters or digits of the text.")
                % {"count": FEWEST_CHARACTERS}
            }
        )
    return mask


def _checked_reason(reason: str, mask: TextMask) -> str:
    reason = " ".join(reason.split())[:MOST_REASON_CHARACTERS]
    if not reason:
        raise ValidationError({"reason": _("Say why.")})
    if mask.hides(reason):
        raise ValidationError({"reason": _("The reason has the text that is to be masked.")})
    if find_personal_codes(reason):
        raise ValidationError({"reason": _("Leave the personal identity code out.")})
    return reason


def _locked_run(journal: Journal) -> Sequence[Journal]:
    of_run = Journal.objects.select_for_update(of=("self",)).filter(
        company=journal.company, run_year=journal.run_year, run_number=journal.run_number
    )
    return list(of_run.select_related("company__debtor").order_by("pk"))


def _must_rest(journals: Sequence[Journal]) -> None:
    """Refuse while receipts are sent or withdrawn: their answers are compared with what was sent.

    Afterwards the masked text counts as equal to what Procountor has.
    """
    moving = Export.with_trail.filter(journal__in=journals, state__in=_MOVING)
    sendings = Sending.objects.filter(journal__in=journals, finished_at__isnull=True)
    if moving.exists() or sendings.exists():
        raise ValidationError(
            _(
                "A receipt of this run is being sent or withdrawn, or is uncertain. "
                "Mask it afterwards."
            )
        )


def _must_leave_tokens(journals: Sequence[Journal], mask: TextMask) -> None:
    tokens = Export.with_trail.filter(journal__in=journals).values_list("token", flat=True)
    if any(mask.hides(f"#{token}") for token in tokens):
        raise ValidationError({"text": _("This is part of a token, by which a receipt is found.")})


def _mask(journals: Sequence[Journal], mask: TextMask) -> Masked:
    company = journals[0].company_id
    months = {one.period for one in journals}
    of_month = {"company": company, "month__in": months}
    exports = Export.with_trail.filter(journal__in=journals)
    runs = Run.objects.filter(journals__in=journals).distinct()
    differences = Difference.objects.filter(journal__in=journals)
    settlements = Settlement.objects.filter(journal__in=journals)
    texts = (
        _mask_columns(
            Journal.objects.filter(pk__in=[one.pk for one in journals]),
            mask,
            ("run_description", "file_name", "discard_reason", "problems", "reader_notes"),
        )
        + _mask_columns(runs, mask, ("description", "trouble"))
        + _mask_columns(exports, mask, ("problems",))
        + _mask_columns(Attempt.objects.filter(export__in=exports), mask, ("detail",))
        + _mask_columns(Withdrawal.objects.filter(journal__in=journals), mask, ("reason",))
        + _mask_columns(settlements, mask, ("reason", "undo_reason", "receipt_number"))
        + _mask_columns(differences, mask, ("reason",))
        + _mask_columns(
            Proposal.objects.filter(journal__in=journals), mask, ("reason", "end_reason")
        )
        + _mask_bases(differences, mask)
        + _mask_columns(PaymentFile.objects.filter(**of_month), mask, ("file_name",))
        + _mask_columns(
            MonthSignature.objects.filter(**of_month), mask, ("note", "reason", "withdraw_reason")
        )
        + mask_unreadable(journals[0].company, mask)
        + _mask_answers_of_api(mask)
        + _mask_comparisons(ReconciledMonth.objects.filter(company=company), mask)
    )
    return Masked(
        lines=_mask_lines(JournalLine.objects.filter(journal__in=journals), mask),
        receipts=_mask_receipts(exports, mask),
        texts=texts,
    )


def _mask_lines(lines: QuerySet[JournalLine], mask: TextMask) -> int:
    masked = [
        JournalLine(pk=pk, description=mask.applied(text))
        for pk, text in lines.order_by().values_list("pk", "description").iterator(ROWS_AT_ONCE)
        if mask.hides(text)
    ]
    JournalLine.objects.bulk_update(masked, ["description"], batch_size=ROWS_AT_ONCE)
    return len(masked)


def _mask_receipts(exports: QuerySet[Export], mask: TextMask) -> int:
    count = 0
    for export in exports.iterator(100):
        body = decode_receipt(export.payload.encode())
        masked = mask.applied_to_receipt(body)
        if masked == body:
            continue
        payload = encode_receipt(masked)
        export.name, export.payload = masked.name, payload.decode()
        if export.state not in BOOKED_EXPORTS and export.withdrawn_at is None:
            # Of what was sent the digest stays that of the bytes that were sent.
            export.payload_sha256 = hashlib.sha256(payload).hexdigest()
        export.save(update_fields=["name", "payload", "payload_sha256"])
        count += 1
    return count


def _mask_bases(differences: QuerySet[Difference], mask: TextMask) -> int:
    """Mask the booked receipts that differences build on; what they book stays."""
    count = 0
    for difference in differences.iterator(100):
        basis = [
            {**one, "payload": _masked_payload(one["payload"], mask)} for one in difference.basis
        ]
        if basis != difference.basis:
            Difference.objects.filter(pk=difference.pk).update(basis=basis)
            count += 1
    return count


def _masked_payload(payload: str, mask: TextMask) -> str:
    body = decode_receipt(payload.encode())
    masked = mask.applied_to_receipt(body)
    return payload if masked == body else encode_receipt(masked).decode()


def _mask_columns(rows: QuerySet[Any], mask: TextMask, names: Sequence[str]) -> int:
    count = 0
    for row in rows.iterator(1000):
        before = {name: getattr(row, name) for name in names}
        after = {name: _masked_value(value, mask) for name, value in before.items()}
        changed = {name: value for name, value in after.items() if value != before[name]}
        if changed:
            _manager(row).filter(pk=row.pk).update(**changed)
            count += len(changed)
    return count


def _manager(row: models.Model) -> "models.Manager[Any]":
    return row.__class__._base_manager  # Django's own name for all rows


def _masked_value(value: Any, mask: TextMask) -> Any:
    if isinstance(value, str):
        return mask.applied(value)
    return tuple(_masked_problem(problem, mask) for problem in value)


def _masked_problem(problem: Problem, mask: TextMask) -> Problem:
    return replace(problem, facts=tuple((name, mask.applied(said)) for name, said in problem.facts))


def _mask_comparisons(months: QuerySet[ReconciledMonth], mask: TextMask) -> int:
    """Mask what comparisons with the ledger found; a signature goes on to be of the same."""
    count = 0
    for month in months.iterator(100):
        document = _masked_document(month.document, mask)
        receipts = _masked_document(month.receipts, mask)
        if (document, receipts) == (month.document, month.receipts):
            continue
        digest, before = digest_of(document), digest_of(month.document)
        signed = MonthSignature.objects.filter(company_id=month.company_id, month=month.month)
        signed.filter(digest=before).update(digest=digest)
        month.document, month.receipts = document, receipts
        month.digest = digest if month.digest else ""
        month.save(update_fields=["document", "receipts", "digest"])
        count += 1
    return count


def _mask_answers_of_api(mask: TextMask) -> int:
    """Mask answers of our API that are kept for a day; their keys stay used."""
    count = 0
    answered = KeyedRequest.objects.exclude(answer="").values_list("pk", "answer")
    for pk, answer in answered.iterator(ROWS_AT_ONCE):
        # Read as JSON, as letters may be escaped in it.
        said = json.loads(answer)
        masked = mask.applied_to_all(said)
        if masked != said:
            KeyedRequest.objects.filter(pk=pk).update(answer=json.dumps(masked))
            count += 1
    return count


def _masked_document(value: Any, mask: TextMask, name: str = "") -> Any:
    """Return ``value`` with the mask applied to what people typed; codes and sums stay."""
    if isinstance(value, dict):
        return {key: _masked_document(one, mask, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_masked_document(one, mask, name) for one in value]
    is_text = isinstance(value, str) and name in _SHOWN_IN_DOCUMENTS
    return mask.applied(value) if is_text else value


def _mask_entries(company: Company, mask: TextMask, *, reason: str, user: User | None) -> int:
    entries = AuditEntry.objects.filter(company=company).only("action", "facts", "changes")
    rows = entries.order_by("pk").iterator(1000)
    hiding = [entry.pk for entry in rows if places_hidden(entry, mask)]
    for pk in hiding:
        mask_in_entry(pk, mask, reason=reason, user=user)
    return len(hiding)


def _record(journal: Journal, done: Masked, *, reason: str, user: User | None) -> None:
    audit.record(
        audit.Action.JOURNAL_MASKED,
        user=user,
        company=journal.company,
        about=journal,
        reference=journal.reference,
        reason=reason,
        lines=str(done.lines),
        receipts=str(done.receipts),
        texts=str(done.texts),
        entries=str(done.entries),
    )
