-- Purpose: for each of work_crossings, the first condition that joining its two final profiles would meet:
-- separated, limit KIND (the first in byte order), unvouched; null where both ends share a profile.
-- Method: how many values of each limited kind a profile holds is one array a profile, so that every join is of single rows.
-- Reads: work_crossings, work_conflicts, work_identifiers, work_separations, kinds.
CREATE FUNCTION why_apart() RETURNS TABLE (a_id bigint, b_id bigint, reason text) LANGUAGE sql
SET enable_nestloop = off AS $$
    WITH apart AS MATERIALIZED (
        SELECT DISTINCT p, q FROM work_crossings WHERE p <> q
    ), limited AS MATERIALIZED (
        SELECT kind_id, name, "limit", row_number() OVER (ORDER BY kind_id) AS place FROM kinds WHERE "limit" IS NOT NULL
    ), counts AS MATERIALIZED (
        SELECT n.profile_id, array_agg(n.n ORDER BY n.place) AS n
        FROM (
            SELECT m.profile_id, l.place, count(*) FILTER (WHERE m.kind_id = l.kind_id) AS n
            FROM (SELECT p AS profile_id FROM apart UNION SELECT q FROM apart) e
            JOIN work_conflicts m USING (profile_id)
            CROSS JOIN limited l
            GROUP BY m.profile_id, l.place
        ) n
        GROUP BY n.profile_id
    ), sides AS (
        SELECT DISTINCT w.new_profile_id AS profile_id, s.decision_id, s.side
        FROM work_separations s JOIN work_identifiers w USING (identifier_id)
    ), separated AS (
        SELECT DISTINCT apart.p, apart.q
        FROM apart JOIN sides a ON a.profile_id = apart.p
        JOIN sides b ON b.profile_id = apart.q AND b.decision_id = a.decision_id AND b.side <> a.side
    ), reasons AS MATERIALIZED (
        SELECT apart.p, apart.q,
               CASE WHEN s.p IS NOT NULL THEN 'separated'
                    ELSE coalesce('limit ' || (SELECT min(l.name COLLATE "C") FROM limited l
                                               WHERE a.n[l.place] > 0 AND b.n[l.place] > 0 AND a.n[l.place] + b.n[l.place] > l."limit"),
                                  'unvouched') END AS reason
        FROM apart
        LEFT JOIN counts a ON a.profile_id = apart.p
        LEFT JOIN counts b ON b.profile_id = apart.q
        LEFT JOIN separated s ON s.p = apart.p AND s.q = apart.q
    )
    SELECT c.a_id, c.b_id, r.reason FROM work_crossings c LEFT JOIN reasons r ON r.p = c.p AND r.q = c.q
$$;
