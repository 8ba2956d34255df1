"""What Nmbrs answered where its journal of a run cannot be read."""

from django.db import models

from tilisilta.models.companies import Run


class UnreadableAnswer(models.Model):
    """The bytes of one answer, as they came: one row per run and content, however often it came.

    ``sha256`` and ``size`` are those of the bytes as they came, also after a text was masked.
    ``content`` is empty where a text could not be masked in it.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="unreadable_answers")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "sha256"], name="one_unreadable_answer_per_content"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run}: {self.sha256[:8]}"
