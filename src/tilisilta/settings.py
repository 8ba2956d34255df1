"""Every setting, read from the environment in this one file. A missing or bad one stops the start.

The table of names and defaults is in ``docs/self-hosting.md``.
"""

import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from cryptography.fernet import Fernet
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from tilisilta import data_directory, languages
from tilisilta.environment import all_or_none as _all_or_none
from tilisilta.environment import credential as _credential
from tilisilta.environment import mail_address as _mail_address
from tilisilta.environment import networks as _networks
from tilisilta.environment import number as _number
from tilisilta.environment import on_or_off as _on_or_off
from tilisilta.environment import one_of as _one_of
from tilisilta.environment import port as _port
from tilisilta.environment import text as _text
from tilisilta.environment import time_of_day as _time_of_day
from tilisilta.environment import url as _url

SHORTEST_SECRET_KEY = 32
FEWEST_CHARACTERS = 5


def _secret(name: str, file_name: str, make: str) -> str:
    """Return a secret from the environment, or from the data directory where SQLite lives too.

    With PostgreSQL several machines must share their secrets, so they cannot be made here.
    """
    value = os.environ.get(name, "")
    if value:
        return value
    if not _USES_SQLITE:
        raise ImproperlyConfigured(f"{name} is not set. With PostgreSQL it has to be.")
    return data_directory.secret_made_once(DATA_DIR / file_name, make)


BASE_URL = _url("TILISILTA_BASE_URL", "http://127.0.0.1:8000")
DATA_DIR = Path(_text("TILISILTA_DATA_DIR", "data")).absolute()
data_directory.prepare(DATA_DIR)

DATABASE_URL = _text("TILISILTA_DATABASE_URL", f"sqlite:///{DATA_DIR}/tilisilta.sqlite3")
_USES_SQLITE = DATABASE_URL.startswith("sqlite:")
if not _USES_SQLITE and not DATABASE_URL.startswith(("postgres:", "postgresql:")):
    raise ImproperlyConfigured("TILISILTA_DATABASE_URL must begin with sqlite: or postgresql:")
DATABASES: dict[str, Any] = {
    # Opening a connection takes longer than most queries.
    "default": dict(dj_database_url.parse(DATABASE_URL, conn_max_age=600))
}
if _USES_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        # Take the write lock when a transaction begins: two that read first and write later
        # would otherwise fail instead of waiting for each other.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # WAL lets pages read while a worker writes. FULL, as a sending that was committed must
        # outlive a power cut: its receipt may be in Procountor by then.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# In the database, as failed log-ins are counted over all processes, whether restarted or not.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tilisilta_cachedvalue",
        # Beyond this Django throws out what still counts, and a stranger can add entries.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = _secret("TILISILTA_SECRET_KEY", "secret-key", secrets.token_urlsafe(48))
if len(SECRET_KEY) < SHORTEST_SECRET_KEY or len(set(SECRET_KEY)) < FEWEST_CHARACTERS:
    raise ImproperlyConfigured(
        f"TILISILTA_SECRET_KEY is too easy to guess: it signs log-ins, so it must be at least "
        f"{SHORTEST_SECRET_KEY} random characters. To make one: "
        "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    )
ENCRYPTION_KEYS = tuple(
    key.strip()
    for key in _secret(
        "TILISILTA_ENCRYPTION_KEYS", "encryption-keys", Fernet.generate_key().decode()
    ).split(",")
)
try:
    for _key in ENCRYPTION_KEYS:
        Fernet(_key)
except ValueError:
    raise ImproperlyConfigured(
        "TILISILTA_ENCRYPTION_KEYS must be Fernet keys, the newest first, with commas between."
    ) from None

PROCOUNTOR_API_URL = _url(
    "TILISILTA_PROCOUNTOR_API_URL", "https://api.procountor.com/supported/api"
)
"""The supported version changes four times a year; without a version it is the newest release."""
PROCOUNTOR_LOGIN_URL = _url("TILISILTA_PROCOUNTOR_LOGIN_URL", "https://api.procountor.com/login")
PROCOUNTOR_CLIENT_ID = os.environ.get("TILISILTA_PROCOUNTOR_CLIENT_ID", "")
PROCOUNTOR_CLIENT_SECRET = os.environ.get("TILISILTA_PROCOUNTOR_CLIENT_SECRET", "")
PROCOUNTOR_REQUESTS_PER_SECOND = _number("TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND", "18")
PROCOUNTOR_TIMEOUT_SECONDS = _number("TILISILTA_PROCOUNTOR_TIMEOUT_SECONDS", "60")
PROCOUNTOR_REFUSAL_PAUSES: tuple[float, ...] = (5, 15, 60, 300, 900)
"""The pauses after tokens that were refused though just given; after them the account has ended."""
PROCOUNTOR_FIRST_TOKEN_PAUSES: tuple[float, ...] = (1, 3, 6)
"""The same for the first token of an authorisation, for which a person waits."""
PROCOUNTOR_TRANSPORT: object = None
"""``None`` is the network. The tests put an httpx2 transport to the sandbox here."""
NMBRS_SOAP_URL = _url("TILISILTA_NMBRS_SOAP_URL", "https://api.nmbrs.nl/soap/v3")
NMBRS_REST_URL = _url("TILISILTA_NMBRS_REST_URL", "https://api.nmbrsapp.com")
NMBRS_IDENTITY_URL = _url("TILISILTA_NMBRS_IDENTITY_URL", "https://identityservice.nmbrs.com")
NMBRS_CLIENT_ID = _credential("TILISILTA_NMBRS_CLIENT_ID")
NMBRS_CLIENT_SECRET = _credential("TILISILTA_NMBRS_CLIENT_SECRET")
NMBRS_SUBSCRIPTION_KEY = _credential("TILISILTA_NMBRS_SUBSCRIPTION_KEY")
_all_or_none(
    {
        "TILISILTA_NMBRS_CLIENT_ID": NMBRS_CLIENT_ID,
        "TILISILTA_NMBRS_CLIENT_SECRET": NMBRS_CLIENT_SECRET,
        "TILISILTA_NMBRS_SUBSCRIPTION_KEY": NMBRS_SUBSCRIPTION_KEY,
    }
)
NMBRS_PKCE = _on_or_off("TILISILTA_NMBRS_PKCE", "on")
"""Whether a consent is bound to a proof of who asked for it; Nmbrs does not document it."""
NMBRS_REQUESTS_PER_SECOND = _number("TILISILTA_NMBRS_REQUESTS_PER_SECOND", "120")
"""Above 150 calls in a second Nmbrs makes each of them wait; 120 stays clear of that."""
NMBRS_REST_REQUESTS_PER_SECOND = _number("TILISILTA_NMBRS_REST_REQUESTS_PER_SECOND", "5")
"""Where the pace by REST starts: Nmbrs publishes no limit, so that it is found out by refusals."""
NMBRS_FETCHES_AT_ONCE = max(1, round(_number("TILISILTA_NMBRS_FETCHES_AT_ONCE", "12")))
"""How many companies one worker fetches at the same time."""
NMBRS_TIMEOUT_SECONDS = _number("TILISILTA_NMBRS_TIMEOUT_SECONDS", "60")
NMBRS_SYNC_TIME = _time_of_day("TILISILTA_NMBRS_SYNC_TIME", "04:00")
"""The local time from which everything is fetched once each night."""
NMBRS_RETRY_PAUSES: tuple[float, ...] = (0.5, 2.0)
"""A call to Nmbrs that got no answer is made again after each of these pauses, in seconds."""
NMBRS_REST_RETRY_PAUSES: tuple[float, ...] = (0.5, 2.0, 5.0)
NMBRS_CLOCK: object = None
"""``None`` is the clock of the machine. The tests put one here that moves only by sleeping."""
NMBRS_TRANSPORT: object = None
"""As for Procountor."""
VERIFY_TIME = _time_of_day("TILISILTA_VERIFY_TIME", "05:00")
"""The local time from which payroll is compared with the ledger once each night."""
MOST_BY_RULE_A_DAY = round(_number("TILISILTA_MOST_BY_RULE_A_DAY", "500"))
VERIFICATIONS_AT_ONCE = max(1, round(_number("TILISILTA_VERIFICATIONS_AT_ONCE", "6")))
"""How many companies one process compares at the same time."""
WEBHOOK_NETWORKS = _networks("TILISILTA_WEBHOOK_NETWORKS", "none")
"""The networks of the bureau's own in which receivers of webhooks may stand."""
MAIL_HOST = os.environ.get("TILISILTA_MAIL_HOST", "").strip()
"""The mail server that notices go through; empty: no mail is sent."""
MAIL_SECURITY = _one_of("TILISILTA_MAIL_SECURITY", "starttls", ("starttls", "tls", "none"))
MAIL_PORT = _port("TILISILTA_MAIL_PORT", {"starttls": 587, "tls": 465, "none": 25}[MAIL_SECURITY])
MAIL_USER = _credential("TILISILTA_MAIL_USER")
MAIL_PASSWORD = _credential("TILISILTA_MAIL_PASSWORD")
_all_or_none({"TILISILTA_MAIL_USER": MAIL_USER, "TILISILTA_MAIL_PASSWORD": MAIL_PASSWORD})
if MAIL_PASSWORD and MAIL_SECURITY == "none":
    raise ImproperlyConfigured(
        "TILISILTA_MAIL_PASSWORD would be readable on its way: set TILISILTA_MAIL_SECURITY to "
        "starttls or tls."
    )
MAIL_FROM = _mail_address("TILISILTA_MAIL_FROM") if MAIL_HOST else ""
"""The sender of mails, such as ``Tilisilta <tilisilta@bureau.example>``."""
MAIL_CA_FILE = os.environ.get("TILISILTA_MAIL_CA_FILE", "")
"""A file of certificates to trust, for a mail server with one that the bureau has issued."""
if MAIL_CA_FILE and not Path(MAIL_CA_FILE).is_file():
    raise ImproperlyConfigured("TILISILTA_MAIL_CA_FILE is not a file.")
MAIL_TIMEOUT_SECONDS = _number("TILISILTA_MAIL_TIMEOUT_SECONDS", "20")
"""For one answer of the mail server; one mail takes three times as long at most."""
MAIL_DIGEST_TIME = _time_of_day("TILISILTA_MAIL_DIGEST_TIME", "07:00")
"""The local time from which the daily digest is sent; ``None`` for no digest."""
WORKER_TIMEOUT_SECONDS = _number("TILISILTA_WORKER_TIMEOUT_SECONDS", "30")
"""A worker without a heartbeat for so long counts as dead, and others take over its work."""
UNCERTAIN_PAUSE_SECONDS = _number("TILISILTA_UNCERTAIN_PAUSE_SECONDS", "15")
"""The pause before the second look for a receipt with no known outcome; later ones grow."""

DEBUG = False
_host = urlsplit(BASE_URL)
WEBHOOKS_TO_THIS_MACHINE = _host.hostname in {"127.0.0.1", "::1", "localhost"}
"""Only where it is tried out: in use, what listens on the machine itself must stay out of reach."""
ALLOWED_HOSTS = [_host.hostname or "127.0.0.1", "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
_is_https = _host.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
TRUSTED_PROXIES = _networks("TILISILTA_TRUSTED_PROXIES", "127.0.0.1,::1" if _is_https else "none")
"""Who may say in ``X-Forwarded-For`` from which address a request comes."""
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 60 * 60
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

INSTALLED_APPS = [
    "tilisilta",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]
MIDDLEWARE = [
    "tilisilta.web.head.HeadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tilisilta.web.language_choice.LanguageMiddleware",
    "tilisilta.api.middleware.ApiMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tilisilta.web.entrance.EntranceMiddleware",
    "tilisilta.web.lost_keys.LostKeysMiddleware",
]
ROOT_URLCONF = "tilisilta.web.urls"
WSGI_APPLICATION = "tilisilta.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tilisilta.web.context.page",
            ],
            "libraries": {
                "drift": "tilisilta.web.templatetags.drift",
                "ledger": "tilisilta.web.templatetags.ledger",
                "month_end": "tilisilta.web.templatetags.month_end",
                "reconciliation": "tilisilta.web.templatetags.reconciliation",
                "set_up": "tilisilta.web.templatetags.set_up",
            },
        },
    }
]
STATIC_URL = "static/"
STATICFILES_DIRS = [Path(__file__).parent / "web" / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Django's own default lets others of the machine read the files that it stores.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# A page that sends all journals of a month has a box to tick for each of them.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

AUTH_USER_MODEL = "tilisilta.User"
AUTHENTICATION_BACKENDS = ["tilisilta.web.accounts.UserBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tilisilta.services.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tilisilta.web.accounts.AccountAdapter"
ACCOUNT_RATE_LIMITS = {
    # Wrong log-ins alone are counted, or a busy morning behind one address would be refused.
    "login": "",
    # The count of one address ends before that of one user, so that one stranger locks nobody out.
    "login_failed": "10/15m/ip,30/15m/key",
    # A browser in which this user has logged in before is counted apart from strangers.
    "known_browser_failed": "10/15m/key",
    "second_step_failed": "10/h/key",
    # Unknown tokens of the API, by address.
    "api_token_failed": "10/15m/ip",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tilisilta"
# The clock of a phone may be half a minute off, which is one code earlier or later.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "tilisilta.web.second_step.SecondStepForm",
    "reauthenticate": "tilisilta.web.second_step.SecondStepAgainForm",
}
MFA_ADAPTER = "tilisilta.web.accounts.MFAAdapter"

LANGUAGE_CODE = languages.SOURCE_LANGUAGE.code
LANGUAGES = [(language.code, language.own_name) for language in languages.LANGUAGES]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Europe/Helsinki"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "plain"}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # A request's address can carry an OAuth code; our own client logs what it does.
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        # It logs values that it cannot read, and those may be a person's pay.
        "zeep": {"level": "CRITICAL"},
    },
}
