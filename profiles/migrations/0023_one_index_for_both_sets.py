from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("profiles", "0022_same_digit")]

    operations = [
        migrations.AddIndex(
            model_name="identifier",
            index=models.Index(
                condition=models.Q(("neighbourhood_id", models.F("profile_id")), _negated=True),
                fields=["neighbourhood_id"],
                name="identifiers_other_profiles",
            ),
        ),
        migrations.RemoveIndex(model_name="identifier", name="identifiers_neighbourhood"),
    ]
