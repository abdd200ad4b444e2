from django.db import migrations

# The places whose clocks the zone database has under these names today.
PLACES = {
    "CET": "Europe/Brussels",
    "MET": "Europe/Brussels",
    "EET": "Europe/Athens",
    "WET": "Europe/Lisbon",
    "localtime": "UTC",
    "Factory": "UTC",
}


def name_places(apps, schema_editor):
    """PostgreSQL took these names for winter time all year, or they meant another zone on every machine."""
    for model in ("Company", "User"):
        for name, place in PLACES.items():
            apps.get_model("departments", model).objects.filter(time_zone=name).update(time_zone=place)


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0019_fiscal_weeks"),
    ]

    operations = [
        migrations.RunPython(name_places, migrations.RunPython.noop),
    ]
