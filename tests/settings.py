"""The product's own settings, with a data directory for the tests and no way to the network."""

import os
import tempfile
from pathlib import Path

_data_dir = tempfile.mkdtemp(prefix="tilisilta-tests-")
os.environ.setdefault("TILISILTA_DATA_DIR", _data_dir)
os.environ["TILISILTA_BASE_URL"] = "http://127.0.0.1:8000"
os.environ["TILISILTA_SECRET_KEY"] = "for tests only, but long enough to sign"
os.environ["TILISILTA_ENCRYPTION_KEYS"] = "dGVzdHMgb25seSB0ZXN0cyBvbmx5IHRlc3RzIG9ubHk="
os.environ["TILISILTA_PROCOUNTOR_API_URL"] = "http://procountor.invalid/api"
os.environ["TILISILTA_PROCOUNTOR_LOGIN_URL"] = "http://procountor.invalid/login"
os.environ["TILISILTA_PROCOUNTOR_CLIENT_ID"] = "tilisilta-demo"
os.environ["TILISILTA_PROCOUNTOR_CLIENT_SECRET"] = "sandbox-secret"
# The pace has tests of its own; everywhere else it would only make the tests slow.
os.environ.setdefault("TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND", "10000")
os.environ["TILISILTA_NMBRS_SOAP_URL"] = "http://nmbrs.invalid/soap/v3"
os.environ["TILISILTA_NMBRS_REST_URL"] = "http://nmbrs.invalid"
os.environ["TILISILTA_NMBRS_IDENTITY_URL"] = "http://nmbrs.invalid/identity"
os.environ["TILISILTA_NMBRS_CLIENT_ID"] = "sandbox*development"
os.environ["TILISILTA_NMBRS_CLIENT_SECRET"] = "sandbox$nmbrs*secret%41+1"
os.environ["TILISILTA_NMBRS_SUBSCRIPTION_KEY"] = "sandbox-development-key"
os.environ.setdefault("TILISILTA_NMBRS_REQUESTS_PER_SECOND", "10000")
os.environ.setdefault("TILISILTA_NMBRS_REST_REQUESTS_PER_SECOND", "10000")

from tilisilta.settings import *  # noqa: E402, F403
from tilisilta.settings import DATABASES, STATIC_ROOT  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file as in production, not the memory: several threads write to it in some tests.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_data_dir) / "test.sqlite3")}
    # The tests' data may be lost in a power cut, and this is faster.
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# At its start the web part expects collected static files. The tests collect none.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# A call that gets no answer is made again at once.
NMBRS_RETRY_PAUSES = (0.0, 0.0)
NMBRS_REST_RETRY_PAUSES = (0.0, 0.0, 0.0)
PROCOUNTOR_FIRST_TOKEN_PAUSES = (0.0, 0.0, 0.0)
# In the thread of the test, which alone sees what it has stored.
VERIFICATIONS_AT_ONCE = 1
