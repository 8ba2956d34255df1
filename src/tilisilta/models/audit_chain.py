"""The chain that shows whether the audit log was altered: a seal for each entry, and the last."""

from django.db import models

from tilisilta.models.audit import AuditEntry


class AuditSeal(models.Model):
    """The place of an entry in the chain, with the digest of the seal before it and its own.

    Seals stand beside the entries, so that an entry need never be changed once it is written.
    """

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="seal")
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:12]}"


class AuditHead(models.Model):
    """The last seal: one row, which tells whether the end of the chain was cut off.

    It is locked by the process that seals, so that two of them never continue the same seal.
    """

    ONLY = 1

    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    entry_id = models.BigIntegerField(default=0, help_text="The highest id of a sealed entry.")

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:12]}"
