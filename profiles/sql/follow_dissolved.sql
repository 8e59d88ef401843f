-- Purpose: where a neighbourhood was dissolved, the batch's links join its single identifiers.
-- Reads: work_identifiers. Writes: work_joins.
CREATE FUNCTION follow_dissolved() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM work_loaded WHERE dissolved) THEN
        UPDATE work_joins j SET core_a = w.new_core_id, a = w.new_neighbourhood_id
        FROM work_identifiers w WHERE w.dissolved AND w.identifier_id = j.a_id;
        UPDATE work_joins j SET core_b = w.new_core_id, b = w.new_neighbourhood_id
        FROM work_identifiers w WHERE w.dissolved AND w.identifier_id = j.b_id;
    END IF;
END $$;
