"""Users, and what their user template allows."""

from collections.abc import Mapping
from types import MappingProxyType

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _


class Right(models.TextChoices):
    """None hides an area, Read shows it, Write allows changes."""

    NONE = "none", _("None")
    READ = "read", _("Read")
    WRITE = "write", _("Write")


class Area(models.TextChoices):
    """The parts of the product that a user template gives rights to."""

    PROCOUNTOR = "procountor", _("Procountor")
    NMBRS = "nmbrs", _("Nmbrs")
    JOURNAL_EXPORTS = "journal_exports", _("Journal entries Export")
    COMPANIES = "companies", _("Companies")
    USERS = "users", _("User templates and users")
    AUDIT_LOG = "audit_log", _("Audit log")


# The templates that come with Tilisilta. One that was renamed has the words of its bureau.
STANDARD_NAMES: Mapping[str, Promise] = MappingProxyType(
    {
        "Administrator": _("Administrator"),
        "Payroll clerk": _("Payroll clerk"),
        "Reader": _("Reader"),
    }
)


def shown_template_name(name: str) -> str:
    """Return the name of a user template in the active language, where it is a standard one."""
    return str(STANDARD_NAMES.get(name, name))


class UserTemplate(models.Model):
    """A named set of rights, one per area. The administrator's template cannot be weakened."""

    name = models.CharField(max_length=80, unique=True)
    is_administrator = models.BooleanField(default=False)
    procountor = models.CharField(max_length=5, choices=Right, default=Right.NONE)
    nmbrs = models.CharField(max_length=5, choices=Right, default=Right.NONE)
    journal_exports = models.CharField(max_length=5, choices=Right, default=Right.NONE)
    companies = models.CharField(max_length=5, choices=Right, default=Right.NONE)
    users = models.CharField(max_length=5, choices=Right, default=Right.NONE)
    audit_log = models.CharField(max_length=5, choices=Right, default=Right.NONE)
    demands_second_step = models.BooleanField(
        default=False, help_text="Its users work only after a code of an authenticator app."
    )
    sender_cannot_sign = models.BooleanField(
        default=False, help_text="Its users sign no month of which they have sent a journal."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        return shown_template_name(self.name)

    def right_to(self, area: Area) -> Right:
        return Right(getattr(self, area.value))


class User(AbstractUser):
    """A person. Without a template they may log in and see nothing.

    One who does not see all debtors sees those chosen as ``debtors``: none chosen, none seen.
    """

    template = models.ForeignKey(UserTemplate, null=True, blank=True, on_delete=models.PROTECT)
    language = models.CharField(max_length=2, blank=True, default="")
    sees_all_debtors = models.BooleanField(
        default=True, help_text="Also those that are yet to come; otherwise only the chosen ones."
    )
    debtors = models.ManyToManyField("tilisilta.Debtor", blank=True)
    must_change_password = models.BooleanField(
        default=False, help_text="The password was chosen by somebody else."
    )

    is_anything_proposed = True
    """Known with the user of a session: only then do pages ask what is proposed."""

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    @cached_property
    def chosen_debtor_ids(self) -> tuple[int, ...]:
        """The ids of ``debtors``, read once per request."""
        return tuple(self.debtors.values_list("pk", flat=True))

    @property
    def is_limited(self) -> bool:
        # Whoever has debtors chosen is limited to them, whatever else is stored.
        return not self.sees_all_debtors or bool(self.chosen_debtor_ids)

    def rows_of_debtors(self, debtor: str) -> models.Q:
        """Return the condition that a row belongs to a debtor this user may see.

        ``debtor`` is the path from a row to its debtor, such as ``company__debtor``.
        """
        if not self.is_limited:
            # Unlike an empty Q, which vanishes beside another one, this stays true in any query.
            return ~models.Q(pk__in=())
        return models.Q((f"{debtor}__in", self.chosen_debtor_ids))

    def can(self, right: Right, area: Area) -> bool:
        """Return whether this user has at least ``right`` in ``area``.

        A connection to Nmbrs serves all debtors: a user who sees only some may see it, but not
        change it.
        """
        if not self.is_active or self.template is None:
            return False
        given = self.template.right_to(area)
        if area == Area.NMBRS and right == given == Right.WRITE:
            return not self.is_limited
        return given == Right.WRITE or (given == Right.READ and right != Right.WRITE)
