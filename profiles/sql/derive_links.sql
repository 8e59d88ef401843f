-- Purpose: the batch's links that are new, newly vouched or seen earlier than known, as they are to be stored, with where their
-- ends are.
-- Reads: work_numbered, work_named, links. Writes: work_links.
-- Cost: a link of an identifier that arrived with the batch is new; only the others are looked up. Those that arrived have
-- greater numbers than all before them, and are their own core, neighbourhood and profile. Sorted here, links are looked up
-- and stored in the order of their index.
-- Invariant: first_seen is the least time of the vouched events if there are any, else of all.
CREATE FUNCTION derive_links() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO work_links
    WITH known AS MATERIALIZED (
        SELECT identifier_id, core_id, neighbourhood_id, profile_id FROM work_named WHERE NOT arrived
    ), seen AS (
        SELECT a, b, min(first_seen) AS first_seen, (min(ARRAY[microseconds(first_seen), first_event]))[2] AS first_event,
               min(first_vouched) AS first_vouched,
               (min(ARRAY[microseconds(first_vouched), first_vouched_event]) FILTER (WHERE first_vouched IS NOT NULL))[2]
                   AS first_vouched_event
        FROM (
            SELECT least(one, other) AS a, greatest(one, other) AS b, first_seen, first_event, first_vouched, first_vouched_event
            FROM (
                SELECT marks[place] AS one, unnest(marks[place + 1:]) AS other,
                       first_seen, first_event, first_vouched, first_vouched_event
                FROM work_numbered CROSS JOIN LATERAL generate_series(1, cardinality(marks) - 1) AS place
            ) ends
        ) pairs
        GROUP BY a, b
        OFFSET 0
    )
    SELECT n.a >> 1, n.b >> 1, coalesce(n.first_vouched, n.first_seen), coalesce(n.first_vouched_event, n.first_event),
           n.first_vouched IS NOT NULL OR coalesce(l.vouched, false),
           l.a_id IS NULL,
           l.a_id IS NOT NULL AND n.first_vouched IS NOT NULL AND NOT l.vouched,
           n.a & 1 = 1, n.b & 1 = 1, NULL,
           coalesce(a.core_id, n.a >> 1), coalesce(b.core_id, n.b >> 1),
           coalesce(a.neighbourhood_id, n.a >> 1), coalesce(b.neighbourhood_id, n.b >> 1),
           coalesce(a.profile_id, n.a >> 1), coalesce(b.profile_id, n.b >> 1)
    FROM (SELECT * FROM seen ORDER BY a, b) n
    LEFT JOIN LATERAL (
        SELECT * FROM links k
        WHERE n.b >> 1 < (SELECT least_arrived()) AND k.a_id = n.a >> 1 AND k.b_id = n.b >> 1
        OFFSET 0
    ) l ON true
    LEFT JOIN known a ON a.identifier_id = n.a >> 1
    LEFT JOIN known b ON b.identifier_id = n.b >> 1
    WHERE l.a_id IS NULL
       OR (n.first_vouched IS NOT NULL AND (NOT l.vouched OR n.first_vouched < l.first_seen))
       OR (NOT l.vouched AND n.first_vouched IS NULL AND n.first_seen < l.first_seen);
    PERFORM sample_work('work_links');
END $$;
