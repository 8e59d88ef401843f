-- Purpose: what stands against joining the profiles of two identifiers without a person, or null: separated (by a person),
-- withdrawn (a person took such a joining back), limit KIND (the first in byte order). Reads: identifiers, kinds, decisions,
-- decision_identifiers.
CREATE FUNCTION obstacle_to_match(one bigint, other bigint) RETURNS text LANGUAGE sql STABLE AS $$
    WITH held AS (
        SELECT DISTINCT profile_id FROM identifiers WHERE identifier_id IN (one, other)
    ), members AS (
        SELECT i.kind_id, i.value, i.profile_id FROM identifiers i
        WHERE i.identifier_id IN (SELECT profile_id FROM held) AND i.profile_id = i.identifier_id
        UNION ALL
        SELECT i.kind_id, i.value, i.profile_id FROM identifiers i
        WHERE i.profile_id IN (SELECT profile_id FROM held) AND i.profile_id <> i.identifier_id
    ), parts AS (
        SELECT m.*, m.profile_id = (SELECT profile_id FROM identifiers WHERE identifier_id = one) AS first FROM members m
    ), said AS (
        SELECT d.action, d.withdrawn_at, p.first, s.side, d.decision_id
        FROM parts p
        JOIN kinds k USING (kind_id)
        JOIN decision_identifiers s ON s.value = p.value AND s.kind = k.name
        JOIN decisions d USING (decision_id)
    ), apart AS (
        SELECT a.action, a.withdrawn_at FROM said a JOIN said b USING (decision_id)
        WHERE a.first AND NOT b.first AND a.side <> b.side
    ), passed AS (
        SELECT min(k.name COLLATE "C") AS kind FROM (
            SELECT kind_id FROM parts JOIN kinds USING (kind_id)
            WHERE "limit" IS NOT NULL
            GROUP BY kind_id, "limit" HAVING count(*) > "limit" AND bool_or(first) AND bool_or(NOT first)
        ) l JOIN kinds k USING (kind_id)
    )
    SELECT CASE WHEN EXISTS (SELECT FROM apart WHERE action = 'separate' AND withdrawn_at IS NULL) THEN 'separated'
                WHEN EXISTS (SELECT FROM apart WHERE action = 'assert' AND withdrawn_at IS NOT NULL) THEN 'withdrawn'
                ELSE 'limit ' || kind END
    FROM passed
$$;
