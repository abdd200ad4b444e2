"""What came of past forecasts is filled in anew by the next night: revenue now takes back what was moved back or shrank."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def forget_actuals(apps: Any, schema_editor: Any) -> None:
    """Snapshots without an actual are those the night compares with the revenue of their period."""
    apps.get_model("contribution", "ForecastSnapshot").objects.update(actual=None)


class Migration(migrations.Migration):
    dependencies = [("contribution", "0005_associations")]
    operations = [migrations.RunPython(forget_actuals, migrations.RunPython.noop)]
