"""What all processes remember for a while, such as how many log-ins failed."""

from django.db import models


class CachedValue(models.Model):
    """One entry of Django's cache in the database, with the columns that Django expects.

    Made by a migration like every table, so that ``createcachetable`` need not be run.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
