"""Settings of the test run: real servers in a home of its own, cheaper passwords, static files from their folders.

The home is named here because settings load before any conftest; tests/conftest.py starts the servers in it.
Not in the package revenue_health.settings: importing that would settle the home before this module is run.
"""

import os
import tempfile
from pathlib import Path

from tests.scratch import scratch_folder

# The process that starts the run names the home; the workers of pytest-xdist inherit it by the environment.
if "REVENUE_HEALTH_TEST_HOME" not in os.environ:
    scratch = scratch_folder()
    root = Path(tempfile.mkdtemp(prefix="rh-test-", dir=scratch))
    os.environ["REVENUE_HEALTH_TEST_HOME"] = str(root)
    if scratch is not None:
        home, tempfile.tempdir = root / "home", str(root / "tmp")
        home.mkdir()
        Path(tempfile.tempdir).mkdir()
        # A database server that root starts runs as another account, in a folder below.
        for folder in (root, root / "tmp"):
            folder.chmod(0o711)
        # What this process and all it starts put aside goes with the run; pytest itself clears the folders of tests.
        os.environ |= {
            "REVENUE_HEALTH_TEST_HOME": str(home),
            "REVENUE_HEALTH_TEST_SCRATCH": str(root),
            "TMPDIR": tempfile.tempdir,
            "PYTEST_DEBUG_TEMPROOT": str(scratch),
        }
os.environ["REVENUE_HEALTH_HOME"] = os.environ["REVENUE_HEALTH_TEST_HOME"]
# With DATABASE_URL set (a server of the person who tests) these would be asked for.
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("HTTPS", "false")

from revenue_health.settings import *  # noqa: F403  (Django's settings idiom)
from revenue_health.settings import CACHES, CELERY_BROKER_URL, DATABASES, HOME, REDIS_URL

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each parallel worker has a database of its own by pytest-django; the same for cache, broker and files: run numbers
# begin at 1 in every database, so in a shared store one worker would overwrite or remove the other's files.
_name = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
# Each worker takes two databases of Valkey, which has sixteen.
_worker = int(_name.removeprefix("gw")) % 7
CUSTODY_STORE = HOME.custody_store / _name
UPLOADS = HOME.uploads / _name
if "REVENUE_HEALTH_TEST_DATABASE" in os.environ:
    # A process that a test starts looks where the test does.
    DATABASES["default"]["NAME"] = os.environ["REVENUE_HEALTH_TEST_DATABASE"]
if REDIS_URL.startswith("unix://"):
    CACHES["default"]["LOCATION"] = f"{HOME.cache_url}?db={2 * _worker + 1}"
    CELERY_BROKER_URL = f"{CELERY_BROKER_URL}?virtual_host={2 * _worker}"
# Two years of quarters cost each company of the tests seconds, and its gates need no more than two.
GATE_QUARTERS = 2
# Clocks of tests travel by weeks; test_safety.py sets a limit of its own.
SESSION_IDLE_HOURS = 0
# Static files straight from their folders, as they are when asked: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
