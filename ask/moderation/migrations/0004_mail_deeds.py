"""That staff pause mail and mark addresses."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("moderation", "0003_close_votes")]
    operations = [
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
                    ("pause_mail", "paused mail"),
                    ("resume_mail", "resumed mail"),
                    ("mark_dead", "marked an address as dead"),
                    ("mark_living", "marked an address as living again"),
                ],
                max_length=20,
            ),
        ),
    ]
