-- Purpose: the profiles of each loaded neighbourhood. Where it breaks no limit and no separation and at most one of its
-- cores holds a vouched identifier of a known kind, it is one profile (the fast path); else its links are taken in order.
-- Reads: work_identifiers, work_separations, kinds. Writes: work_conflicted, work_identifiers.new_profile_id.
CREATE FUNCTION evaluate_neighbourhoods() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    incomplete bigint[] := parts_not_enough();
BEGIN
    IF incomplete <> '{}' THEN
        PERFORM complete_neighbourhoods(incomplete);
    END IF;

    INSERT INTO work_conflicted
    SELECT w.new_neighbourhood_id
    FROM work_identifiers w JOIN kinds k USING (kind_id)
    WHERE w.loaded AND k."limit" IS NOT NULL
    GROUP BY w.new_neighbourhood_id, k.kind_id, k."limit"
    HAVING count(*) > k."limit"
    UNION
    SELECT w.new_neighbourhood_id
    FROM work_identifiers w JOIN kinds k USING (kind_id)
    WHERE w.loaded AND w.vouched AND k.known
    GROUP BY w.new_neighbourhood_id
    HAVING min(w.new_core_id) <> max(w.new_core_id)
    UNION
    SELECT w.new_neighbourhood_id
    FROM work_separations s JOIN work_identifiers w USING (identifier_id)
    GROUP BY w.new_neighbourhood_id, s.decision_id
    HAVING min(s.side) <> max(s.side)
    UNION
    SELECT neighbourhood_id FROM work_loaded WHERE part = 'profiles';  -- it was in conflict, and only grows
    PERFORM sample_work('work_conflicted');

    IF EXISTS (SELECT FROM work_conflicted) THEN
        PERFORM resolve_conflicts();
        FOR attempt IN 1 .. 3 LOOP
            EXIT WHEN NOT grow_parts(attempt = 3);
            PERFORM resolve_conflicts();
        END LOOP;
    END IF;
END $$;
