-- Purpose: which neighbourhoods may change: those joined by a link in play, those in conflict that a link touches,
-- those with an identifier newly vouched, asserted or freed.
-- Of a large one only a part is to be loaded: the profiles at hand if it is in conflict (load_parts), else nothing, unless
-- parts_not_enough() says so. Whether it is large is seen when it is loaded.
-- Reads: work_links, work_named, links, identifiers, conflicted_neighbourhoods, decisions. Writes: work_loaded.
CREATE FUNCTION find_neighbourhoods() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first_arrived bigint := least_arrived();
BEGIN
    IF EXISTS (SELECT FROM work_named WHERE standing < was_standing) THEN
        INSERT INTO work_loaded
        SELECT o.neighbourhood_id, true
        FROM work_named w
        CROSS JOIN LATERAL (
            SELECT b_id AS other FROM links WHERE a_id = w.identifier_id
            UNION ALL
            SELECT a_id FROM links WHERE b_id = w.identifier_id
        ) l
        JOIN identifiers o ON o.identifier_id = l.other
        WHERE w.standing < w.was_standing;
    END IF;

    IF EXISTS (SELECT FROM work_arrivals WHERE first_id IS NOT NULL)
       AND EXISTS (SELECT FROM decisions WHERE action = 'assert' AND withdrawn_at IS NULL) THEN
        INSERT INTO work_loaded
        SELECT o.neighbourhood_id, false
        FROM decisions d
        JOIN decision_identifiers s ON s.decision_id = d.decision_id
        JOIN decision_identifiers t ON t.decision_id = d.decision_id AND t.side <> s.side
        JOIN kinds sk ON sk.name = s.kind
        JOIN kinds tk ON tk.name = t.kind
        JOIN work_named w ON w.value = s.value AND w.kind_id = sk.kind_id AND w.arrived
        JOIN identifiers o ON o.value = t.value AND o.kind_id = tk.kind_id
        WHERE d.action = 'assert' AND d.withdrawn_at IS NULL;
    END IF;

    IF EXISTS (SELECT FROM work_named) THEN
        INSERT INTO work_loaded
        SELECT n.neighbourhood_id, false, NULL,
               CASE WHEN c.neighbourhood_id IS NOT NULL THEN 'profiles' WHEN NOT n.newly_vouched THEN 'nothing' END
        FROM (
            SELECT u.neighbourhood_id, bool_or(u.newly_vouched) AS newly_vouched
            FROM (
                SELECT ends.n AS neighbourhood_id, false AS newly_vouched
                FROM (SELECT * FROM work_links WHERE held IS NULL AND least(a, b) < first_arrived) j
                CROSS JOIN LATERAL (VALUES (j.a), (j.b)) AS ends (n)
                WHERE ends.n < first_arrived
                  AND (j.a <> j.b OR (j.vouched AND j.core_a <> j.core_b)
                       OR j.a IN (SELECT neighbourhood_id FROM conflicted_neighbourhoods))
                UNION ALL
                SELECT w.neighbourhood_id, true
                FROM work_named w JOIN kinds k USING (kind_id)
                WHERE w.newly_vouched AND k.known AND NOT w.arrived
            ) u
            GROUP BY u.neighbourhood_id
        ) n
        LEFT JOIN conflicted_neighbourhoods c ON c.neighbourhood_id = n.neighbourhood_id
        WHERE n.neighbourhood_id NOT IN (SELECT l.neighbourhood_id FROM work_loaded l);
    END IF;
END $$;
