-- Purpose: the distinct identifiers of the batch's combinations, of kinds that are defined.
-- arrival: the first event of the batch that carries it; vouched: whether a trusted one does; carriers: see work_named.
-- Reads: work_combinations, kinds. STABLE, so that it is planned as a part of the statement that asks.
CREATE FUNCTION named_identifiers()
RETURNS TABLE (identifier text, kind_id smallint, value text, vouched boolean, arrival bigint, carriers bigint[])
LANGUAGE sql STABLE AS $$
    SELECT u.identifier, k.kind_id, substr(u.identifier, length(k.name) + 2) COLLATE "C", u.vouched, u.arrival, u.carriers
    FROM (
        SELECT m.identifier, min(m.arrival) AS arrival, bool_or(m.vouched) AS vouched,
               array_agg(m.number << 4 | m.place) AS carriers
        FROM (
            SELECT unnest(identifiers) AS identifier, generate_subscripts(identifiers, 1) AS place,
                   number, arrival, first_vouched IS NOT NULL AS vouched
            FROM work_combinations
        ) m
        GROUP BY m.identifier
    ) u
    JOIN kinds k ON k.name = split_part(u.identifier, ':', 1)
$$;
