"""Why a crontab is refused or doubted, kept so that it can be said in any language."""


class Reason:
    """A sentence in English with `{names}`, and what stands in their places.

    `words/problems.py` has each sentence in Russian, found by the English one: write it out in the
    call, where a test can find it.
    """

    def __init__(self, sentence: str, /, **values: object) -> None:
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return self.sentence.format_map(self.values)
