"""The shipped pattern for phone numbers of one digit only, in words that are quicker to match. What it blocks is the same."""

from django.db import migrations

from profiles.rules.first_rules import SAME_DIGIT

BEFORE = r"\+?\d{0,3}(\d)\1{8,}"


def put(apps, schema_editor, pattern: str, instead_of: str) -> None:
    blocked = apps.get_model("profiles", "BlockedValue").objects
    blocked.filter(kind__name="phone", pattern=instead_of).update(pattern=pattern)


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0021_rules_asked_for"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, editor: put(apps, editor, SAME_DIGIT, BEFORE),
            lambda apps, editor: put(apps, editor, BEFORE, SAME_DIGIT),
        ),
    ]
