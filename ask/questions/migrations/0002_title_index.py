"""On PostgreSQL, an index of the words of titles, which `titled_like` reads."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

INDEX = (
    "CREATE INDEX question_title ON questions_post USING gin (to_tsvector('simple', title))"
    " WHERE post_type = 1 AND deleted_at IS NULL"
)


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(INDEX)


def drop(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX question_title")


class Migration(migrations.Migration):
    dependencies = [("questions", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
