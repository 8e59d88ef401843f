-- Purpose: the combinations that name a member of a profile, and which go when it is erased: those whose events belong to it;
-- with others_too also events of others that carry an identifier of it that names a person.
-- Reads: identifiers, links, combinations, kinds. A combination belongs to its member or to one that a link joins it to.
CREATE FUNCTION erased_combinations(profile bigint, others_too boolean) RETURNS TABLE (combination_id uuid, goes boolean)
LANGUAGE sql STABLE AS $$
    WITH members AS MATERIALIZED (
        SELECT m.identifier_id, k.known FROM members_of(profile) m JOIN kinds k USING (kind_id)
    ), all_ids AS MATERIALIZED (
        SELECT array_agg(identifier_id) AS ids, coalesce(array_agg(identifier_id) FILTER (WHERE known), '{}') AS known FROM members
    ), owners AS MATERIALIZED (
        SELECT identifier_id AS id FROM members
        UNION
        SELECT l.id
        FROM members m
        CROSS JOIN LATERAL (
            SELECT b_id AS id FROM links WHERE a_id = m.identifier_id
            UNION ALL
            SELECT a_id FROM links WHERE b_id = m.identifier_id
            OFFSET 0
        ) l
    )
    SELECT c.combination_id, c.owner_id = ANY (a.ids) OR (others_too AND c.identifier_ids && a.known)
    FROM owners o
    CROSS JOIN LATERAL (SELECT * FROM combinations WHERE owner_id = o.id OFFSET 0) c
    CROSS JOIN all_ids a
    WHERE c.identifier_ids && a.ids
$$;
