"""remind: mail to who owes values for the scorecards."""

from __future__ import annotations

import json
import smtplib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from departments.services.mail import MailServerUnavailable, mail_destination, test_mail_send
from departments.updates.owed_values import Owed
from departments.updates.selectors.owed import reminders_due
from departments.updates.services.reminders import reminders_send


class Command(BaseCommand):
    """What the hourly task does, at once and at any hour. Run twice, it sends nothing the second time."""

    help = "Send mail to people who owe values for the week that closed last, or for the one that closes soon."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only show who would be reminded of what")
        parser.add_argument("--test", metavar="ADDRESS", help="only send a test mail to this address")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["test"]:
            self._send_test_mail(options["test"], as_json=options["json"])
            return
        refused: tuple[Owed, ...] = ()
        due = reminders_due(now=now, any_hour=True)
        if options["dry_run"]:
            reminders = tuple(reminder.owed for reminder in due)
        else:
            try:
                done = reminders_send(due=due, now=now)
            except MailServerUnavailable as problem:
                raise CommandError(
                    f"The mail server cannot be reached ({problem}). What was sent is recorded; run this again for the"
                    " rest."
                ) from problem
            reminders, refused = done.sent, done.refused
        if options["json"]:
            self.stdout.write(json.dumps({"reminders": [_json(reminder) for reminder in reminders]}))
            return
        self._say(reminders, refused, dry_run=options["dry_run"])

    def _send_test_mail(self, address: str, *, as_json: bool) -> None:
        try:
            validate_email(address)
            test_mail_send(to=address)
        except ValidationError as problem:
            raise CommandError(f"“{address}” is not an e-mail address.") from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise CommandError(
                f"The mail server rejected the mail: {problem}. Check EMAIL_URL, and that this machine (in compose "
                "the worker) can reach it."
            ) from problem
        where = mail_destination()
        if as_json:
            self.stdout.write(json.dumps({"to": address, "server": where}))
        else:
            self.stdout.write(f"Sent to {address} by {where}. Links in mails begin with {settings.SITE_URL}.")

    def _say(self, reminders: tuple[Owed, ...], refused: tuple[Owed, ...], *, dry_run: bool) -> None:
        if not reminders:
            self.stdout.write("Nobody needs a reminder.")
        for reminder in reminders:
            names = ", ".join(item.measurable_name for item in reminder.missing)
            verb = "would be reminded" if dry_run else "was reminded"
            self.stdout.write(
                f"{reminder.user.get_username()} {verb} of {reminder.department_name}, {reminder.week}: {names}"
            )
        for reminder in refused:
            self.stderr.write(f"The mail server rejects the address of {reminder.user.get_username()}.")


def _json(reminder: Owed) -> dict[str, Any]:
    return {
        "department": reminder.department_key,
        "user": reminder.user.get_username(),
        "week": reminder.week.isoformat(),
        "missing": [item.measurable_key for item in reminder.missing],
    }
