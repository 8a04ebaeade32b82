"""What reputation consists of, who keeps order, and who may not write for a while."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def keep_what_was_brought(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Until now nothing was gained here."""
    people = apps.get_model("accounts", "User").objects.using(editor.connection.alias)
    people.exclude(reputation=1).update(base_reputation=F("reputation"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        migrations.AddField("User", "base_reputation", models.IntegerField(default=1)),
        migrations.AddField("User", "gained_reputation", models.IntegerField(default=0)),
        migrations.AddField("User", "is_moderator", models.BooleanField(default=False)),
        migrations.AddField("User", "suspended_until", models.DateTimeField(null=True, blank=True)),
        migrations.RunPython(keep_what_was_brought, migrations.RunPython.noop),
    ]
