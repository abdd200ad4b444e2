"""The heads there are, from the roles and their history: each begins on the day on which the one before was followed."""

from zoneinfo import ZoneInfo

from django.db import migrations

DONE = ("insert", "update")


def fill(apps, schema_editor):
    """One row for each turn of a person; the first of a department has no day, since nobody knows when they came."""
    company = apps.get_model("departments", "Company").objects.first()
    zone = ZoneInfo(company.time_zone if company else "UTC")
    heads = apps.get_model("departments", "DepartmentHead")
    roles = apps.get_model("departments", "Membership").objects.filter(role="head")
    present = set(roles.values_list("department_id", "user_id"))
    departments = set(apps.get_model("departments", "Department").objects.values_list("pk", flat=True))
    events = apps.get_model("departments", "MembershipEvent").objects.order_by("pgh_id")
    names = {
        person.pk: f"{person.first_name} {person.last_name}".strip() or person.username
        for person in apps.get_model("departments", "User").objects.all()
    }
    turns = {}
    for event in events.filter(role="head", pgh_label__in=DONE, department_id__in=departments, user_id__in=names):
        mine = turns.setdefault(event.department_id, [])
        if not mine or mine[-1][0] != event.user_id:
            mine.append((event.user_id, event.pgh_created_at.astimezone(zone).date()))
    for department, mine in turns.items():
        days = {None if number == 0 else day: user for number, (user, day) in enumerate(mine)}
        for since, user in days.items():
            row = heads(department_id=department, name=names[user], account_id=user, since=since)
            if user == mine[-1][0] and (department, user) not in present:
                left = events.filter(user_id=user).last().pgh_created_at.astimezone(zone).date()
                row.until = max(left, since or left)
            row.save()


class Migration(migrations.Migration):
    dependencies = [("departments", "0022_heads_by_date")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=False)]
