"""What is wrong again and again, and is said once."""

import logging

logger = logging.getLogger("ask.cron")


class Complaint:
    """An error that the log hears of once: until something else is wrong, or all is well again."""

    def __init__(self) -> None:
        self.text = ""
        """What is wrong now; empty while all is well."""

    def say(self, text: str, *, more: str = "") -> None:
        """Log it; `more` is not compared."""
        if text != self.text:
            logger.error(text + more)
        self.text = text

    def withdraw(self) -> None:
        """All is well again."""
        self.text = ""
