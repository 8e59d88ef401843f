-- Purpose: the distinct identifiers of the batch's combinations, of kinds that are defined.
-- arrival: the first event of the batch that carries it; vouched: whether a trusted one does.
-- Reads: work_combinations, kinds.
CREATE FUNCTION named_identifiers()
RETURNS TABLE (identifier text, kind_id smallint, value text, vouched boolean, arrival bigint) LANGUAGE sql AS $$
    SELECT u.identifier, k.kind_id, substr(u.identifier, length(k.name) + 2) COLLATE "C", u.vouched, u.arrival
    FROM (
        SELECT i AS identifier, min(c.arrival) AS arrival, bool_or(c.first_vouched IS NOT NULL) AS vouched
        FROM work_combinations c, unnest(c.identifiers) AS i
        GROUP BY i
    ) u
    JOIN kinds k ON k.name = split_part(u.identifier, ':', 1)
$$;
