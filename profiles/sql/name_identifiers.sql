-- Purpose: give each identifier of the batch its number: the one it has, or the next, in order of arrival.
-- Reads: work_combinations, kinds, identifiers. Writes: work_named, work_members, undefined_kinds.
CREATE FUNCTION name_identifiers() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    defined bigint;
BEGIN
    INSERT INTO work_named (identifier_id, identifier, kind_id, value, arrived, newly_vouched, vouched,
                            was_standing, standing, core_id, neighbourhood_id, profile_id)
    SELECT n.id, n.identifier, n.kind_id, n.value, n.known_id IS NULL,
           n.vouched AND NOT coalesce(n.was_vouched, false), n.vouched OR coalesce(n.was_vouched, false),
           coalesce(n.standing, 0), coalesce(n.standing, 0),
           coalesce(n.core_id, n.id), coalesce(n.neighbourhood_id, n.id), coalesce(n.profile_id, n.id)
    FROM (
        SELECT coalesce(known.identifier_id, nextval('identifiers_identifier_id_seq')) AS id, seen.*,
               known.identifier_id AS known_id, known.vouched AS was_vouched, known.standing,
               known.core_id, known.neighbourhood_id, known.profile_id
        FROM named_identifiers() seen
        LEFT JOIN LATERAL (
            SELECT * FROM identifiers i WHERE i.value = seen.value AND i.kind_id = seen.kind_id OFFSET 0
        ) known ON true
        ORDER BY seen.arrival, seen.identifier COLLATE "C"
    ) n;

    INSERT INTO work_members
    SELECT c.combination_id, w.identifier_id, w.arrived, k.known
    FROM work_combinations c, unnest(c.identifiers) AS i
    JOIN work_named w ON w.identifier = i
    JOIN kinds k USING (kind_id);
    GET DIAGNOSTICS defined = ROW_COUNT;
    IF defined < (SELECT sum(cardinality(identifiers)) FROM work_combinations) THEN
        INSERT INTO undefined_kinds (kind, combination_id, identifiers)
        SELECT DISTINCT split_part(i, ':', 1), combination_id, identifiers
        FROM work_combinations, unnest(identifiers) AS i
        WHERE split_part(i, ':', 1) NOT IN (SELECT name FROM kinds)
        ON CONFLICT DO NOTHING;
    END IF;
    ANALYZE work_named (identifier_id, neighbourhood_id), work_members (identifier_id);
END $$;
