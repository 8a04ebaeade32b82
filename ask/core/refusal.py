"""Why something was not done, in words for whoever wanted it."""

from django.utils.functional import Promise


class Refusal(Exception):
    """One sentence for a person, in the language of the moment in which it is shown."""

    def __init__(self, sentence: Promise | str, **values: object) -> None:
        """`values` are put in where the sentence has their names: `%(count)d`."""
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        return str(self.sentence % self.values if self.values else self.sentence)
