"""The portal's settings, with everything kept apart from a running portal's."""

import os
from pathlib import Path

os.environ.setdefault("VAR_DIR", str(Path(__file__).parent.parent / "var" / "test"))
os.environ.setdefault("POSTGRES_UNSAFE", "1")

from idportal.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # people log in often in tests
STORAGES["staticfiles"] = {  # noqa: F405 - no collectstatic before
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - WhiteNoise warns of a missing directory
