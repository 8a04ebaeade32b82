"""Links by which somebody ends mails without logging in (RFC 8058).

A link holds whose mails and which; it is signed, so nobody can make one for another person, and it
has no end: a mail may be read years later.
"""

from dataclasses import dataclass
from typing import Self

from django.core import signing

from ask.accounts.models import Frequency
from ask.digests import wishes
from ask.digests.wishes import KINDS

ALL = "all"

SCOPES = (*KINDS, Frequency.DAILY.value, Frequency.WEEKLY.value, ALL)
"""A kind of notices, the digest, all that comes in one rhythm, or everything."""

_signer = signing.Signer(salt="ask.digests.unsubscribing")


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """Some of the mails that somebody gets."""

    user: int
    scope: str

    @property
    def path(self) -> str:
        """Where it can be ended."""
        return f"/mail/unsubscribe/{_signer.sign(f'{self.user}.{self.scope}')}"

    @classmethod
    def read(cls, token: str) -> Self:
        """What a link means. Raises `signing.BadSignature` for one that is not ours."""
        user, _, scope = _signer.unsign(token).partition(".")
        return cls(user=int(user), scope=scope)

    def end(self) -> None:
        """Let none of these mails come any more; what comes in another rhythm stays.

        Whose account is deleted gets none already, and nothing is remembered of them.
        """
        wishes.silence(self.user, kinds=self._kinds())

    def _kinds(self) -> list[str]:
        if self.scope in KINDS:
            return [self.scope]
        chosen = wishes.frequencies_of([self.user]).get(self.user, {})
        return [kind for kind, each in chosen.items() if self.scope in (ALL, each)]
