"""Takes the settings, gives what is wrong with them in what they say of people."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from idportal.accounts.roles import ROLES


@register()
def roles_are_known(**kwargs: Any) -> list[CheckMessage]:
    named = {
        "SSO_NEW_PEOPLE": [settings.SSO_NEW_PEOPLE],
        "SSO_ROLES": settings.SSO_ROLES.values(),
        "SECOND_FACTOR_ROLES": settings.SECOND_FACTOR_ROLES,
    }
    hint = f"set it to {', '.join(ROLES)}"
    return [
        Error(f"{name} names a role that doesn't exist: {role}", hint=hint, id="accounts.E001")
        for name, roles in named.items()
        for role in roles
        if role and role not in ROLES
    ]
