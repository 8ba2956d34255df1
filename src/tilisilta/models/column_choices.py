"""What the columns of a company's files hold, as a person said once."""

from django.db import models

from tilisilta.models.companies import Company
from tilisilta.models.users import User


class ColumnChoice(models.Model):
    """Which column holds what in files of ``company`` with these headers.

    Of files without headers they are the places of the columns, counted from 1.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="column_choices")
    headers_sha256 = models.CharField(max_length=64)
    headers = models.JSONField()
    mapping = models.JSONField()
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-chosen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "headers_sha256"], name="one_choice_of_columns_per_headers"
            )
        ]

    def __str__(self) -> str:
        return ", ".join(f"{name}={header}" for name, header in self.mapping.items())
