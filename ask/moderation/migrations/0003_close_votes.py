"""Votes to close and to reopen questions."""

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import DO_NOTHING


def reference(to: str, *, null: bool = False) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        to,
        db_constraint=False,
        db_index=False,
        on_delete=DO_NOTHING,
        related_name="+",
        null=null,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0002_edited_comments"),
        ("questions", "0004_comment_votes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="CloseVote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[("close", "Close"), ("reopen", "Reopen")], max_length=6
                    ),
                ),
                ("reason", models.CharField(default="", max_length=3)),
                ("cast_at", models.DateTimeField()),
                ("original", reference("questions.Post", null=True)),
                ("post", reference("questions.Post")),
                ("user", reference(settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("post", "user", "verdict"), name="close_vote_once"
                    )
                ],
            },
        ),
        migrations.AlterField(
            "AuditEntry",
            "action",
            models.CharField(
                choices=[
                    ("close", "closed a question"),
                    ("reopen", "reopened a question"),
                    ("close_vote", "voted to close a question"),
                    ("reopen_vote", "voted to reopen a question"),
                    ("withdraw_vote", "withdrew a vote to close or reopen"),
                    ("delete", "deleted a post"),
                    ("undelete", "brought a post back"),
                    ("edit_comment", "edited a comment"),
                    ("delete_comment", "deleted a comment"),
                    ("settle_flag", "settled a flag"),
                    ("suspend", "suspended somebody"),
                    ("lift", "ended a suspension"),
                    ("remove", "removed somebody with all they wrote"),
                ],
                max_length=20,
            ),
        ),
    ]
