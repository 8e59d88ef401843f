"""EMAIL_URL as the README names it: what is sent is encrypted, and without it letters can be read in the log."""

import os
import subprocess
import sys

import pytest

ASKED = """
from django.conf import settings as s
print(s.EMAIL_BACKEND.split(".")[-2], s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS)
"""


def settings_with(url: str | None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "EMAIL_URL"}
    environment |= {"DJANGO_SETTINGS_MODULE": "idportal.settings"} | ({"EMAIL_URL": url} if url is not None else {})
    return subprocess.run([sys.executable, "-c", ASKED], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("submission://name:pass%2Fword@mail.example:587", "smtp mail.example 587 True"),
        (None, "console None None False"),
        ("dummy:", "dummy None None False"),
    ],
)
def test_letters_go_as_the_address_says(url: str | None, said: str) -> None:
    assert settings_with(url).stdout.strip() == said


def test_an_unknown_way_is_refused_instead_of_sent_in_plain_text() -> None:
    done = settings_with("smtp+tls://name:password@mail.example:587")
    assert done.returncode != 0
    assert "submission://" in done.stderr
