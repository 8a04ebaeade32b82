"""What import-linter cannot see: foreign keys and migrations go down as well."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def floors() -> dict[str, int]:
    """The floor of each application of ours, the highest first, as import-linter has them."""
    (contract,) = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    return {
        name.strip().removeprefix("ask."): -number
        for number, layer in enumerate(contract["layers"])
        for name in layer.split("|")
    }


def is_down(*, start: str, end: str) -> bool:
    known = floors()
    return start == end or start not in known or end not in known or known[end] < known[start]


def test_every_part_has_a_floor() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("ask.")}
    assert ours <= set(floors())


def test_foreign_keys_go_down() -> None:
    upward = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model is not None
        and not is_down(start=model._meta.app_label, end=field.related_model._meta.app_label)
    ]
    assert upward == []


def test_migrations_depend_on_lower_floors() -> None:
    loader = MigrationLoader(None)
    upward = [
        f"{label}.{name} → {other}"
        for (label, name), migration in loader.disk_migrations.items()
        for other, _ in migration.dependencies
        if not is_down(start=label, end=other)
    ]
    assert upward == []


def test_the_architecture_says_what_each_part_says_of_itself() -> None:
    page = (PYPROJECT.parent / "ARCHITECTURE.md").read_text()
    for config in apps.get_app_configs():
        if config.name.startswith("ask."):
            sentence = (config.module.__doc__ or "").splitlines()[0]
            assert sentence in page, config.name
