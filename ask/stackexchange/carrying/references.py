"""Which columns of content, and of the tables beside it, refer to rows of content."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from ask.core.content import NO_ROWS, Content, content_models
from ask.questions.models import PostTag


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column that holds ids of `target`, a table of content."""

    table: str
    column: str
    target: str
    local_rows: str = ""
    """Which rows of `table` were written here, if it is content."""


def columns_of(model: type[Content]) -> list[str]:
    """Names of a table's columns."""
    return [field.column for field in model._meta.local_concrete_fields if field.column]


def references() -> list[Reference]:
    """Those of the tables of content whose rows are carried over.

    Without `PostTag`, whose rows are carried over by the names of tags: see `tags`. No other table
    may refer to tags, of which an id may mean another one in a newer dump.
    """
    models = [
        model for model in content_models() if model.LOCAL_ROWS != NO_ROWS and model is not PostTag
    ]
    return list(_references(models))


def references_from_beside() -> list[Reference]:
    """Those of every table that is no content: groups, log entries."""
    content = content_models()
    others = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model not in content and not model._meta.proxy
    ]
    return list(_references(others))


def targets() -> list[str]:
    """The tables that anything refers to."""
    found = [*references(), *references_from_beside()]
    # Tags are referred to by what `references` leaves out.
    return sorted({reference.target for reference in found} | {"questions_tag"})


def _references(models: Iterable[type[Model]]) -> Iterator[Reference]:
    content = content_models()
    for model in models:
        for field in model._meta.local_concrete_fields:
            related = field.related_model
            # A proxy has no table of its own.
            target = related._meta.concrete_model if isinstance(related, type) else None
            if target in content and field.column:
                yield Reference(
                    table=model._meta.db_table,
                    column=field.column,
                    target=target._meta.db_table,
                    local_rows=getattr(model, "LOCAL_ROWS", ""),
                )
