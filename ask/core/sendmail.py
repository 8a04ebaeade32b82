"""Mail through the `sendmail` program that every mail server of a Unix host brings."""

import subprocess
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Hands each mail to `SENDMAIL`, which finds its recipients in the mail's own lines."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were taken. Raises OSError when the program refuses one, or takes too long."""
        count = 0
        for message in email_messages:
            if not message.recipients():
                continue
            try:
                _hand_over(message.message().as_bytes())
            except OSError:
                if not self.fail_silently:
                    raise
            else:
                count += 1
        return count


def _hand_over(mail: bytes) -> None:
    program = settings.SENDMAIL
    try:
        done = subprocess.run(  # noqa: S603  # the operator's choice
            # A line with a single dot does not end the mail.
            [program, "-t", "-i"],
            input=mail,
            capture_output=True,
            timeout=settings.EMAIL_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{program} took longer than {settings.EMAIL_TIMEOUT} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise OSError(f"{program} refused: {said or f'exit status {done.returncode}'}")
