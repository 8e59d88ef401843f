#!/usr/bin/env python
"""Takes a command line, gives it to Django, with the embedded services up for as long as it runs."""

import os
import signal
import sys


def _migrate_new_database() -> None:
    """An embedded database that was made a moment ago gets its tables; any other is the operator's to migrate."""
    from idportal.embedded import needs_postgres

    if not needs_postgres():
        return
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    if "django_migrations" not in connection.introspection.table_names():
        call_command("migrate", verbosity=0)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started for this command is stopped with it
    from idportal.embedded import EmbeddedError, services

    try:
        with services():
            from django.core.management import execute_from_command_line

            if sys.argv[1:2] not in ([], ["migrate"], ["help"], ["--help"], ["makemigrations"]):
                _migrate_new_database()
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"idportal: {error}")


if __name__ == "__main__":
    main()
