-- Purpose: how many identifiers and profiles there are. Counted while they are few; estimated from the planner's
-- statistics when counting would take a second: the partial index holds every identifier that isn't its profile's first.
-- Reads: identifiers, pg_class.
WITH estimate AS (
    SELECT (SELECT reltuples FROM pg_class WHERE oid = 'identifiers'::regclass)::bigint AS identifiers,
           (SELECT reltuples FROM pg_class WHERE oid = 'identifiers_profile'::regclass)::bigint AS joined
)
SELECT e.identifiers > 200000 AND e.joined >= 0 AS estimated,
       CASE WHEN e.identifiers > 200000 AND e.joined >= 0 THEN e.identifiers ELSE (SELECT count(*) FROM identifiers) END AS identifiers,
       CASE WHEN e.identifiers > 200000 AND e.joined >= 0 THEN e.identifiers - e.joined
            ELSE (SELECT count(*) FROM identifiers WHERE profile_id = identifier_id) END AS profiles
FROM estimate e
