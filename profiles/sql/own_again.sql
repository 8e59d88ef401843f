-- Purpose: give the events that belong to these identifiers to the strongest, when ranks have changed.
-- Reads: identifiers, kinds. Writes: combinations.
CREATE FUNCTION own_again(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE combinations c SET owner_id = s.owner_id
    FROM (
        SELECT DISTINCT ON (o.combination_id) o.combination_id, o.owner_id AS was_id, i.identifier_id AS owner_id
        FROM unnest(ids) AS u (id)
        CROSS JOIN LATERAL (SELECT * FROM combinations WHERE owner_id = u.id OFFSET 0) o
        CROSS JOIN LATERAL unnest(o.identifier_ids) AS m (id)
        CROSS JOIN LATERAL (SELECT * FROM identifiers WHERE identifier_id = m.id OFFSET 0) i
        JOIN kinds k USING (kind_id)
        WHERE cardinality(o.identifier_ids) > 1
        ORDER BY o.combination_id, i.standing >= 2, k.rank, k.name COLLATE "C", i.value COLLATE "C"
    ) s
    WHERE c.combination_id = s.combination_id AND s.owner_id <> s.was_id
$$;
