"""The switch that stops all mail. What is to be sent is planned all the while."""

from datetime import datetime

from ask.digests.models import DeadAddress, Pause


def pause(*, by: str, reason: str, now: datetime) -> bool:
    """Let nothing be sent; False when it is so already."""
    values = {"since": now, "by": by, "reason": reason}
    return Pause.objects.get_or_create(id=1, defaults=values)[1]


def resume() -> bool:
    """Let mail be sent again; False when nobody had paused it."""
    return bool(Pause.objects.all().delete()[0])


def present_pause() -> Pause | None:
    """Who paused mail, if somebody did."""
    return Pause.objects.first()


def mark_dead(address: str, *, by: str, reason: str, now: datetime) -> bool:
    """Let an address get no mail but about its account; False when it is marked already."""
    values = {"since": now, "by": by, "reason": reason}
    return DeadAddress.objects.get_or_create(address=address.lower(), defaults=values)[1]


def mark_living(address: str) -> bool:
    """Let an address get mail again; False when it was not marked."""
    return bool(DeadAddress.objects.filter(address=address.lower()).delete()[0])
