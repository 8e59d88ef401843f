#!/usr/bin/env python
"""Takes a command line, gives it to Django, with the embedded services up for as long as it runs."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "idportal.settings")
    from idportal.embedded import EmbeddedError, services

    try:
        with services():
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(f"idportal: {error}")


if __name__ == "__main__":
    main()
