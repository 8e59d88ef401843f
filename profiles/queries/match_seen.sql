-- Purpose: where the engine is: a later run of matching looks at what came after. All of it is written under the engine's
-- lock, so what has a smaller number was committed before. Costs the engine nothing: it writes all of this anyway.
-- Reads: identifiers, profile_changes, deliveries, decisions.
SELECT coalesce((SELECT max(identifier_id) FROM identifiers), 0) AS identifier,
       coalesce((SELECT max(change_id) FROM profile_changes), 0) AS change,
       coalesce((SELECT max(resolved_at) FROM deliveries), '-infinity')::text AS resolved,
       coalesce((SELECT max(withdrawn_at) FROM decisions), '-infinity')::text AS withdrawn
