"""The medals of each person, counted; and every counter of the site."""

from ask.questions import counters
from ask.questions.counters import Counter, Derivation, Tally
from ask.ratings.models import BadgeClass
from ask.ratings.reputation import DAYS, REPUTATION


def _medals(badge_class: BadgeClass) -> str:
    return f"count(CASE WHEN badge_class = {badge_class.value} THEN 1 END)"


MEDALS = Tally(
    model="User",
    table="accounts_user",
    source="ratings_badge",
    key="user_id",
    counters=tuple(
        Counter(column=column, counted=_medals(badge_class), is_in_dump=False)
        for column, badge_class in (
            ("gold_count", BadgeClass.GOLD),
            ("silver_count", BadgeClass.SILVER),
            ("bronze_count", BadgeClass.BRONZE),
        )
    ),
    batch=1_000_000,
)

TALLIES = (*counters.TALLIES, MEDALS, DAYS, REPUTATION)


def derivations() -> list[Derivation]:
    """Every statement that fills columns which no dump contains."""
    return counters.derivations(TALLIES)
