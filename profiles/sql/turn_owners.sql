-- Purpose: give the events of identifiers that went out of play, or came back into it, to those they belong to now.
-- Such an event belongs to the identifier itself, or to one that a link joins it to.
-- Reads: work_identifiers, links, identifiers, kinds. Writes: combinations.
CREATE FUNCTION turn_owners() RETURNS void LANGUAGE sql AS $$
    WITH turned AS (
        SELECT identifier_id FROM work_identifiers WHERE (standing >= 2) <> (was_standing >= 2) AND NOT arrived
    ), owners AS (
        SELECT identifier_id AS owner_id, identifier_id FROM turned
        UNION
        SELECT o.id, t.identifier_id
        FROM turned t
        CROSS JOIN LATERAL (
            SELECT b_id AS id FROM links WHERE a_id = t.identifier_id
            UNION ALL
            SELECT a_id FROM links WHERE b_id = t.identifier_id
            OFFSET 0
        ) o
    ), touched AS (
        SELECT DISTINCT c.combination_id, c.identifier_ids, c.owner_id
        FROM owners o
        CROSS JOIN LATERAL (SELECT * FROM combinations WHERE owner_id = o.owner_id OFFSET 0) c
        WHERE o.identifier_id = ANY (c.identifier_ids)
    )
    UPDATE combinations c SET owner_id = t.now_owner_id
    FROM (SELECT combination_id, owner_id, strongest_of(identifier_ids) AS now_owner_id FROM touched OFFSET 0) t
    WHERE c.combination_id = t.combination_id AND t.now_owner_id IS DISTINCT FROM t.owner_id
$$;
