-- Purpose: take up identifiers that a rule change touches, some at a time, each batch in its own transaction; what is
-- taken leaves the queue with it, so that a killed run goes on where it was.
-- Reads and writes: reconsiderations, and what reconsider() does. Returns: as reconsider(); null when none waits.
CREATE FUNCTION reconsider_waiting(identifiers_a_batch integer DEFAULT 50000) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    change_id bigint;
BEGIN
    PERFORM engine_lock();
    WITH taken AS (
        DELETE FROM reconsiderations
        WHERE identifier_id IN (SELECT identifier_id FROM reconsiderations ORDER BY identifier_id LIMIT identifiers_a_batch)
        RETURNING identifier_id, rule_change_id
    )
    SELECT array_agg(identifier_id), max(rule_change_id) INTO ids, change_id FROM taken;
    IF ids IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN reconsider(ids, true, 'rule', change_id);
END $$;
