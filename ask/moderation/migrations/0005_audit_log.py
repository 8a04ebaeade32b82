"""The audit log bears its name where staff look it up."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("moderation", "0004_mail_deeds")]
    operations = [
        migrations.AlterModelOptions("AuditEntry", {"verbose_name_plural": "audit log"}),
    ]
