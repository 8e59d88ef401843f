-- Purpose: the standing decisions that name loaded identifiers, by identifier id.
-- Reads: decisions, decision_identifiers, kinds, work_named. Writes: work_assertions, work_separations.
CREATE FUNCTION load_decisions() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM decisions WHERE withdrawn_at IS NULL) THEN
        RETURN;
    END IF;
    DELETE FROM work_assertions;
    DELETE FROM work_separations;
    INSERT INTO work_separations
    SELECT s.decision_id, s.side, w.identifier_id
    FROM decision_identifiers s
    JOIN decisions d ON d.decision_id = s.decision_id AND d.withdrawn_at IS NULL
    JOIN kinds k ON k.name = s.kind
    JOIN work_named w ON w.value = s.value AND w.kind_id = k.kind_id
    WHERE w.arrived OR w.neighbourhood_id IN (SELECT neighbourhood_id FROM work_loaded);

    INSERT INTO work_assertions
    SELECT d.decision_id, a.identifier_id, b.identifier_id
    FROM decisions d
    JOIN work_separations a ON a.decision_id = d.decision_id AND a.side = 'a'
    JOIN work_separations b ON b.decision_id = d.decision_id AND b.side = 'b'
    WHERE d.action = 'assert';

    DELETE FROM work_separations s USING decisions d WHERE d.decision_id = s.decision_id AND d.action = 'assert';
END $$;
