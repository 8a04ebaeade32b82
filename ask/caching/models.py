"""The cache that stands in the database."""

from django.db import models


class Entry(models.Model):
    """A row as Django's `DatabaseCache` reads and writes it, by SQL of its own."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
