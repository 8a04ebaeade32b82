"""That moderators edit comments."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = [
        migrations.AlterField(
            "AuditEntry",
            "action",
            models.CharField(
                choices=[
                    ("close", "closed a question"),
                    ("reopen", "reopened a question"),
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
