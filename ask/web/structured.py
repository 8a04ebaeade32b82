"""What a search engine reads beside the page: schema.org, as JSON in a `script` of data."""

import json
from collections.abc import Sequence

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from ask.questions.excerpts import excerpt
from ask.questions.models import Post, Question

LENGTH = 500
SUGGESTED = 5

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def json_for_script(value: object) -> SafeString:
    """JSON that cannot end the `script` element in which it stands."""
    return mark_safe(json.dumps(value, ensure_ascii=False).translate(_ESCAPES))


def question_page(question: Question, answers: Sequence[Post]) -> SafeString:
    """https://schema.org/QAPage"""
    asked = {
        **_post("Question", question),
        "name": question.title,
        "answerCount": question.answer_count or 0,
    }
    accepted = [one for one in answers if one.id == question.accepted_answer_id]
    suggested = [one for one in answers if one.id != question.accepted_answer_id][:SUGGESTED]
    if accepted:
        asked["acceptedAnswer"] = _post("Answer", accepted[0])
    if suggested:
        asked["suggestedAnswer"] = [_post("Answer", one) for one in suggested]
    return json_for_script(
        {"@context": "https://schema.org", "@type": "QAPage", "mainEntity": asked}
    )


def _post(kind: str, post: Post) -> dict[str, object]:
    owner = post.owner
    author: dict[str, str] = {"@type": "Person", "name": post.owner_display_name or "anonymous"}
    if owner:
        author["name"] = owner.display_name
        author["url"] = settings.SITE_URL + owner.get_absolute_url()
    return {
        "@type": kind,
        "url": settings.SITE_URL + post.get_absolute_url(),
        "text": excerpt(post.html, length=LENGTH),
        "upvoteCount": post.score,
        "datePublished": f"{post.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "author": author,
    }
