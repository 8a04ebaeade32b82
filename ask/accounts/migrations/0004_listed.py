"""Lists leave out closed accounts, and so do their indexes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_reputation")]
    operations = [
        migrations.RemoveIndex("User", "user_best"),
        migrations.RemoveIndex("User", "user_newest"),
        migrations.AddIndex(
            "User",
            models.Index(
                fields=["-reputation", "-id", "is_active"],
                name="user_best",
                condition=models.Q(is_active=True),
            ),
        ),
        migrations.AddIndex(
            "User",
            models.Index(
                fields=["-created_at", "-id", "is_active"],
                name="user_newest",
                condition=models.Q(is_active=True),
            ),
        ),
    ]
