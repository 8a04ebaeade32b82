"""Lists, and their indexes, leave out who signed up and has not confirmed an address."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LISTED = models.Q(is_active=True, is_confirmed=True)
LOCAL_IDS = 1_000_000_000


def find_unconfirmed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    alias = editor.connection.alias
    known = apps.get_model("account", "EmailAddress").objects.using(alias).filter(verified=True)
    people = apps.get_model("accounts", "User").objects.using(alias)
    here = people.filter(id__gte=LOCAL_IDS, is_active=True, is_staff=False).exclude(email="")
    here.exclude(id__in=known.values("user_id")).update(is_confirmed=False)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_listed"), ("account", "0001_initial")]
    operations = [
        migrations.AddField("User", "is_confirmed", models.BooleanField(default=True)),
        migrations.RunPython(find_unconfirmed, migrations.RunPython.noop),
        migrations.RemoveIndex("User", "user_best"),
        migrations.RemoveIndex("User", "user_newest"),
        migrations.AddIndex(
            "User",
            models.Index(
                fields=["-reputation", "-id", "is_active", "is_confirmed"],
                name="user_best",
                condition=LISTED,
            ),
        ),
        migrations.AddIndex(
            "User",
            models.Index(
                fields=["-created_at", "-id", "is_active", "is_confirmed"],
                name="user_newest",
                condition=LISTED,
            ),
        ),
    ]
