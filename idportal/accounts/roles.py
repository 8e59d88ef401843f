"""Takes the permissions that the apps declare, gives the five roles, as groups.

A view asks for a permission and never for a role, so a role is only this list.
"""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

VIEWER = ["profiles.view_masked", "ingest.view_masked"]
ANALYST = [*VIEWER, "profiles.view_profiles", "ingest.view_events", "ingest.view_deliveries", "webhooks.view_webhooks"]
STEWARD = [
    *ANALYST,
    "profiles.decide",
    "ingest.replay",
    "ingest.import_files",
    "profiles.view_erasures",
    "profiles.request_erasure",
    "profiles.export_profiles",
]
MARKETER = [*VIEWER, "ingest.view_events", "ingest.manage_sources"]
ADMINISTRATOR = [
    *STEWARD,
    "ingest.manage_sources",
    "profiles.change_rules",
    "profiles.set_second_eyes",
    "accounts.manage_people",
    "ingest.view_audit",
    "profiles.manage_api_clients",
    "webhooks.manage_webhooks",
    "profiles.confirm_erasure",
    "ingest.set_retention",
]

ROLES = {
    "viewer": VIEWER,
    "analyst": ANALYST,
    "steward": STEWARD,
    "marketer": MARKETER,
    "administrator": ADMINISTRATOR,
}


def grant_roles() -> None:
    """Make each role's group hold exactly its permissions. Raises LookupError for a permission nobody declares."""
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)
    declared = {
        f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")
    }
    for role, names in ROLES.items():
        missing = sorted(set(names) - set(declared))
        if missing:
            raise LookupError(f"role {role} names permissions that no model declares: {', '.join(missing)}")
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set([declared[name] for name in names])
