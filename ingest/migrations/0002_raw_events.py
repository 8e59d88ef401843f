from django.db import migrations

TABLE = """
CREATE TABLE raw_events (
    event_id       bigint      NOT NULL,
    landed_at      timestamptz NOT NULL,
    event_time     timestamptz NOT NULL,
    message_id     uuid        NOT NULL,
    combination_id uuid        NOT NULL,
    source_id      integer     NOT NULL,
    trusted        boolean     NOT NULL,
    type           text        NOT NULL,
    name           text        NOT NULL,
    identifiers    text[]      NOT NULL,
    traits         jsonb,
    payload        jsonb       NOT NULL,
    PRIMARY KEY (event_id, landed_at)
) PARTITION BY RANGE (landed_at);
CREATE INDEX raw_events_timeline ON raw_events (combination_id, event_time);
-- Landing never fails for want of a month: what no partition takes goes here.
CREATE TABLE raw_events_default PARTITION OF raw_events DEFAULT;
"""

# The landing may add, and do nothing else: not read, not change, not remove. See landing.py.
# A user who may not create roles lands as themselves; `manage.py check --database default` says so.
ROLES = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'idportal_landing') THEN
        CREATE ROLE idportal_landing NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'idportal_analyst') THEN
        CREATE ROLE idportal_analyst NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    RAISE NOTICE 'the roles idportal_landing and idportal_analyst were not created: %', SQLERRM;
END $$;
DO $$
BEGIN
    EXECUTE format('GRANT idportal_landing TO %I WITH INHERIT FALSE, SET TRUE', current_user);
    GRANT INSERT ON deliveries, event_keys, raw_events, rejected_records TO idportal_landing;
    GRANT USAGE ON SEQUENCE deliveries_delivery_id_seq, rejected_records_id_seq TO idportal_landing;
    GRANT SELECT ON deliveries, event_keys, raw_events, rejected_records TO idportal_analyst;
EXCEPTION WHEN undefined_object OR insufficient_privilege THEN
    RAISE NOTICE 'no rights were granted to the landing and analyst roles: %', SQLERRM;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_landing")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE raw_events"),
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
    ]
