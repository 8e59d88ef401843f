-- Purpose: make the stored candidates what a run found (found_matches): all of them, or, where `changed` is given, those of
-- these profiles. What is one profile by now, is none, or is kept apart by a person's decision is no candidate.
-- Reads: found_matches (a_id, b_id, probability, match_weight, parts), identifiers. Writes: match_candidates, found_matches.
-- Returns: how many appeared, stayed and went; stale: found, but changed while they were compared; separated: kept apart.
CREATE FUNCTION store_candidates(
    model bigint, changed bigint[], OUT appeared bigint, OUT stayed bigint, OUT gone bigint, OUT stale bigint, OUT separated bigint
) LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM found_matches w
    WHERE NOT EXISTS (SELECT FROM identifiers i WHERE i.identifier_id = w.a_id AND i.profile_id = w.a_id)
       OR NOT EXISTS (SELECT FROM identifiers i WHERE i.identifier_id = w.b_id AND i.profile_id = w.b_id);
    GET DIAGNOSTICS stale = ROW_COUNT;
    DELETE FROM found_matches w USING separated_profiles() s WHERE (w.a_id, w.b_id) = (s.a_id, s.b_id);
    GET DIAGNOSTICS separated = ROW_COUNT;
    ANALYZE found_matches;

    DELETE FROM match_candidates c
    WHERE NOT EXISTS (SELECT FROM found_matches w WHERE w.a_id = c.a_id AND w.b_id = c.b_id)
      AND (changed IS NULL OR c.a_id = ANY (changed) OR c.b_id = ANY (changed)
           OR NOT EXISTS (SELECT FROM identifiers i WHERE i.identifier_id = c.a_id AND i.profile_id = c.a_id)
           OR NOT EXISTS (SELECT FROM identifiers i WHERE i.identifier_id = c.b_id AND i.profile_id = c.b_id)
           OR EXISTS (SELECT FROM separated_profiles() s WHERE (s.a_id, s.b_id) = (c.a_id, c.b_id)));
    GET DIAGNOSTICS gone = ROW_COUNT;

    UPDATE match_candidates c
    SET model_id = model, probability = w.probability, match_weight = w.match_weight, parts = w.parts
    FROM found_matches w
    WHERE c.a_id = w.a_id AND c.b_id = w.b_id
      AND (c.model_id, c.probability, c.parts) IS DISTINCT FROM (model, w.probability, w.parts);

    INSERT INTO match_candidates (a_id, b_id, model_id, probability, match_weight, parts)
    SELECT w.a_id, w.b_id, model, w.probability, w.match_weight, w.parts FROM found_matches w
    ON CONFLICT (a_id, b_id) DO NOTHING;
    GET DIAGNOSTICS appeared = ROW_COUNT;
    SELECT count(*) - appeared INTO stayed FROM found_matches;
END $$;
