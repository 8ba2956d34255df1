"""What links name compared with Procountor, at the command line."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from tilisilta.management.chosen_links import chosen
from tilisilta.management.output import Answer, Status, problem_document, problem_text
from tilisilta.models import CheckedLink
from tilisilta.services.link_drift import LinkCheck, check_links


def check(options: Namespace) -> Answer:
    """Compare the links in force with Procountor; what is not there any more is status 1."""
    checks = list(check_links(chosen(options, needs_choice=False), now=timezone.now()))
    wrong = [one for one in checks if one.problems]
    silent = [one for one in checks if one.is_silent]
    status = Status.REFUSED if wrong else Status.DONE
    return Answer(
        document={
            "is_well": not wrong,
            "checked": len(checks) - len(silent),
            "silent": len(silent),
            "links": [_document(one) for one in wrong],
        },
        text=_text(checks, wrong),
        status=status,
    )


def _document(one: LinkCheck) -> dict[str, Any]:
    return {
        "company": one.link.company.number,
        "administration": one.link.procountor_account.company_name,
        "is_silent": one.is_silent,
        "problems": [problem_document(problem) for problem in one.problems],
    }


def drift_document(one: CheckedLink) -> dict[str, Any]:
    """Return what was last found of a link, as it is stored."""
    return {
        "company": one.link.company.number,
        "administration": one.link.procountor_account.company_name,
        "checked_at": one.checked_at,
        "problems": [problem_document(problem) for problem in one.problems],
    }


def _text(checks: Sequence[LinkCheck], wrong: Sequence[LinkCheck]) -> str:
    lines = []
    for one in wrong:
        lines.append(
            f"{one.link.company} \N{RIGHTWARDS ARROW} {one.link.procountor_account.company_name}"
        )
        lines += [
            f"  {line}" for problem in one.problems for line in problem_text(problem).splitlines()
        ]
    well = len(checks) - len(wrong)
    lines.append(
        ngettext(
            "%(count)s link agrees with Procountor.", "%(count)s links agree with Procountor.", well
        )
        % {"count": well}
    )
    if wrong:
        text = ngettext("%(count)s does not.", "%(count)s do not.", len(wrong))
        lines.append(text % {"count": len(wrong)})
    return "\n".join(lines)
