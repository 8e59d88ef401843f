-- Purpose: the batch's links that are new, newly vouched or seen earlier than known, as they are to be stored.
-- Reads: work_combinations, work_members, links. Writes: work_links.
-- Cost: a link of an identifier that arrived with the batch is new; only the others are looked up.
-- Invariant: first_seen is the least time of the vouched events if there are any, else of all.
CREATE FUNCTION derive_links() RETURNS void LANGUAGE sql AS $$
    INSERT INTO work_links
    SELECT n.a_id, n.b_id, coalesce(n.first_vouched, n.first_seen), coalesce(n.first_vouched_event, n.first_event),
           n.first_vouched IS NOT NULL OR coalesce(l.vouched, false),
           l.a_id IS NULL,
           l.a_id IS NOT NULL AND n.first_vouched IS NOT NULL AND NOT l.vouched,
           n.known_a, n.known_b
    FROM (
        SELECT a.identifier_id AS a_id, b.identifier_id AS b_id, bool_or(a.arrived OR b.arrived) AS arrived,
               bool_or(a.known) AS known_a, bool_or(b.known) AS known_b,
               min(first_seen) AS first_seen, (min(ARRAY[microseconds(first_seen), first_event]))[2] AS first_event,
               min(first_vouched) AS first_vouched,
               (min(ARRAY[microseconds(first_vouched), first_vouched_event]) FILTER (WHERE first_vouched IS NOT NULL))[2]
                   AS first_vouched_event
        FROM work_members a
        JOIN work_members b ON b.combination_id = a.combination_id AND b.identifier_id > a.identifier_id
        JOIN work_combinations c ON c.combination_id = a.combination_id
        GROUP BY 1, 2
    ) n
    LEFT JOIN LATERAL (SELECT * FROM links k WHERE NOT n.arrived AND k.a_id = n.a_id AND k.b_id = n.b_id OFFSET 0) l ON true
    WHERE l.a_id IS NULL
       OR (n.first_vouched IS NOT NULL AND (NOT l.vouched OR n.first_vouched < l.first_seen))
       OR (NOT l.vouched AND n.first_vouched IS NULL AND n.first_seen < l.first_seen);
    ANALYZE work_links;
$$;
