"""What is held of a person, and what becomes of it.

docs/accounts.md says of each column that refers to people which file of the archive has it, and
what is left of it when the account ends. A new table that it does not name is missed here.
"""

import io
import json
import re
import zipfile
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db.models import AutoField, Field, ForeignKey, Model

from ask.accounts.models import User
from ask.cron.models import Intervention
from ask.env import FOLDER
from ask.web.deletion import delete_account
from ask.web.own_data import archive
from tests.cast import NOON, carol, person

pytestmark = pytest.mark.django_db(databases="__all__")

LINE = re.compile(r"^\| `(\w+\.\w+)` \| (?:`(\w+)\.json`|– ).* \| (erased|emptied|stays)\b", re.M)
SECRET = "secret"

Documented = dict[str, tuple[str, str]]


def documented() -> Documented:
    """Of each column, the file (empty where it is left out for a reason) and its end."""
    page = (FOLDER / "docs/accounts.md").read_text()
    return {column: (file, end) for column, file, end in LINE.findall(page)}


def references() -> dict[str, tuple[type[Model], "Field[Any, Any]"]]:
    """Every column that refers to people, whoever's table it is in; and those that are no keys."""
    found: dict[str, tuple[type[Model], Field[Any, Any]]] = {
        f"{model._meta.db_table}.{field.column}": (model, field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if field.related_model is User and not model._meta.proxy
    }
    others: list[tuple[type[Model], str]] = [(User, "id"), (Intervention, "by_id")]
    for model, name in others:
        field = model._meta.get_field(name)
        assert isinstance(field, Field)
        found[f"{model._meta.db_table}.{name}"] = (model, field)
    return found


def row(model: type[Model], *, numbers: "count[int]", of: "Field[Any, Any]", person: User) -> None:
    """One of a table, which has a secret in each text, and refers to a person in one column."""
    values = {
        field.attname: person.pk if field is of else value_of(field, number=next(numbers))
        for field in model._meta.local_concrete_fields
        if field.column and not isinstance(field, AutoField)
    }
    model._default_manager.bulk_create([model(**values)])


def value_of(field: "Field[Any, Any]", *, number: int) -> object:
    if isinstance(field, ForeignKey):
        if field.related_model is User:
            return carol().pk
        known = field.related_model._default_manager.order_by("pk").first()
        return known.pk if known else number
    if field.choices:
        return next(iter(field.choices))[0]
    kind = field.get_internal_type()
    if kind in ("CharField", "TextField", "EmailField"):
        return f"{'key' if field.unique else SECRET}{number}"[: field.max_length]
    fixed: dict[str, object] = {
        "DateTimeField": NOON,
        "DateField": NOON.date(),
        "BooleanField": False,
        "UUIDField": UUID(int=number),
        "JSONField": {"text": SECRET},
        "GenericIPAddressField": "192.0.2.1",
        "FloatField": 0.0,
    }
    return fixed.get(kind, number % 30_000)


@pytest.fixture
def erin() -> User:
    """Somebody to whom a row of every table refers by every column that can."""
    found, numbers = person("Erin", email=f"{SECRET}@erin.example", about=SECRET), count(100)
    found.groups.create(name=SECRET)
    for column, (model, field) in references().items():
        if column not in ("accounts_user.id", "accounts_user_groups.user_id"):
            row(model, numbers=numbers, of=field, person=found)
    return found


def files_of(person: User) -> dict[str, list[dict[str, Any]]]:
    data = io.BytesIO(b"".join(archive(person, now=NOON)))
    with zipfile.ZipFile(data) as file:
        return {name.removesuffix(".json"): json.loads(file.read(name)) for name in file.namelist()}


def rows_of(person: User, column: str) -> list[dict[str, Any]]:
    model, field = references()[column]
    return list(model._default_manager.filter(**{field.attname: person.pk}).values())


def test_the_docs_name_every_column_that_refers_to_people() -> None:
    assert set(documented()) == set(references())


def test_whoever_takes_their_data_along_gets_all_that_the_docs_name(erin: User) -> None:
    files = files_of(erin)
    named = [file for file, _end in documented().values() if file]
    assert set(files) == set(named)
    assert not [name for name in named if len(files[name]) < named.count(name)]


def test_what_becomes_of_it_at_the_end_is_as_the_docs_say(erin: User) -> None:
    before = {column: rows_of(erin, column) for column in references()}
    assert not [column for column, rows in before.items() if not rows]
    delete_account(erin, now=NOON)
    for column, (_file, end) in documented().items():
        left = rows_of(erin, column)
        assert bool(left) == (end != "erased"), column
        if end == "emptied":
            assert SECRET not in json.dumps(left, default=str), column
    assert Intervention.objects.get().by == f"user{erin.pk}"
