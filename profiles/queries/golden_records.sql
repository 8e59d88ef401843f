-- Purpose: the golden record of some profiles: for each trait the value that its survivorship rule picks.
-- Reads: identifiers, combinations, trait_values, trait_rules.
-- Invariant: equal times are decided by message id, so the answer doesn't depend on the order of arrival.
WITH members AS (
    SELECT identifier_id, profile_id FROM identifiers
    WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT identifier_id, profile_id FROM identifiers
    WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
),
said AS (
    SELECT m.profile_id, t.name, t.source_id, t.value_hash, t.value, t.first_time, t.first_message, t.last_time, t.last_message,
           coalesce(r.survivorship, 'most_recent') AS survivorship, array_position(r.source_ids, t.source_id) AS priority,
           sum(t.events) OVER same_value AS value_events, dense_rank() OVER (PARTITION BY m.profile_id, t.name ORDER BY t.value_hash) AS nth_value
    FROM members m
    JOIN combinations c ON c.owner_id = m.identifier_id
    JOIN trait_values t USING (combination_id)
    LEFT JOIN trait_rules r ON r.trait = t.name
    WHERE %(names)s::text[] IS NULL OR t.name = ANY (%(names)s)
    WINDOW same_value AS (PARTITION BY m.profile_id, t.name, t.value_hash)
),
counted AS (
    SELECT *, max(nth_value) OVER (PARTITION BY profile_id, name) AS values_said FROM said
)
SELECT DISTINCT ON (profile_id, name) profile_id, name, value::text AS value, survivorship, source_id,
       CASE WHEN survivorship = 'first' THEN first_time ELSE last_time END AS time, values_said
FROM counted
ORDER BY profile_id, name,
         CASE WHEN survivorship = 'source_priority' THEN coalesce(priority, 2147483647) END,
         CASE WHEN survivorship = 'most_frequent' THEN -value_events END,
         CASE WHEN survivorship = 'first' THEN first_time END,
         CASE WHEN survivorship = 'first' THEN first_message END,
         last_time DESC, last_message DESC, value_hash
