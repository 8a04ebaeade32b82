"""How rows of the dump become rows of the database: cleaned, and with the columns it has not."""

from collections.abc import Iterable
from datetime import UTC
from itertools import repeat
from typing import Any

from ask.accounts.models import User
from ask.questions.cleaning import clean
from ask.questions.markdown import render_comment
from ask.questions.models import Comment, Post, PostType
from ask.questions.rendering import needs_rendering
from ask.ratings.hotness import hotness
from ask.stackexchange import tables
from ask.stackexchange.rows import Columns
from ask.stackexchange.tables import Table


class Shape:
    """A table whose rows stand in the database as the dump has them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [column.column for column in table.columns]

    def complete(self, values: Columns) -> None:
        """Clean the columns in place, and add the further ones."""

    def tags(self, values: Columns) -> list[tuple[int, str]]:
        """Which post bears which tag, by the post's id and the tag's name."""
        return []

    def rows(self, values: Columns) -> Iterable[tuple[Any, ...]]:
        """The rows, in the order of `columns`."""
        return zip(*(values[name] for name in self.columns), strict=True)


class UserShape(Shape):
    MADE = {
        "password": "!",
        "email": "",
        "is_staff": False,
        "is_active": True,
        "is_confirmed": True,
        "is_superuser": False,
        "is_moderator": False,
        "suspended_until": None,
        "gained_reputation": 0,
        "question_count": 0,
        "answer_count": 0,
        "gold_count": 0,
        "silver_count": 0,
        "bronze_count": 0,
    }
    """Nobody can log in as an imported person; counters are filled when all tables are there."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.columns += ["username", "base_reputation", *self.MADE]

    def complete(self, values: Columns) -> None:
        values["about"] = [clean(text) if text else text for text in values["about"]]
        values["username"] = [f"user{id}" for id in values["id"]]
        values["base_reputation"] = values["reputation"]
        for name, value in self.MADE.items():
            values[name] = [value] * len(values["id"])


class PostShape(Shape):
    def __init__(self, table: Table, *, source_host: str) -> None:
        super().__init__(table)
        self.source_host = source_host
        self.columns += ["is_answered", "hotness", "is_hotness_stale", "is_rendering_due"]

    def complete(self, values: Columns) -> None:
        values["body"] = bodies = list(map(clean, values["body"]))
        values["last_activity_at"] = [
            active or created
            for active, created in zip(
                values["last_activity_at"], values["created_at"], strict=True
            )
        ]
        values["hotness"] = [
            hotness(score=score, answer_count=answers or 0, created_at=created.replace(tzinfo=UTC))
            if kind == PostType.QUESTION
            else 0.0
            for kind, score, answers, created in zip(
                values["post_type"],
                values["score"],
                values["answer_count"],
                values["created_at"],
                strict=True,
            )
        ]
        values["is_rendering_due"] = list(map(needs_rendering, bodies, repeat(self.source_host)))
        # Where no answer is accepted, scores of answers decide, when all posts are there.
        values["is_answered"] = [
            answer is not None and kind == PostType.QUESTION
            for answer, kind in zip(values["accepted_answer_id"], values["post_type"], strict=True)
        ]
        values["is_hotness_stale"] = [False] * len(bodies)

    def tags(self, values: Columns) -> list[tuple[int, str]]:
        return [
            (id, name)
            for id, kind, names in zip(
                values["id"], values["post_type"], values["tags"], strict=True
            )
            if names and kind == PostType.QUESTION
            for name in names.split()
        ]


class CommentShape(Shape):
    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self.columns += ["html", "base_score", "edit_count"]

    def complete(self, values: Columns) -> None:
        values["html"] = list(map(render_comment, values["text"]))
        values["base_score"] = values["score"]
        values["edit_count"] = [0] * len(values["id"])


def shape_of(table: Table, *, source_host: str) -> Shape:
    """The shape of a table's rows; `source_host` is the host of the site they come from."""
    if table.model is User:
        return UserShape(table)
    if table.model is Post:
        return PostShape(table, source_host=source_host)
    if table.model is Comment:
        return CommentShape(table)
    return Shape(table)


def shapes(*, source_host: str) -> dict[str, Shape]:
    """Every table's shape, by the table's name."""
    return {name: shape_of(table, source_host=source_host) for name, table in tables.ALL.items()}
