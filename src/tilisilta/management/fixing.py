"""What stops a month by reason, and putting a reason right, at the command line."""

from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tilisilta.domain.problems import Problem
from tilisilta.domain.reasons import AT_ONCE, Reason, Remedy
from tilisilta.management.companies import find_company, find_debtor
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    amount,
    problem_document,
    table,
)
from tilisilta.services.closing.month_at_work import shown_month
from tilisilta.services.explanations import explain
from tilisilta.services.reasons.changing import Became, Order, Result, carry_out
from tilisilta.services.reasons.groups import ByReason, ShownReason, problems_by_reason
from tilisilta.services.reasons.planning import Plan, PlannedChange, plan


def fix(options: Namespace) -> Answer:
    """List the reasons that stop a month; or show, and with ``--yes`` make, what puts one right."""
    today = timezone.localdate()
    month = options.period or shown_month(None, today=today) or today.replace(day=1)
    found = problems_by_reason(
        month,
        today=today,
        debtor=None if options.debtor is None else find_debtor(options.debtor).number,
        company=None if options.company is None else find_company(options.company).pk,
    )
    if options.reason is None and _asked_remedy(options) is None:
        return _listed(month, found)
    plans = [plan(one, month, target=_target(options, one)) for one in _chosen(options, found)]
    if options.yes:
        return _carried_out(month, plans)
    return _planned(month, plans)


def _asked_remedy(options: Namespace) -> Remedy | None:
    asked = {
        Remedy.MAP_ACCOUNT: options.map is not None,
        Remedy.CREATE_ITEMS: options.create_items,
        Remedy.FIRST_OPEN_DAY: options.first_open_day,
    }
    return next((remedy for remedy, is_asked in asked.items() if is_asked), None)


def _chosen(options: Namespace, found: ByReason) -> tuple[ShownReason, ...]:
    """Return the reasons that are to be put right; raise where the words do not go together."""
    remedy = _asked_remedy(options)
    if options.reason is None:
        chosen = tuple(
            one
            for one in found.reasons
            if one.reason.remedy is remedy
            if options.map is None or one.reason.fact == options.map[0]
        )
        if not chosen:
            raise Refused(
                _("Nothing of %(month)s stops for such a reason")
                % {"month": f"{found.month:%Y-%m}"},
                remedy=_("See the reasons with tilisilta fix."),
            )
        return chosen
    shown = found.find(options.reason)
    if shown is None:
        raise Refused(
            _("Nothing of %(month)s stops for reason %(reason)s")
            % {"month": f"{found.month:%Y-%m}", "reason": options.reason},
            remedy=_("See the reasons with tilisilta fix."),
        )
    _must_go_together(options, shown.reason, remedy)
    return (shown,)


def _must_go_together(options: Namespace, reason: Reason, remedy: Remedy | None) -> None:
    if reason.remedy not in AT_ONCE:
        raise Refused(
            _("Reason %(reason)s is not put right for all at once") % {"reason": reason.id},
            cause=_("It needs a log-in, a new link, or a look at each journal."),
            remedy=_("See its companies on the page of the month end, or with tilisilta month."),
        )
    is_other_account = options.map is not None and options.map[0] != reason.fact
    if remedy not in {None, reason.remedy} or is_other_account:
        raise WrongUse(
            _("That does not put reason %(reason)s right") % {"reason": reason.id},
            remedy=_("Leave the option out: the command knows what helps."),
        )


def _target(options: Namespace, shown: ShownReason) -> str:
    if options.map is not None and options.map[0] == shown.reason.fact:
        return str(options.map[1])
    return ""


def _listed(month: date, found: ByReason) -> Answer:
    return Answer(
        document={
            **stopped_document(found),
            "reasons": [reason_document(one) for one in found.reasons],
        },
        text="\n".join(_list_lines(month, found)),
        status=Status.REFUSED if found.reasons else Status.DONE,
    )


def _list_lines(month: date, found: ByReason) -> Iterator[str]:
    count = len(found.company_ids)
    if not found.reasons:
        yield _("Nothing of %(month)s is to fix.") % {"month": f"{month:%Y-%m}"}
        return
    told = ngettext("%(count)s company to fix", "%(count)s companies to fix", count)
    yield f"{month:%Y-%m} · {told % {'count': count}}"
    yield ""
    companies, journals, debit = _("Companies"), _("Journals"), _("Debit")
    yield table(
        (
            pgettext("problem", "Reason"),
            companies,
            journals,
            debit,
            _("In all of them at once"),
            _("What happened"),
        ),
        [
            (
                one.reason.id,
                str(one.company_count),
                str(one.journal_count),
                ", ".join(f"{amount(value)} {currency}" for currency, value in one.sums.items()),
                _hint(one),
                one.words,
            )
            for one in found.reasons
        ],
        right="|".join((companies, journals, debit)),
    )


def _hint(shown: ShownReason) -> str:
    """Return the option that puts a reason right."""
    reason = shown.reason
    if reason.remedy is Remedy.MAP_ACCOUNT:
        return f"--map {reason.fact}={shown.proposed or _('ACCOUNT')}"
    hints = {Remedy.CREATE_ITEMS: "--create-items", Remedy.FIRST_OPEN_DAY: "--first-open-day"}
    return hints.get(reason.remedy, "")


def _planned(month: date, plans: Sequence[Plan]) -> Answer:
    """Show what would be done. It fits if nothing is left and, for accounts, one is found."""
    is_whole = all(one.changes and not one.left and not _lacks_target(one) for one in plans)
    return Answer(
        document={
            "month": f"{month:%Y-%m}",
            "is_dry_run": True,
            "plans": [fix_plan_document(one) for one in plans],
        },
        text="\n\n".join([*map(_plan_text, plans), _("Nothing was changed. To do it, add --yes.")]),
        status=Status.DONE if is_whole else Status.REFUSED,
    )


def _lacks_target(planned: Plan) -> bool:
    return planned.remedy is Remedy.MAP_ACCOUNT and not planned.target


def _carried_out(month: date, plans: Sequence[Plan]) -> Answer:
    lacking = next((one for one in plans if _lacks_target(one)), None)
    if lacking is not None:
        account = lacking.shown.reason.fact
        raise WrongUse(
            _("There is no account that all of them have instead of %(account)s")
            % {"account": account},
            remedy=_("Say which one, as in --map %(account)s=5030.") % {"account": account},
        )
    done = [
        (
            one,
            carry_out(
                Order(reason=one.shown.reason, target=one.target),
                one.rows,
                user=None,
                now=timezone.now(),
            ),
        )
        for one in plans
    ]
    results = [result for _plan, some in done for result in some]
    return Answer(
        document={
            "month": f"{month:%Y-%m}",
            "is_dry_run": False,
            "counts": counts_of(results),
            "reasons": [
                {
                    **reason_document(one.shown),
                    "target": one.target or None,
                    "results": [fix_result_document(result) for result in some],
                }
                for one, some in done
            ],
        },
        text="\n\n".join(_result_text(one, some) for one, some in done),
        status=_status_of(results),
    )


def _status_of(results: Sequence[Result]) -> Status:
    if any(one.became is Became.UNCERTAIN for one in results):
        return Status.UNCERTAIN
    return Status.DONE if all(one.is_done for one in results) else Status.REFUSED


def counts_of(results: Iterable[Result]) -> dict[str, int]:
    became = [one.became for one in results]
    return {one.value: became.count(one) for one in Became}


def stopped_document(found: ByReason) -> dict[str, Any]:
    """Return how much stops in a month, each journal counted once."""
    return {
        "month": f"{found.month:%Y-%m}",
        "company_count": len(found.company_ids),
        "journal_count": found.journal_count,
        "debit": found.sums,
    }


def reason_document(shown: ShownReason) -> dict[str, Any]:
    return {
        "reason": shown.reason.id,
        "code": shown.reason.code,
        "message": shown.words,
        "remedy": shown.reason.remedy.value,
        "proposed": shown.proposed or None,
        "companies": shown.company_count,
        "journals": shown.journal_count,
        "debit": shown.sums,
    }


def fix_plan_document(planned: Plan) -> dict[str, Any]:
    """Return what would be done; ``seen`` of a change is what its link has now."""
    return {
        **reason_document(planned.shown),
        "target": planned.target or None,
        "offers": [
            {"account": one.code, "name": one.name, "in_use": one.count} for one in planned.offers
        ],
        "changes": [_change_document(one) for one in planned.changes],
        "left": [{**_change_document(one), "problem": _told(one.obstacle)} for one in planned.left],
    }


def _change_document(change: PlannedChange) -> dict[str, Any]:
    account = change.link.procountor_account if change.link is not None else None
    return {
        "company": change.company.number,
        "name": change.company.name,
        "administration": account.company_name if account is not None else None,
        "journals": [reference for _pk, reference in change.journals],
        "before": change.before,
        "after": change.after,
        "seen": change.seen,
        "item": change.item or None,
    }


def fix_result_document(result: Result) -> dict[str, Any]:
    return {
        "company": result.change.company.number,
        "name": result.change.company.name,
        "became": result.became.value,
        "problem": _told(result.problem),
        "ready": result.ready_count,
        "stopped": result.stopped_count,
        "still": _told(result.left),
    }


def _told(problem: Problem | None) -> dict[str, Any] | None:
    return None if problem is None else problem_document(problem)


def _plan_text(planned: Plan) -> str:
    lines = [f"{planned.shown.reason.id} · {planned.shown.words}", ""]
    if planned.remedy is Remedy.MAP_ACCOUNT:
        offers = ", ".join(f"{one.code} {one.name} ({one.count})" for one in planned.offers)
        lines += [_("In use there: %(accounts)s") % {"accounts": offers}] if offers else []
        if _lacks_target(planned):
            return "\n".join([*lines, _("Say which account, with --map.")])
    lines.append(
        table(
            (_("Company"), _("Administration"), _("Journals"), _("Now"), _("Will be")),
            [
                (
                    str(one.company),
                    one.link.procountor_account.company_name if one.link else "",
                    ", ".join(reference for _pk, reference in one.journals),
                    one.before,
                    _after(one),
                )
                for one in planned.rows
            ],
        )
    )
    return "\n".join(lines)


def _after(change: PlannedChange) -> str:
    if change.obstacle is not None:
        told = explain(change.obstacle)
        return _("left: %(why)s") % {"why": f"{told.code} {told.message}"}
    return f"{change.after} {change.item}".rstrip()


def _result_text(planned: Plan, results: Sequence[Result]) -> str:
    done = sum(one.is_done for one in results)
    text = _("%(done)s of %(count)s done") % {"done": done, "count": len(results)}
    rows = [(str(one.change.company), _became_text(one), _journals_text(one)) for one in results]
    head = f"{planned.shown.reason.id} · {planned.shown.words} · {text}"
    return "\n".join([head, "", table((_("Company"), _("Outcome"), _("Its journals")), rows)])


def _became_text(result: Result) -> str:
    words = {
        Became.DONE: _("done"),
        Became.ALREADY: _("it was so already"),
        Became.FAILED: _("not done"),
        Became.UNCERTAIN: _("not known yet"),
    }
    return ": ".join(filter(None, (words[result.became], _short(result.problem))))


def _journals_text(result: Result) -> str:
    if result.left is not None:
        return _("stopped still: %(problem)s") % {"problem": _short(result.left)}
    return _("ready") if result.ready_count else ""


def _short(problem: Problem | None) -> str:
    if problem is None:
        return ""
    told = explain(problem)
    return f"{told.code} {told.message}"
