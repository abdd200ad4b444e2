"""The word that events use for a deal that left without being lost is no stage's key any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0009_sources"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE pipeline_stage s SET key = 'withdrawn_stage' WHERE key = 'withdrawn' AND NOT EXISTS"
            " (SELECT FROM pipeline_stage t WHERE t.pipeline_id = s.pipeline_id AND t.key = 'withdrawn_stage')",
            migrations.RunSQL.noop,
        ),
    ]
