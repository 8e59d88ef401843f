"""Takes database and settings, says where what is installed is not what the files or settings ask for."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
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


@register()
def spark_is_there(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    if settings.MATCH_BACKEND != "spark":
        return []
    from profiles.matching.spark import what_is_missing

    missing = what_is_missing()
    return (
        [checks.Error("MATCH_BACKEND is spark, which can't run here", hint=missing, id="profiles.E001")]
        if missing
        else []
    )
