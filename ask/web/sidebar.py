"""The lists beside every page, where they must not wait for the job that computes them."""

from itertools import product

from django.core.cache.utils import make_template_fragment_key

from ask.caching import guarded
from ask.questions.models import Post
from ask.ratings.cached import best_users, hot_questions
from ask.web.language import LANGUAGES


def renew() -> None:
    """Let every page show them as they are now: somebody must not be named there any more."""
    for shown in (best_users, hot_questions):
        shown.fill()
    kept = product([True, False], LANGUAGES)  # as `web/sidebar.html` is kept
    guarded.forget([make_template_fragment_key("sidebar", which) for which in kept])


def leave_out(*posts: Post) -> None:
    """Name questions no more that were just deleted. Most are not among the hot ones."""
    if {post.id for post in posts}.intersection(one["id"] for one in hot_questions.get()):
        renew()
