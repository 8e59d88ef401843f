"""The shipped pattern for phone numbers of one digit only, in words that are quicker to match. What it blocks is the same."""

from django.db import migrations

BEFORE = r"\+?\d{0,3}(\d)\1{8,}"
AFTER = r"\+?\d{0,3}(0{9,}|1{9,}|2{9,}|3{9,}|4{9,}|5{9,}|6{9,}|7{9,}|8{9,}|9{9,})"


def put(apps, schema_editor, pattern: str, instead_of: str) -> None:
    blocked = apps.get_model("profiles", "BlockedValue").objects
    blocked.filter(kind__name="phone", pattern=instead_of).update(pattern=pattern)


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0021_rules_asked_for"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, editor: put(apps, editor, AFTER, BEFORE),
            lambda apps, editor: put(apps, editor, BEFORE, AFTER),
        ),
    ]
