"""Votes for comments, and how often comments were edited."""

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F
from django.db.models.deletion import DO_NOTHING


def keep_what_was_brought(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Until now nobody voted here."""
    comments = apps.get_model("questions", "Comment").objects.using(editor.connection.alias)
    comments.exclude(score=0).update(base_score=F("score"))


class Migration(migrations.Migration):
    dependencies = [
        ("questions", "0003_writing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("Comment", "base_score", models.IntegerField(default=0)),
        migrations.AddField("Comment", "edit_count", models.IntegerField(default=0)),
        migrations.RunPython(keep_what_was_brought, migrations.RunPython.noop),
        migrations.CreateModel(
            name="CommentVote",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        "questions.Comment",
                        db_constraint=False,
                        db_index=False,
                        on_delete=DO_NOTHING,
                        related_name="+",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        settings.AUTH_USER_MODEL,
                        db_constraint=False,
                        db_index=False,
                        on_delete=DO_NOTHING,
                        related_name="+",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "comment"), name="comment_vote_once")
                ],
                "indexes": [models.Index(fields=["comment"], name="comment_vote_comment")],
            },
        ),
    ]
