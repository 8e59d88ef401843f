"""Takes the database, gives a warning when the engine's functions in it are not those of the files."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Tags, register

from profiles.functions import differing_functions


@register(Tags.database)
def functions_are_installed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    if not databases or "default" not in databases:
        return []
    differences = differing_functions()
    if not differences:
        return []
    listed = ", ".join(f"{name} ({what})" for name, what in sorted(differences.items()))
    return [
        checks.Warning(
            f"the engine's functions differ from their files: {listed}",
            hint="run manage.py migrate",
            id="profiles.W001",
        )
    ]
