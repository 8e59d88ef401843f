-- Purpose: give the events that belong to these identifiers to the strongest, when ranks have changed.
-- Reads: identifiers, kinds. Writes: combinations.
CREATE FUNCTION own_again(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE combinations c SET owner_id = strongest_of(c.identifier_ids)
    WHERE c.owner_id = ANY (ids) AND cardinality(c.identifier_ids) > 1
      AND c.owner_id IS DISTINCT FROM strongest_of(c.identifier_ids)
$$;
