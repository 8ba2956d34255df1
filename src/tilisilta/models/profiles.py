"""Named sets of rules that many links share."""

from typing import Any

from django.db import models


class Profile(models.Model):
    """A named set of rules for links: a link that has it follows it, but for what it has itself.

    ``choices`` are fields of ``Link`` by name, only those that the profile decides, and
    ``account_mappings`` pairs the journal's ledger accounts with Procountor's. The links store what
    is in force for them, so that nothing changes for a link before its profile is carried over.
    """

    name = models.CharField(max_length=80, unique=True)
    choices: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    account_mappings: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    is_default = models.BooleanField(default=False, help_text="New links have it.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_profile",
            )
        ]

    def __str__(self) -> str:
        return self.name
