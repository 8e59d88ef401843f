-- Purpose: where a neighbourhood was dissolved, the batch's links join its single identifiers.
-- Reads: work_loaded. Writes: work_links.
CREATE FUNCTION follow_dissolved() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM work_loaded WHERE dissolved) THEN
        UPDATE work_links SET core_a = a_id, a = a_id WHERE a IN (SELECT neighbourhood_id FROM work_loaded WHERE dissolved);
        UPDATE work_links SET core_b = b_id, b = b_id WHERE b IN (SELECT neighbourhood_id FROM work_loaded WHERE dissolved);
    END IF;
END $$;
