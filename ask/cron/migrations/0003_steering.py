import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cron", "0002_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("job", models.CharField(max_length=52, primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("by", models.CharField(max_length=255)),
                ("reason", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("host", models.CharField(max_length=255, primary_key=True, serialize=False)),
                (
                    "seen_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.AlterModelOptions(
            name="run",
            options={
                "permissions": [
                    ("start_run", "Can start and retry runs"),
                    ("cancel_run", "Can cancel runs"),
                    ("pause_job", "Can pause and resume jobs"),
                    ("change_crontab", "Can change the crontab"),
                ]
            },
        ),
        migrations.AddField(
            model_name="run",
            name="environment",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="run",
            name="output",
            field=models.TextField(blank=True),
        ),
        migrations.CreateModel(
            name="Intervention",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("start", "Start"),
                            ("retry", "Retry"),
                            ("cancel", "Cancel"),
                            ("pause", "Pause"),
                            ("resume", "Resume"),
                            ("edit", "Edit"),
                        ],
                        max_length=10,
                    ),
                ),
                ("job", models.CharField(blank=True, max_length=52)),
                ("run", models.UUIDField(null=True)),
                ("begun", models.UUIDField(null=True)),
                ("by", models.CharField(max_length=255)),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("text", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("done", "Done"), ("refused", "Refused")],
                        default="done",
                        max_length=10,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unknown", "Unknown"),
                            ("busy", "Busy"),
                            ("late", "Late"),
                            ("ended", "Ended"),
                            ("fault", "Fault"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-at"], name="cron_intervention_at"),
                    models.Index(fields=["job", "-at"], name="cron_intervention_job"),
                    models.Index(fields=["run"], name="cron_intervention_run"),
                    models.Index(fields=["begun"], name="cron_intervention_begun"),
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["at"],
                        name="cron_intervention_waiting",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ["start", "retry"]), ("state", "asked")),
                        fields=("job",),
                        name="cron_intervention_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "cancel"), ("state", "asked")),
                        fields=("run",),
                        name="cron_intervention_cancel",
                    ),
                ],
            },
        ),
    ]
