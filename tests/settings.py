"""The portal's settings, with everything kept apart from a running portal's."""

import os
from pathlib import Path

_home = Path(os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "test")))
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker and _home.name != _worker:  # what a worker starts inherits both, and stays with it
    os.environ["VAR_DIR"] = str(_home / _worker)
os.environ.setdefault("POSTGRES_UNSAFE", "1")

from idportal.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people log in often in tests
STORAGES["staticfiles"] = {  # noqa: F405 - no collectstatic before
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns of a missing directory
