-- Purpose: the golden record of some profiles: for each trait the value that its survivorship rule picks; of these traits
-- only, where names are given. values_said: how many different values there are to choose from.
-- Reads: identifiers, combinations, trait_values, trait_rules.
-- Cost: that of the profiles' traits; OFFSET 0 keeps the planner from walking all traits there are, once for each batch.
-- Invariant: equal times are decided by message id, so the answer doesn't depend on the order of arrival.
CREATE FUNCTION golden_traits(profile_ids bigint[], names text[] DEFAULT NULL)
RETURNS TABLE (profile_id bigint, name text, value jsonb, survivorship text, source_id int, "time" timestamptz, values_said bigint)
LANGUAGE sql STABLE AS $$
    WITH members AS (
        SELECT i.identifier_id, i.profile_id FROM identifiers i
        WHERE i.identifier_id = ANY (profile_ids) AND i.profile_id = i.identifier_id
        UNION ALL
        SELECT i.identifier_id, i.profile_id FROM identifiers i
        WHERE i.profile_id = ANY (profile_ids) AND i.profile_id <> i.identifier_id
    ),
    said AS (
        SELECT m.profile_id, t.name, t.source_id, t.value_hash, t.value, t.first_time, t.first_message, t.last_time, t.last_message,
               coalesce(r.survivorship, 'most_recent') AS survivorship, array_position(r.source_ids, t.source_id) AS priority,
               sum(t.events) OVER same_value AS value_events, dense_rank() OVER (PARTITION BY m.profile_id, t.name ORDER BY t.value_hash) AS nth_value
        FROM members m
        CROSS JOIN LATERAL (SELECT combination_id FROM combinations WHERE owner_id = m.identifier_id OFFSET 0) c
        CROSS JOIN LATERAL (
            SELECT * FROM trait_values v
            WHERE v.combination_id = c.combination_id AND v.name <> '$consent' AND (names IS NULL OR v.name = ANY (names))
            OFFSET 0
        ) t
        LEFT JOIN trait_rules r ON r.trait = t.name
        WINDOW same_value AS (PARTITION BY m.profile_id, t.name, t.value_hash)
    ),
    counted AS (
        SELECT *, max(nth_value) OVER (PARTITION BY said.profile_id, said.name) AS values_said FROM said
    )
    SELECT DISTINCT ON (c.profile_id, c.name) c.profile_id, c.name, c.value, c.survivorship, c.source_id,
           CASE WHEN c.survivorship = 'first' THEN c.first_time ELSE c.last_time END, c.values_said
    FROM counted c
    ORDER BY c.profile_id, c.name,
             CASE WHEN c.survivorship = 'source_priority' THEN coalesce(c.priority, 2147483647) END,
             CASE WHEN c.survivorship = 'most_frequent' THEN -c.value_events END,
             CASE WHEN c.survivorship = 'first' THEN c.first_time END,
             CASE WHEN c.survivorship = 'first' THEN c.first_message END,
             c.last_time DESC, c.last_message DESC, c.value_hash
$$;
