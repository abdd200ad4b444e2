"""Are there known vulnerabilities in a lock? Asks the list of osv.dev; where it cannot be reached, says so and passes.

Usage: python requirements/audit.py requirements/base.txt. OSV_URL names another copy of the list.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

URL = "https://api.osv.dev/v1/querybatch"
SECONDS = 30


def locked(text: str) -> list[tuple[str, str]]:
    """Name and version of every package of a lock."""
    return re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)


def vulnerabilities(packages: list[tuple[str, str]], url: str) -> dict[str, list[str]]:
    """Identifiers of what is known, by `name version`; OSError where the list cannot be reached."""
    queries = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in packages]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  (ours or OSV_URL)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        results = json.load(answer)["results"]
    if len(results) != len(packages):
        raise ValueError(f"{len(results)} answers to {len(packages)} questions")
    pairs = zip(packages, results, strict=True)
    return {
        f"{name} {version}": [one["id"] for one in found["vulns"]]
        for (name, version), found in pairs
        if found.get("vulns")
    }


def main(files: list[str]) -> int:
    """Print what was found; 1 where there is something."""
    packages = sorted({pair for file in files for pair in locked(Path(file).read_text(encoding="utf-8"))})
    try:
        found = vulnerabilities(packages, os.environ.get("OSV_URL", URL))
    except (OSError, ValueError, KeyError) as problem:
        print(f"Audit skipped: the list of vulnerabilities cannot be read ({problem}).")
        return 0
    for package, known in found.items():
        print(f"{package}: {', '.join(known)}")
    print(f"{len(packages)} packages looked up, {len(found)} with known vulnerabilities.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
