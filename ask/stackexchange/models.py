"""Where the content came from."""

from urllib.parse import urlsplit

from django.db import models

from ask.core.content import NO_ROWS, Content


class Source(Content):
    """The dump that this site was built from: one row, replaced together with the content."""

    LOCAL_ROWS = NO_ROWS

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=255)
    url = models.URLField(blank=True)
    """The address of the original site, without a final slash; empty if unknown."""
    imported_at = models.DateTimeField()
    dumped_at = models.DateTimeField(null=True)
    """The latest moment that the dump speaks of."""
    report = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """`beer.stackexchange.com`; empty if the address is unknown."""
        return urlsplit(self.url).netloc.lower()
