from django.db import migrations

# Levels of birth dates and names are others now: what was learned for the old ones can't be read, so the next run learns
# anew. Thresholds start over, joining without a person being off among them.
RETIRE = """
UPDATE match_models SET state = 'retired' WHERE state = 'in force';
DELETE FROM match_trial_pairs WHERE run_id IN
    (SELECT run_id FROM match_runs JOIN match_models USING (model_id) WHERE match_models.state = 'draft');
DELETE FROM match_runs WHERE model_id IN (SELECT model_id FROM match_models WHERE state = 'draft');
DELETE FROM match_models WHERE state = 'draft'
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0012_erasure")]

    operations = [migrations.RunSQL(RETIRE, migrations.RunSQL.noop)]
