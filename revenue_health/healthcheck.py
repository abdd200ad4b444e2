"""The container's health check of the web process: standard library only, since it runs twice a minute."""

from __future__ import annotations

import http.client
import os
import sys

ADDRESS = ("127.0.0.1", 8000)


def main() -> int:
    """0 when /healthz answers 200. Asks by a name the settings allow, over plain HTTP from inside."""
    # ALLOWED_HOSTS may begin with a pattern (`.example.com`, `*`), which is no name to ask for.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    connection = http.client.HTTPConnection(*ADDRESS, timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return 0 if connection.getresponse().status == 200 else 1
    except OSError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
