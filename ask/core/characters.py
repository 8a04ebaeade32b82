"""Which characters can be seen, and are what they look like."""

import unicodedata

_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and a symbol by their category, and nothing to the eye."""

_UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs"}

_JOINERS = {"\u200c", "\u200d"}
"""They shape what is written in Persian and in India, and make one picture of several."""

_PICTURES = range(0x1F000, 0x1FC00)
"""Where those stand that are newer than this Python."""


def is_unseen(char: str) -> bool:
    """Whether it is a control character, turns the line around or shows nothing; blanks do not."""
    if char in _BLANK:
        return True
    category = unicodedata.category(char)
    return category in _UNSEEN and not (category == "Cn" and ord(char) in _PICTURES)


def seen(text: str) -> str:
    """Less what cannot be seen, but for joiners after what they may join."""
    kept: list[str] = []
    for char in text:
        if not is_unseen(char) or (char in _JOINERS and kept and _may_join(kept[-1])):
            kept.append(char)
    return "".join(kept)


def shows_something(text: str) -> bool:
    """Whether there is a letter, a digit or a sign to see in it."""
    return any(not is_unseen(char) and unicodedata.category(char)[0] in "LNPS" for char in text)


def _may_join(char: str) -> bool:
    return not char.isascii() and unicodedata.category(char)[0] in "LMS"
