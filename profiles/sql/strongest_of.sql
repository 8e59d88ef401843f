-- Purpose: which of some identifiers an event with them belongs to: the strongest that is not out of play (the strongest,
-- where all are out); equal ranks by (kind, value) in byte order.
-- Reads: identifiers, kinds. Null for none.
CREATE FUNCTION strongest_of(identifier_ids bigint[]) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT i.identifier_id
    FROM identifiers i JOIN kinds k USING (kind_id)
    WHERE i.identifier_id = ANY (identifier_ids)
    ORDER BY i.standing >= 2, k.rank, k.name COLLATE "C", i.value COLLATE "C"
    LIMIT 1
$$;
