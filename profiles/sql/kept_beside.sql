-- Purpose: the combinations that stay and say something of what an erasure takes away: those of others that carry an identifier
-- of the profile, and those that show a pair which events of the profile show too. With their identifiers as text.
-- Reads: erased_combinations(), combinations, links, identifiers, kinds, undefined_kinds.
CREATE FUNCTION kept_beside(profile bigint, others_too boolean) RETURNS TABLE (combination_id uuid, identifiers text[])
LANGUAGE sql STABLE AS $$
    WITH touched AS MATERIALIZED (
        SELECT e.combination_id, e.goes, c.identifier_ids
        FROM erased_combinations(profile, others_too) e JOIN combinations c USING (combination_id)
    ), beside AS MATERIALIZED (
        SELECT DISTINCT i.id
        FROM touched t, unnest(t.identifier_ids) AS i (id)
        WHERE t.goes AND i.id NOT IN (SELECT m.identifier_id FROM members_of(profile) m)
    ), pairs AS MATERIALIZED (
        SELECT DISTINCT x.id AS a_id, y.id AS b_id
        FROM touched t
        CROSS JOIN LATERAL unnest(t.identifier_ids) AS x (id)
        CROSS JOIN LATERAL unnest(t.identifier_ids) AS y (id)
        WHERE t.goes AND x.id < y.id AND x.id IN (SELECT id FROM beside) AND y.id IN (SELECT id FROM beside)
    ), kept AS (
        SELECT t.combination_id FROM touched t WHERE NOT t.goes
        UNION
        SELECT c.combination_id
        FROM pairs p
        CROSS JOIN LATERAL (
            SELECT p.a_id AS owner_id
            UNION
            SELECT b_id FROM links WHERE a_id = p.a_id
            UNION
            SELECT a_id FROM links WHERE b_id = p.a_id
        ) o
        CROSS JOIN LATERAL (SELECT * FROM combinations WHERE owner_id = o.owner_id OFFSET 0) c
        WHERE p.a_id = ANY (c.identifier_ids) AND p.b_id = ANY (c.identifier_ids)
          AND c.combination_id NOT IN (SELECT t.combination_id FROM touched t WHERE t.goes)
    )
    SELECT k.combination_id, coalesce(u.identifiers, n.identifiers)
    FROM kept k
    JOIN combinations c USING (combination_id)
    LEFT JOIN LATERAL (
        SELECT identifiers FROM undefined_kinds w WHERE w.combination_id = k.combination_id LIMIT 1
    ) u ON true
    CROSS JOIN LATERAL (
        SELECT array_agg((d.name || ':' || i.value) ORDER BY (d.name || ':' || i.value) COLLATE "C") AS identifiers
        FROM identifiers i JOIN kinds d USING (kind_id) WHERE i.identifier_id = ANY (c.identifier_ids)
    ) n
$$;
