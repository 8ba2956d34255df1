"""Words for what a person has to decide first: whose books, which run, from when."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording, for_cases

CHOICE_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.NAMES_DIFFER: (
        Wording(
            message=_("%(company)s and %(administration)s are not the same by name or business ID"),
            cause=_("Payroll would land in the books of the administration. Nothing was linked."),
            remedy=_(
                "Choose the account of the right administration. If this is the right one, confirm "
                "it: tick the box that names both, or give --different-names."
            ),
        ),
    ),
    ProblemCode.ADMINISTRATION_SHARED: (
        Wording(
            message=_("Payroll of %(other)s goes to %(administration)s, or went there before"),
            cause=_(
                "With %(company)s as well, the payroll of two companies would be in the same "
                "books. Nothing was linked."
            ),
            remedy=_(
                "Choose another administration. If both belong there, confirm it: tick the box "
                "that names them, or give --shared-administration."
            ),
        ),
        Wording(
            message=_(
                "Payroll of another company goes to this administration, or went there before"
            ),
            cause=_("The payroll of two companies would be in the same books. Nothing was linked."),
            remedy=_(
                "Choose another administration. If both belong there, confirm it: tick the box "
                "that names them, or give --shared-administration."
            ),
        ),
    ),
    ProblemCode.MONTHS_COVERED: (
        Wording(
            message=_("Until %(date)s the company goes to %(administration)s"),
            cause=_("A month goes through one link, so that nothing is booked twice."),
            remedy=_("Choose a later first month for the new link."),
        ),
    ),
    ProblemCode.LINK_CHANGED_MEANWHILE: (
        Wording(
            message=_("The link of %(company)s was changed in the meantime"),
            cause=_("Another person changed the same choice after you had looked at it."),
            remedy=_("Look at the link as it is now, and decide again. Nothing was changed."),
        ),
    ),
    ProblemCode.LINK_BUSY: (
        Wording(
            message=_("The link cannot end at this moment"),
            cause=_("Receipts are on their way through it, or it is uncertain what became of one."),
            remedy=_(
                "Wait until they are booked or rejected, and answer what is in question. Then end "
                "the link."
            ),
        ),
    ),
    ProblemCode.WHICH_RUN: (
        Wording(
            when={"reason": "guessed"},
            message=_("The file names no run, and run %(run)s is journal %(journal)s already"),
            cause=_(
                "Its lines are not those of that journal. It may be the same run, recalculated, or "
                "another payroll. Nothing was stored."
            ),
            remedy=_(
                "Say which: a new revision of %(journal)s, another run, or a run by its number. "
                "With tilisilta import: --revision-of %(journal)s, --another-run, or --run NUMBER "
                "--year YEAR."
            ),
        ),
        Wording(
            when={"reason": "known-guessed"},
            message=_("Run %(run)s is journal %(journal)s, whose number was only guessed"),
            cause=_(
                "Nobody named the run of that journal: its number is only that of its month. It "
                "may be this run before it was recalculated, or another payroll. Nothing was "
                "stored."
            ),
            remedy=_(
                "Say which: a new revision of %(journal)s, or another run. With tilisilta import: "
                "--revision-of %(journal)s, or --another-run."
            ),
        ),
        Wording(
            when={"reason": "number"},
            message=_("The file names run %(run)s, which is journal %(journal)s, and you another"),
            cause=_("It may be that run, recalculated, or the one you named. Nothing was stored."),
            remedy=_(
                "Say which: a new revision of %(journal)s, or another run. With tilisilta import: "
                "--revision-of %(journal)s, or --another-run."
            ),
        ),
        Wording(
            when={"reason": "month"},
            message=_("Run %(run)s is journal %(journal)s, of another month"),
            cause=_(
                "A run has one month, and this file is of %(period)s. As a new revision it would "
                "take the other one's place. Nothing was stored."
            ),
            remedy=_(
                "Give the number of its own run. With tilisilta import: --another-run, or --run "
                "NUMBER --year YEAR; if it is that run all the same, --revision-of %(journal)s."
            ),
        ),
        Wording(
            when={"reason": "lines"},
            message=_("Run %(run)s is journal %(journal)s, and few of its lines are in this file"),
            cause=_(
                "A run that was recalculated keeps most of its lines, so this may be another "
                "payroll of the month. As a new revision it would take the other one's place. "
                "Nothing was stored."
            ),
            remedy=_(
                "Compare the two. With tilisilta import: --another-run, or --run NUMBER --year "
                "YEAR; if it is that run all the same, --revision-of %(journal)s."
            ),
        ),
    ),
    ProblemCode.WAS_DISCARDED: (
        Wording(
            message=_("This file is journal %(journal)s, which was discarded"),
            cause=_("Somebody discarded it with the reason: %(reason_text)s. Nothing was stored."),
            remedy=_("If it is needed after all, import it again: tick the box, or give --again."),
        ),
    ),
    ProblemCode.RUN_TAKEN: (
        Wording(
            message=_("Run %(run)s is journal %(journal)s already"),
            cause=_("Two journals of one run are revisions of each other, and these are not."),
            remedy=_("Choose another number, or say that it is a revision of that journal."),
        ),
    ),
    ProblemCode.CANNOT_DISCARD: for_cases(
        _("Journal %(journal)s cannot be discarded"),
        _("The journal cannot be discarded"),
        cause=_(
            "Only a journal that came from a file, and of which nothing was ever sent, can be "
            "discarded."
        ),
        remedy=_("Keep it. If what is booked is wrong, withdraw it."),
    ),
    ProblemCode.CANNOT_RENUMBER: for_cases(
        _("Journal %(journal)s keeps its run"),
        _("The journal keeps its run"),
        cause=_(
            "Its receipts are found again in Procountor by the number of the run, and some "
            "were sent or tried; or Nmbrs itself says which run it is."
        ),
        remedy=_("Leave it as it is."),
    ),
    ProblemCode.NOT_OF_THE_COMPANY: (
        Wording(
            message=_("Journal %(journal)s is another company's"),
            cause=_("A revision is a newer version of a run of the same company."),
            remedy=_("Name a journal of this company."),
        ),
    ),
}
