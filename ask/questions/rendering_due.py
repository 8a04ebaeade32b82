"""The queue of posts whose body has not been rendered: most viewed first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from ask.questions.highlighting import language_of
from ask.questions.mathematics import Delimiter, used_delimiter
from ask.questions.models import RENDERING_DUE, Post, Question
from ask.questions.rendering import render
from ask.questions.source_links import links_in

BATCH = 200
"""Posts that are written in one transaction."""

SAMPLE = 1_000
"""Questions that are read to learn whether the site uses mathematics."""

_WRITE = """
    UPDATE questions_post SET rendered_body = %s, is_rendering_due = false
    WHERE id = %s AND body = %s
"""

_Row = tuple[str | None, int, str]
"""Parameters of `_WRITE`."""


class Due(NamedTuple):
    """A post that waits; `tags` are its question's."""

    id: int
    body: str
    tags: str | None


@dataclass
class Rendered:
    """What was done. A post that somebody changed meanwhile is not in it: it still waits."""

    post_count: int = 0
    changed_count: int = 0
    """Posts that differ from their body now; the others had nothing to render after all."""

    def add(self, other: "Rendered") -> None:
        """Join what was done in another batch."""
        self.post_count += other.post_count
        self.changed_count += other.changed_count


def due_count() -> int:
    """Posts that wait."""
    return Post.objects.filter(RENDERING_DUE).count()


def site_delimiter() -> Delimiter | None:
    """How formulas are written on this site, judged by its questions of the highest score."""
    sample = Question.objects.highest().values_list("body", flat=True)
    return used_delimiter(sample[:SAMPLE])


def render_due(
    *,
    source_host: str,
    delimiter: Delimiter | None,
    limit: int | None,
    advanced: Callable[[int], None],
) -> Rendered:
    """Render posts that wait, at most `limit`; `advanced` is told of each batch.

    Questions come first, the most viewed before the others, each batch with the answers to its
    questions; then the posts without views of their own. A batch is written in one transaction, so
    whatever stops the process loses at most one batch, and the next run goes on from there.
    """
    done = Rendered()
    for group in _waiting():
        for batch in _cut(group):
            left = batch if limit is None else batch[: limit - done.post_count]
            if not left:
                return done
            done.add(_render(left, source_host=source_host, delimiter=delimiter))
            advanced(len(left))
    return done


def _cut(group: list[Due]) -> Iterator[list[Due]]:
    """A group in batches: a question may have more answers than a batch has posts."""
    for start in range(0, len(group), BATCH):
        yield group[start : start + BATCH]


def _waiting() -> Iterator[list[Due]]:
    """Groups of posts. Each is read when the ones before it are no longer in the queue."""
    due = Post.objects.filter(RENDERING_DUE)
    for questions in _batches(due.filter(view_count__isnull=False), tags="tags"):
        yield questions
        answers = due.filter(parent_id__in=[question.id for question in questions])
        yield _read(answers.order_by("parent_id", "-score", "id"), tags="parent__tags")
    yield from _batches(due.filter(view_count__isnull=True), tags="parent__tags")


def _batches(due: QuerySet[Post], *, tags: str) -> Iterator[list[Due]]:
    """The posts in the order of the index, read as they are wanted.

    Each batch is looked for behind the one before, not at the front of the queue: a post that
    somebody changes while it is rendered stays in the queue, and would be met for ever.
    """
    ordered = due.order_by("-view_count", "id")
    found = ordered
    while rows := list(found.values_list("id", "body", tags, "view_count")[:BATCH]):
        yield [Due(*row[:3]) for row in rows]
        post_id, views = rows[-1][0], rows[-1][3]
        if views is None:
            found = ordered.filter(id__gt=post_id)
        else:
            # The first condition is what an index understands, the second what is meant.
            found = ordered.filter(view_count__lte=views).filter(
                Q(view_count__lt=views) | Q(id__gt=post_id)
            )


def _read(due: QuerySet[Post], *, tags: str) -> list[Due]:
    return [Due(*row) for row in due.values_list("id", "body", tags)]


def _render(batch: list[Due], *, source_host: str, delimiter: Delimiter | None) -> Rendered:
    links = links_in((due.body for due in batch), host=source_host)
    same: list[_Row] = []
    changed: list[_Row] = []
    for due in batch:
        language = language_of((due.tags or "").split())
        html = render(due.body, language=language, delimiter=delimiter, links=links)
        if html == due.body:
            same.append((None, due.id, due.body))
        else:
            changed.append((html, due.id, due.body))
    with transaction.atomic():
        same_count = _write(same)
        changed_count = _write(changed)
    return Rendered(post_count=same_count + changed_count, changed_count=changed_count)


def _write(rows: list[_Row]) -> int:
    """Returns how many posts still had the body that was rendered, and were written."""
    with connection.cursor() as cursor:
        cursor.executemany(_WRITE, rows)
        count: int = cursor.rowcount
        return count
