"""Settings, read from the environment; without any, everything runs embedded in one home folder.

Set DATABASE_URL and REDIS_URL (and SECRET_KEY, ALLOWED_HOSTS) and nothing embedded is started.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from departments.core.upload_limits import WAITING_ZIPS_MB
from revenue_health import __version__
from revenue_health.embedded.home import Home
from revenue_health.logs.config import configure as configure_logs
from revenue_health.settings.history import LEVEL, TRACKERS
from revenue_health.settings.languages import offered_languages
from revenue_health.settings.mail import mailers, site_url
from revenue_health.settings.middleware import ORDER
from revenue_health.settings.pages import templates
from revenue_health.settings.safety import content_policy, second_factor_roles
from revenue_health.settings.schedule import beat_schedule
from revenue_health.settings.sign_in import FORMS, oidc_origin, oidc_providers

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
VERSION = __version__

HOME = Home.current()
EMBEDDED_DATABASE = "DATABASE_URL" not in env.ENVIRON
EMBEDDED_BROKER = "REDIS_URL" not in env.ENVIRON
EMBEDDED = EMBEDDED_DATABASE and EMBEDDED_BROKER
# Only a home that `demo` built, with its own servers, offers sign-in without a password.
DEMO = EMBEDDED and HOME.demo_marker.exists() and not HOME.own_data.exists()

DEBUG = env.bool("DEBUG", default=False)
if EMBEDDED_DATABASE:
    SECRET_KEY = env.str("SECRET_KEY", default="") or HOME.secret_key()
elif env.str("SECRET_KEY", default=""):
    SECRET_KEY = env.str("SECRET_KEY")
else:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. With DATABASE_URL set this is a server: give it a secret of its own."
    )
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Pages of allauth (sessions, passkeys) load its tags.
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "pghistory",
    "django_structlog",
    "departments",
    "pipeline",
    "revenue_health.contribution",
    "revenue_health.review",
    "revenue_health",
]

MIDDLEWARE = ORDER

ROOT_URLCONF = "revenue_health.urls"
WSGI_APPLICATION = "revenue_health.wsgi.application"

TEMPLATES = templates(BASE_DIR)
# Widgets are drawn by our templates where there is one: choices without a template for each of them.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- data -----------------------------------------------------------------------------------------------------
if EMBEDDED_DATABASE:
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": str(HOME.sockets),
            "USER": "postgres",
            "NAME": "revenue_health",
        }
    }
else:
    DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 0,
    "max_size": env.int("DATABASE_POOL_SIZE", default=8),
    "timeout": 10,
}
# A pooled connection is asked before it is given out, so a restarted database costs no reader an error.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default=HOME.redis_url)
# kombu has a scheme of its own for Redis on a Unix socket.
_CELERY_REDIS = REDIS_URL.replace("unix://", "redis+socket://") if REDIS_URL.startswith("unix://") else REDIS_URL
# The cache may evict entries, the queue must not: on a server it has a Valkey of its own, by CACHE_URL.
CACHE_URL = env.str("CACHE_URL", default=HOME.cache_url if EMBEDDED_BROKER else REDIS_URL)
CACHES = {
    "default": {
        # Never pickles: unpickling runs code.
        "BACKEND": "revenue_health.cache.JsonCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "rh",
        "TIMEOUT": 24 * 3600,
    }
}
CUSTODY_STORE = env.path("CUSTODY_STORE", default=str(HOME.custody_store))()
UPLOADS = env.path("UPLOADS", default=str(HOME.uploads))()
# Earlier quarters that the gates of a verdict read, and the track record shows; each costs a second or two a night.
GATE_QUARTERS = max(2, env.int("GATE_QUARTERS", default=8))
UPLOAD_QUOTA_MB = env.int("UPLOAD_QUOTA_MB", default=WAITING_ZIPS_MB)
# Ours first: it drops a file that does not fit before one of Django's handlers writes it to disk.
FILE_UPLOAD_HANDLERS = [
    "pipeline.uploading.RoomUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- backups: docs/operations.md ------------------------------------------------------------------------------
# Empty: nobody makes one at night.
BACKUP_DIR = env.str("BACKUP_DIR", default="")
BACKUP_KEEP = max(1, env.int("BACKUP_KEEP", default=14))
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", default="")

# --- people ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "departments.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "departments:start"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "departments.people.accounts.ClosedAccountAdapter"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Revenue Health: "
# Whoever asks for a new password must not make us write to strangers.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = FORMS
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Revenue Health"
_OIDC = {name: env.str(name, default="") for name in ("OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_SECRET", "OIDC_SERVER_URL")}
SOCIALACCOUNT_ADAPTER = "departments.people.accounts.InvitedOnlyAdapter"
SOCIALACCOUNT_PROVIDERS = oidc_providers(_OIDC)
# The company's own provider vouches for the address: who has an account with it is signed in to that account.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True

# Who changed what: triggers write it down, whoever changes it (docs/THREAT_MODEL.md). What is written down stays.
PGHISTORY_DEFAULT_TRACKERS = TRACKERS
PGHISTORY_LEVEL = LEVEL
PGHISTORY_APPEND_ONLY = True
PGHISTORY_BASE_MODEL = "departments.models.history.Event"
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- mail -----------------------------------------------------------------------------------------------------
# Without a mail server, files: in the home, and on a server in the one folder it can write to.
MAILERS = mailers(
    env.str("EMAIL_URL", default=""), str(HOME.path / "mail" if EMBEDDED_DATABASE else Path(UPLOADS) / "mail")
)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Revenue Health <revenue-health@localhost>")
# Links in mails are made outside of any request: the address people open the dashboard by.
SITE_URL = site_url(env.str("SITE_URL", default=""), home=HOME, server=not EMBEDDED_DATABASE)

# --- language and time ----------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = offered_languages(env.list("LANGUAGES", default=["en", "de"]))
LOCALE_PATHS = [BASE_DIR / "locale"]
# Figures in pages are written by departments/formats.py; whatever else is printed stays as programs read it.
FORMAT_MODULE_PATH = ["revenue_health.locale_formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files ---------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(HOME.path / "static"))()
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "revenue_health.staticfiles.QuickStaticFilesStorage"},
}
# Pages name files by their hash; the plain names would only double the work of collecting.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- safety ---------------------------------------------------------------------------------------------------
SECURE_CSP = content_policy(oidc_origin(_OIDC))
HTTPS = env.bool("HTTPS", default=not EMBEDDED_DATABASE)
SECURE_SSL_REDIRECT = HTTPS
# Passkeys work on https, and on localhost for a laptop.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# One host does not decide for all of its domain unless it is told to.
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=False)
# Subdomains and preload are the operator's choice, made by the two settings above.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_IDLE_HOURS = env.int("SESSION_IDLE_HOURS", default=72)
SECOND_FACTOR_ROLES = second_factor_roles(env.list("SECOND_FACTOR_ROLES", default=[]))
# With a proxy in front, X-Forwarded-Proto and the last address of X-Forwarded-For are its own words.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
# The health check of a container asks over plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- nightly work ---------------------------------------------------------------------------------------------
CELERY_BROKER_URL = _CELERY_REDIS
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A message is acknowledged when its task has ended, so that one whose worker is killed comes back.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Otherwise a process in a long recompute would keep messages that another one could work on.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# What became of a task is in the row of its job; there is no result backend (docs/adr/0008).
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_TASK_SOFT_TIME_LIMIT = 3300
# A killed worker's message comes back after these, not after kombu's default of about 100 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the time limit, or a task that still runs would be delivered a second time.
    "visibility_timeout": 3700,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A running job that was not touched for so long has lost its worker; another takes it up.
JOB_STALE_SECONDS = env.int("JOB_STALE_SECONDS", default=40)
# A process of the worker that has gathered this much (kB), or done so many tasks, is replaced by a fresh one. A fresh
# one has 200 MB, shared for the most part; after heavy work what it gathered would stay in the process for days.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000
CELERY_WORKER_MAX_TASKS_PER_CHILD = 60
CELERY_BEAT_SCHEDULE = beat_schedule(
    recompute_hour=env.int("NIGHTLY_HOUR_UTC", default=3),
    backup_hour=env.int("BACKUP_HOUR_UTC", default=5) if BACKUP_DIR else None,
)

# --- log ------------------------------------------------------------------------------------------------------
LOGGING = configure_logs(os.environ)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# The worker's and beat's lines too, at LOG_LEVEL: Celery would set up handlers of its own.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
