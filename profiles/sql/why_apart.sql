-- Purpose: for each of work_crossings, the first condition that joining its two final profiles would meet:
-- separated, limit KIND (the first in byte order), unvouched; null where both ends share a profile.
-- Cost: every join is on equality; without statistics a nested loop would be quadratic.
-- Reads: work_crossings, work_conflicts, work_identifiers, work_separations, kinds.
CREATE FUNCTION why_apart() RETURNS TABLE (a_id bigint, b_id bigint, reason text) LANGUAGE sql
SET enable_nestloop = off AS $$
    WITH apart AS (
        SELECT DISTINCT p, q FROM work_crossings WHERE p <> q
    ), sides AS (
        SELECT DISTINCT w.new_profile_id AS profile_id, s.decision_id, s.side
        FROM work_separations s JOIN work_identifiers w USING (identifier_id)
    ), separated AS (
        SELECT DISTINCT apart.p, apart.q
        FROM apart JOIN sides a ON a.profile_id = apart.p
        JOIN sides b ON b.profile_id = apart.q AND b.decision_id = a.decision_id AND b.side <> a.side
    ), counts AS (
        SELECT w.new_profile_id AS profile_id, k.kind_id, k.name, k."limit", count(*) AS n
        FROM work_conflicts c JOIN work_identifiers w USING (identifier_id) JOIN kinds k ON k.kind_id = c.kind_id
        WHERE k."limit" IS NOT NULL
        GROUP BY w.new_profile_id, k.kind_id, k.name, k."limit"
    ), limited AS (
        SELECT apart.p, apart.q, min(a.name COLLATE "C") AS kind
        FROM apart JOIN counts a ON a.profile_id = apart.p
        JOIN counts b ON b.profile_id = apart.q AND b.kind_id = a.kind_id
        WHERE a.n + b.n > a."limit"
        GROUP BY apart.p, apart.q
    )
    SELECT c.a_id, c.b_id, CASE WHEN c.p = c.q THEN NULL WHEN s.p IS NOT NULL THEN 'separated'
                                WHEN l.p IS NOT NULL THEN 'limit ' || l.kind ELSE 'unvouched' END
    FROM work_crossings c
    LEFT JOIN separated s ON s.p = c.p AND s.q = c.q
    LEFT JOIN limited l ON l.p = c.p AND l.q = c.q
$$;
