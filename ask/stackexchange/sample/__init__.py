"""The sample community: knows how to write a made-up Stack Exchange dump of any size.

`write_dump` writes the eight XML files byte for byte in the form of the real ones; see
`community` for how it stays in constant memory.
"""

from ask.stackexchange.sample.community import SITE, write_dump
from ask.stackexchange.sample.texts import LANGUAGES
from ask.stackexchange.sample.writing import NotEmptyError

__all__ = ["LANGUAGES", "SITE", "NotEmptyError", "write_dump"]
