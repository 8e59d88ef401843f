-- Purpose: give each identifier of the batch its number: the one it has, or the next, in order of arrival; and each
-- combination the numbers of its identifiers.
-- Cost: they are looked up in the order of the index; where nothing is stored, not at all.
-- Reads: work_combinations, kinds, identifiers. Writes: work_named, work_arrivals, work_numbered, undefined_kinds.
CREATE FUNCTION name_identifiers() RETURNS void LANGUAGE plpgsql
SET hash_mem_multiplier = 16 AS $$
DECLARE
    some_known boolean := EXISTS (SELECT FROM identifiers);
BEGIN
    INSERT INTO work_named (identifier_id, kind_id, value, arrived, newly_vouched, vouched, was_standing, standing,
                            core_id, neighbourhood_id, profile_id, carriers)
    SELECT n.id, n.kind_id, n.value, n.known_id IS NULL,
           n.vouched AND NOT coalesce(n.was_vouched, false), n.vouched OR coalesce(n.was_vouched, false),
           coalesce(n.standing, 0), coalesce(n.standing, 0),
           coalesce(n.core_id, n.id), coalesce(n.neighbourhood_id, n.id), coalesce(n.profile_id, n.id), n.carriers
    FROM (
        SELECT coalesce(known.identifier_id, nextval('identifiers_identifier_id_seq')) AS id, seen.*,
               known.identifier_id AS known_id, known.vouched AS was_vouched, known.standing,
               known.core_id, known.neighbourhood_id, known.profile_id
        FROM (SELECT * FROM named_identifiers() ORDER BY CASE WHEN some_known THEN value END) seen
        LEFT JOIN LATERAL (
            SELECT * FROM identifiers i WHERE some_known AND i.value = seen.value AND i.kind_id = seen.kind_id OFFSET 0
        ) known ON true
        ORDER BY seen.arrival, seen.identifier COLLATE "C"
    ) n;
    INSERT INTO work_arrivals SELECT min(identifier_id) FROM work_named WHERE arrived;
    PERFORM sample_work('work_named', '(identifier_id, neighbourhood_id)');
    PERFORM number_combinations();

    IF (SELECT sum(cardinality(identifier_ids)) FROM work_numbered) < (SELECT sum(cardinality(identifiers)) FROM work_combinations) THEN
        INSERT INTO undefined_kinds (kind, combination_id, identifiers)
        SELECT DISTINCT split_part(i, ':', 1), combination_id, identifiers
        FROM work_combinations, unnest(identifiers) AS i
        WHERE split_part(i, ':', 1) NOT IN (SELECT name FROM kinds)
        ON CONFLICT DO NOTHING;
    END IF;
END $$;
