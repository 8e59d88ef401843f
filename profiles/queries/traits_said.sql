-- Purpose: every value that was ever said of a profile's traits. Reads: members_of(), combinations, trait_values.
SELECT t.name, t.value::text, t.source_id AS source, min(t.first_time) AS first_time, max(t.last_time) AS last_time,
       sum(t.events)::bigint AS events
FROM members_of(%(profile_id)s) m
CROSS JOIN LATERAL (SELECT combination_id FROM combinations WHERE owner_id = m.identifier_id OFFSET 0) c
CROSS JOIN LATERAL (SELECT * FROM trait_values v WHERE v.combination_id = c.combination_id OFFSET 0) t
GROUP BY t.name, t.value, t.source_id
ORDER BY t.name, last_time DESC
