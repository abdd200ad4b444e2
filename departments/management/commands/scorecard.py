"""scorecard: a department's weeks against their goals."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from departments.management.arguments import whole_number
from departments.models import Department
from departments.periods import PeriodError, parse_day
from departments.scorecards.selectors.scorecard_json import grid_json
from departments.scorecards.selectors.scorecards import MOST_WEEKS, grid


class Command(BaseCommand):
    help = "A department's scorecard: measurables, their goals, and each week's value and status."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--department", required=True, help="The department's key.")
        parser.add_argument(
            "--weeks", type=whole_number(1, MOST_WEEKS), default=13, help=f"Up to {MOST_WEEKS} (default: 13)."
        )
        parser.add_argument("--until", help="The Monday of the newest week (default: the week that is due).")
        parser.add_argument("--json", action="store_true", help="One JSON object on standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        department = Department.objects.filter(key=options["department"]).first()
        if department is None:
            raise CommandError(f"There is no department “{options['department']}”.")
        scorecard = grid(
            department=department.pk, until_week=_monday(options["until"]), weeks=options["weeks"], now=timezone.now()
        )
        if scorecard is None:
            raise CommandError("There is no company yet: load a company folder first (manage.py load DIR).")
        figures = grid_json(scorecard, department.key)
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
            return
        self.stdout.write(f"{'measurable':<36}{'goal':>16}" + "".join(f"{week[5:]:>9}" for week in figures["weeks"]))
        for measurable in figures["measurables"]:
            marks = {"met": " ", "missed high": "▲", "missed low": "▼", "missing": "!", "none": " "}
            cells = [
                f"{'–' if entry['value'] is None else format(entry['value'], 'g')}{marks[entry['status']]}"
                for entry in measurable["entries"]
            ]
            goal = measurable["goal"]
            goal_text = "–" if goal is None else f"{goal['rule'].replace('_', ' ')} {goal['goal']:g}"
            self.stdout.write(f"{measurable['name'][:35]:<36}{goal_text:>16}" + "".join(f"{cell:>9}" for cell in cells))


def _monday(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = parse_day(text)
    except PeriodError as problem:
        raise CommandError(str(problem)) from None
    if day.weekday() != 0:
        raise CommandError(f"{day} is not a Monday.")
    return day
