-- Purpose: give each identifier of the batch its number: the one it has, or the next, in order of arrival.
-- Reads: work_combinations, kinds, identifiers. Writes: work_identifiers, work_members, undefined_kinds.
CREATE FUNCTION name_identifiers() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO undefined_kinds (kind, combination_id, identifiers)
    SELECT DISTINCT split_part(i, ':', 1), combination_id, identifiers
    FROM work_combinations, unnest(identifiers) AS i
    WHERE split_part(i, ':', 1) NOT IN (SELECT name FROM kinds)
    ON CONFLICT DO NOTHING;

    INSERT INTO work_identifiers (identifier_id, identifier, kind_id, value, arrived, loaded, newly_vouched, vouched,
                                  was_standing, standing, core_id, neighbourhood_id, profile_id)
    SELECT coalesce(known.identifier_id, nextval('identifiers_identifier_id_seq')), seen.identifier, seen.kind_id, seen.value,
           known.identifier_id IS NULL, known.identifier_id IS NULL,
           seen.vouched AND NOT coalesce(known.vouched, false), seen.vouched OR coalesce(known.vouched, false),
           coalesce(known.standing, 0), coalesce(known.standing, 0),
           known.core_id, known.neighbourhood_id, known.profile_id
    FROM (
        SELECT u.identifier, k.kind_id, substr(u.identifier, length(k.name) + 2) COLLATE "C" AS value, u.vouched, u.arrival
        FROM (
            SELECT i AS identifier, min(arrival) AS arrival, bool_or(first_vouched IS NOT NULL) AS vouched
            FROM work_combinations, unnest(identifiers) AS i
            GROUP BY i
        ) u
        JOIN kinds k ON k.name = split_part(u.identifier, ':', 1)
        ORDER BY u.arrival, u.identifier COLLATE "C"
    ) seen
    LEFT JOIN identifiers known ON known.value = seen.value AND known.kind_id = seen.kind_id
    ORDER BY seen.arrival, seen.identifier COLLATE "C";

    UPDATE work_identifiers SET core_id = identifier_id, neighbourhood_id = identifier_id, profile_id = identifier_id
    WHERE arrived;

    INSERT INTO work_members
    SELECT c.combination_id, w.identifier_id
    FROM work_combinations c, unnest(c.identifiers) AS i
    JOIN work_identifiers w ON w.identifier = i;
    ANALYZE work_identifiers, work_members;
END $$;
