"""Our access to Procountor and to Nmbrs, the shared pace of our requests, and living workers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tilisilta.models.encryption import UnreadableSecret
from tilisilta.models.fields import EncryptedTextField, ProblemsField
from tilisilta.models.users import User

if TYPE_CHECKING:
    from tilisilta.models.companies import Debtor
    from tilisilta.models.links import Link


class ProcountorAccountQuerySet(models.QuerySet["ProcountorAccount"]):
    """Accounts, narrowed to what a user may see or to what they can serve."""

    def visible_to(self, user: User) -> Self:
        """Return the accounts that belong to the debtors ``user`` may see.

        An account belongs to the debtor of the company it serves; one that serves none, to the
        debtor it was made for. One without a debtor is for users who see all debtors.
        """
        if not user.is_limited:
            return self
        serving = self.model.objects.serving()
        theirs = self.model.objects.filter(
            user.rows_of_debtors("links__company__debtor"), links__ends_on__isnull=True
        )
        return self.filter(
            models.Q(pk__in=theirs.values("pk"))
            | (user.rows_of_debtors("debtor") & ~models.Q(pk__in=serving.values("pk")))
        )

    def serving(self) -> Self:
        return self.filter(links__isnull=False, links__ends_on__isnull=True)

    def free(self) -> Self:
        """Return the authorised accounts that serve no company."""
        serving = self.model.objects.serving()
        return self.filter(state=ProcountorAccount.State.AUTHORISED).exclude(
            pk__in=serving.values("pk")
        )


class ProcountorAccount(models.Model):
    """Our permission to act in one Procountor company.

    ``grant`` is the refresh token or the API key; both it and the access token are encrypted at
    rest. ``administration`` is what was last read of the company, see
    ``services.procountor.administrations``.
    """

    class State(models.TextChoices):
        """Whether Procountor lets us in."""

        NEW = "new", _("Not authorised")
        AUTHORISED = "authorised", _("Authorised")
        ENDED = "ended", _("Authorisation ended")

    class Method(models.TextChoices):
        """How the permission was given."""

        LOGIN = "login", _("log-in")
        API_KEY = "api_key", _("API key")

    name = models.CharField(max_length=80, unique=True)
    debtor = models.ForeignKey(
        "tilisilta.Debtor",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="procountor_accounts",
        help_text="Whose it is while it serves no company; none is for those who see all.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    method = models.CharField(max_length=7, choices=Method, blank=True, default="")
    grant = EncryptedTextField(blank=True, default="")
    access_token = EncryptedTextField(blank=True, default="")
    access_token_expires_at = models.DateTimeField(null=True, blank=True)
    renewal_leased_until = models.DateTimeField(null=True, blank=True)
    items_leased_until = models.DateTimeField(
        null=True, blank=True, help_text="Somebody creates dimension items until this moment."
    )
    procountor_company_id = models.IntegerField(null=True, blank=True)
    company_name = models.CharField(max_length=200, blank=True, default="")
    business_id = models.CharField(max_length=20, blank=True, default="")
    journal_rights = models.CharField(
        max_length=20,
        blank=True,
        default="",
        help_text="What Procountor lets it do with journals, in its own word; empty: not asked.",
    )
    token_refused_at = models.DateTimeField(
        null=True, blank=True, help_text="Procountor last refused a token it had just given."
    )
    token_refusal_count = models.PositiveSmallIntegerField(
        default=0, help_text="So often in a row, with pauses."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    check_failed_at = models.DateTimeField(null=True, blank=True)
    administration: "models.JSONField[Any, Any]" = models.JSONField(null=True, blank=True)
    administration_read_at = models.DateTimeField(null=True, blank=True)
    periods_read_at = models.DateTimeField(
        null=True, blank=True, help_text="Its fiscal years and tracking periods alone were read."
    )
    company_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="Procountor last said that it acts in the stored company."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProcountorAccountQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def open_link(self) -> "Link | None":
        return next((link for link in self.links.all() if link.is_open), None)

    @property
    def link(self) -> "Link":
        """The open link. Raises ``Link.DoesNotExist``, which templates show as nothing."""
        link = self.open_link()
        if link is None:
            raise self.links.model.DoesNotExist(f"{self} serves no company.")
        return link

    def owner(self) -> "Debtor | None":
        link = self.open_link()
        return self.debtor if link is None else link.company.debtor

    @property
    def is_authorised(self) -> bool:
        return self.state == self.State.AUTHORISED and not self.is_unreadable

    @property
    def is_unreadable(self) -> bool:
        """Return whether the grant was encrypted with a key that we do not have."""
        return isinstance(self.grant, UnreadableSecret)

    @property
    def may_write(self) -> bool:
        """Return whether Procountor has said that it may book journals."""
        return self.journal_rights == "ALL_RIGHTS"

    def mark_ended(self, now: datetime) -> None:
        """Note that Procountor refuses the grant: a person has to authorise the account again."""
        self.state = self.State.ENDED
        self.ended_at = now
        self.access_token = ""
        self.access_token_expires_at = None
        self.save(update_fields=["state", "ended_at", "access_token", "access_token_expires_at"])


class NmbrsConnection(models.Model):
    """Our access to one environment of Nmbrs: by a user's API token (SOAP), or a consent (REST).

    ``api`` is the one that is fetched by. One that fetches by SOAP may have a consent as well, see
    ``models.nmbrs_grants``. The token is encrypted at rest. ``forbidden_calls`` are those that its
    API template does not allow, by the last test. ``trouble`` holds the problems of the last test
    or fetch, and ``questions`` the companies of Nmbrs of which a person must decide whether they
    are here already, or has decided that another connection goes on fetching them.
    """

    class State(models.TextChoices):
        """Whether Nmbrs lets us in."""

        WORKING = "working", _("Working")
        REFUSED = "refused", _("Refused by Nmbrs")
        REMOVED = "removed", _("Removed")

    class Api(models.TextChoices):
        """The API of Nmbrs that a connection fetches by."""

        SOAP = "soap", "SOAP"
        REST = "rest", "REST"

    class Site(models.TextChoices):
        """The host at which an environment of Nmbrs answers."""

        NETHERLANDS = "nl", "api.nmbrs.nl"
        SWEDEN = "se", "api.nmbrs.se"

    name = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.WORKING)
    api = models.CharField(max_length=4, choices=Api, default=Api.SOAP)
    user_name = models.CharField(max_length=200, blank=True, default="")
    token = EncryptedTextField(blank=True, default="")
    domain = models.CharField(max_length=100, blank=True, default="")
    site = models.CharField(
        max_length=2,
        choices=Site,
        blank=True,
        default="",
        help_text="Where its environment answers; empty: at the address of the settings.",
    )
    first_year = models.PositiveSmallIntegerField(help_text="Runs of earlier years stay there.")
    debtor_count = models.PositiveIntegerField(default=0)
    company_count = models.PositiveIntegerField(default=0)
    forbidden_calls: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    trouble = ProblemsField()
    questions: "models.JSONField[Any, Any]" = models.JSONField(default=list, blank=True)
    silent_count = models.PositiveIntegerField(
        default=0, help_text="So many calls in a row got no answer."
    )
    tested_at = models.DateTimeField(null=True, blank=True)
    listed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_unreadable(self) -> bool:
        """Return whether the token was encrypted with a key that we do not have."""
        return isinstance(self.token, UnreadableSecret)

    @property
    def is_by_rest(self) -> bool:
        return self.api == self.Api.REST

    @property
    def open_questions(self) -> list[dict[str, Any]]:
        """Return the questions that wait for a person; the others are settled."""
        return [one for one in self.questions if "same_as" not in one]


class ApiPace(models.Model):
    """The next free instant at which all processes, as one client, may call a service.

    ``calls_per_second`` is the pace where it has to be found out, and ``slowed_at`` when the
    service last asked for a slower one.
    """

    client_id = models.CharField(max_length=200, primary_key=True)
    # Seconds as a number, not a date: one UPDATE adds to it, in the same way on each database.
    next_free_at = models.FloatField(default=0.0)
    calls_per_second = models.FloatField(null=True, blank=True)
    slowed_at = models.FloatField(default=0.0)

    def __str__(self) -> str:
        return self.client_id


class Worker(models.Model):
    """A worker process and its last heartbeat."""

    executor_id = models.CharField(max_length=80, primary_key=True)
    started_at = models.DateTimeField()
    heard_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.executor_id


class Synchronisation(models.Model):
    """One fetch of everything from Nmbrs: first the lists, then each company.

    ``night`` is set on those that begin by themselves each night. ``listed_at`` is set when the
    lists were read and the companies counted; ``claimed_by`` is the worker that reads them.
    """

    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        "tilisilta.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    night = models.DateField(null=True, blank=True, unique=True)
    wants_all_journals = models.BooleanField(default=False)
    claimed_by = models.ForeignKey(
        Worker, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    listed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    company_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    journal_count = models.PositiveIntegerField(default=0, help_text="New journals.")
    revision_count = models.PositiveIntegerField(default=0, help_text="Changed journals.")

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            # The rows of the condition all have the same value, so there is one at most.
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(finished_at__isnull=True),
                name="one_unfinished_synchronisation",
            )
        ]

    def __str__(self) -> str:
        return f"{self.requested_at:%Y-%m-%d %H:%M}"
