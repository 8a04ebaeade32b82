"""Why something was not done."""

from django.utils.translation import gettext_lazy as later
from django.utils.translation import ngettext_lazy as counted_later

from ask.core.refusal import Refusal


def test_a_sentence_gets_its_values_when_it_is_shown() -> None:
    assert str(Refusal("It costs 100 %.")) == "It costs 100 %."
    assert str(Refusal(later("%(name)s is gone."), name="Alice")) == "Alice is gone."


def test_a_number_chooses_its_form() -> None:
    sentence = counted_later("%(count)d day is left.", "%(count)d days are left.", "count")
    assert str(Refusal(sentence, count=1)) == "1 day is left."
    assert str(Refusal(sentence, count=2)) == "2 days are left."
