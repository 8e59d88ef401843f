-- Purpose: the identifiers that an erasure takes, and those that stay because events of others carry them too. Besides the
-- profile's own (member) those of elsewhere that no other event has ever shown.
-- Reads: erased_combinations(), identifiers, links, combinations, kinds.
CREATE FUNCTION erased_identifiers(profile bigint, others_too boolean) RETURNS TABLE (
    identifier_id bigint, profile_id bigint, kind text, value text, names_person boolean, standing smallint,
    member boolean, stays boolean
) LANGUAGE sql STABLE AS $$
    WITH touched AS MATERIALIZED (
        SELECT e.combination_id, e.goes, c.identifier_ids
        FROM erased_combinations(profile, others_too) e JOIN combinations c USING (combination_id)
    ), members AS MATERIALIZED (
        SELECT m.identifier_id FROM members_of(profile) m
    ), kept AS MATERIALIZED (
        SELECT DISTINCT i.id FROM touched t, unnest(t.identifier_ids) AS i (id) WHERE NOT t.goes
    ), beside AS MATERIALIZED (
        SELECT DISTINCT i.id
        FROM touched t, unnest(t.identifier_ids) AS i (id)
        WHERE t.goes AND i.id NOT IN (SELECT m.identifier_id FROM members m)
    ), alone AS (
        SELECT b.id
        FROM beside b
        WHERE NOT EXISTS (
            SELECT
            FROM (
                SELECT b.id AS owner_id
                UNION ALL
                SELECT b_id FROM links WHERE a_id = b.id
                UNION ALL
                SELECT a_id FROM links WHERE b_id = b.id
            ) o
            CROSS JOIN LATERAL (SELECT * FROM combinations WHERE owner_id = o.owner_id OFFSET 0) c
            WHERE b.id = ANY (c.identifier_ids)
              AND c.combination_id NOT IN (SELECT t.combination_id FROM touched t WHERE t.goes)
        )
    )
    SELECT i.identifier_id, i.profile_id, k.name::text, i.value, k.known, i.standing, m.identifier_id IS NOT NULL,
           i.identifier_id IN (SELECT id FROM kept)
    FROM (SELECT members.identifier_id AS id FROM members UNION SELECT id FROM alone) e
    JOIN identifiers i ON i.identifier_id = e.id
    JOIN kinds k USING (kind_id)
    LEFT JOIN members m ON m.identifier_id = e.id
$$;
