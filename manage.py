#!/usr/bin/env python3
"""Every command of Revenue Health. Any python3 starts it: what is missing is prepared first (see bootstrap.py)."""

import os
import sys


def main() -> None:
    """Prepare the environment, bring up the servers the command needs, run it."""
    from revenue_health import bootstrap

    bootstrap.text_only(sys.argv)
    bootstrap.hide_password(sys.argv)
    bootstrap.ensure(sys.argv)
    from revenue_health.embedded.home import Home, take_home_option

    command = sys.argv[1] if len(sys.argv) > 1 else ""
    take_home_option(command, sys.argv[2:])
    # Whatever is written from here on is for this account alone.
    os.umask(0o077)
    Home.current().close()
    os.environ.setdefault(
        "DJANGO_SETTINGS_MODULE", "tests.settings" if command == "test" else "revenue_health.settings"
    )
    from django.core.management import execute_from_command_line

    from revenue_health.embedded.process import ServerError
    from revenue_health.embedded.session import for_command

    try:
        with for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except ServerError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
