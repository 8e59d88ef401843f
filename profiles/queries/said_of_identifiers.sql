-- Purpose: the latest value of each trait that events of some identifiers gave: what a part of a profile says of itself.
-- Reads: combinations, trait_values.
SELECT DISTINCT ON (t.name) t.name, t.value::text AS value
FROM combinations c JOIN trait_values t USING (combination_id)
WHERE c.owner_id = ANY (%(identifier_ids)s)
ORDER BY t.name, t.last_time DESC, t.last_message DESC
