"""Takes a database that answers, gives one the portal can work with: migrated, with an administrator, and static files.

Prints one line of JSON for the launcher; one sentence on stderr and exit status 1 where something is wrong.
"""

import hashlib
import json
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from idportal import embedded

if TYPE_CHECKING:
    from idportal.accounts.models import User

ADMINISTRATOR = "admin"
OLDEST_POSTGRES = 16
READY_SECONDS = 300  # after a crash PostgreSQL reads its log first; the launcher sees when it doesn't start at all


class Unprepared(Exception):
    """The text says what is wrong and what to do."""


def main() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")
    try:
        django.setup()
        print(json.dumps(prepare()))
    except (Unprepared, ImproperlyConfigured, embedded.EmbeddedError) as error:
        sys.exit(str(error))


def prepare() -> dict[str, str]:
    from django.core.management import call_command

    embedded.wait_until_ready(seconds=READY_SECONDS)
    check_database()
    check_broker()
    collect_static()
    call_command("migrate", interactive=False, verbosity=0)
    return {"administrator": ADMINISTRATOR, "password": ensure_administrator()}


def check_database() -> None:
    from django.db import Error, connection

    if connection.vendor != "postgresql":
        raise Unprepared(f"DATABASE_URL names a {connection.vendor} database: PostgreSQL {OLDEST_POSTGRES} is needed")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0]) // 10_000
    except Error as error:
        raise Unprepared(f"the database can't be reached, see DATABASE_URL: {_first_line(error)}") from error
    if version < OLDEST_POSTGRES:
        raise Unprepared(f"the database is PostgreSQL {version}: {OLDEST_POSTGRES} or newer is needed")


def check_broker() -> None:
    import redis
    from django.conf import settings

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5, socket_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Unprepared(f"Valkey or Redis can't be reached, see REDIS_URL: {_first_line(error)}") from error


def collect_static() -> None:
    """Only when a file changed since: compressing them takes seconds."""
    from django.conf import settings
    from django.core.management import call_command

    stamp, now = Path(settings.STATIC_ROOT) / ".collected", _fingerprint([Path(p) for p in settings.STATICFILES_DIRS])
    if stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now)


def _fingerprint(folders: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def ensure_administrator() -> str:
    """The password where it was made now; empty where it is known already.

    A new ADMIN_PASSWORD replaces what was before. One that was used already does not: the administrator may have
    changed it since.
    """
    from django.contrib.auth.hashers import check_password

    from idportal.accounts.models import User

    asked = os.environ.get("ADMIN_PASSWORD", "")
    user = User.objects.filter(username=ADMINISTRATOR).first()
    if user is not None:
        if asked and not check_password(asked, user.password_given):
            _set_password(user, asked)
        return ""
    password = asked or secrets.token_urlsafe(12)
    _make_administrator(password, given=bool(asked))
    return "" if asked else password


def _make_administrator(password: str, *, given: bool) -> None:
    from django.contrib.auth.models import Group
    from django.db import transaction

    from idportal.accounts.models import User

    with transaction.atomic():
        user = User.objects.create_user(ADMINISTRATOR, password=password)
        if given:
            user.password_given = user.password
            user.save(update_fields=["password_given"])
        user.groups.add(Group.objects.get(name="administrator"))


def _set_password(user: "User", password: str) -> None:
    from ingest.audit.log import note

    user.set_password(password)
    user.password_given = user.password
    user.save(update_fields=["password", "password_given"])
    note(actor=user.username, action="password_changed", subject=user.username)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    main()
