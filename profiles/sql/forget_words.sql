-- Purpose: what people said, were asked or are to be asked of an erased profile. A decision that others rest on, too, keeps their
-- part without its words; one that has lost a side is gone.
-- Reads: erased. Writes: decisions, pending_decisions, review and match tables.
CREATE FUNCTION forget_words(gone bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
    empty bigint[];
    pending bigint[];
    questions bigint[];
BEGIN
    WITH named AS (
        DELETE FROM decision_identifiers d USING erased e
        WHERE NOT e.stays AND d.value = e.value AND d.kind = e.kind
        RETURNING d.decision_id
    )
    SELECT coalesce(array_agg(DISTINCT decision_id), '{}') INTO touched FROM named;
    empty := ARRAY(
        SELECT u.id FROM unnest(touched) AS u (id)
        WHERE (SELECT count(DISTINCT side) FROM decision_identifiers WHERE decision_id = u.id) < 2
    );
    pending := ARRAY(
        SELECT DISTINCT p.pending_decision_id FROM pending_decisions p JOIN erased e
        ON jsonb_path_exists(p.lines, '$.** ? (@.kind == $kind && @.value == $value)', jsonb_build_object('kind', e.kind, 'value', e.value))
        WHERE NOT e.stays
    );
    questions := ARRAY(
        SELECT question_id FROM review_questions
        WHERE a_profile_id = ANY (gone) OR b_profile_id = ANY (gone) OR identifier_id = ANY (gone) OR decision_id = ANY (empty)
           OR pending_id = ANY (pending)
    );
    DELETE FROM review_skips WHERE question_id = ANY (questions);
    DELETE FROM review_questions WHERE question_id = ANY (questions);
    UPDATE review_questions SET answer_decision_id = NULL WHERE answer_decision_id = ANY (empty);
    DELETE FROM match_answers WHERE decision_id = ANY (empty) OR a_id = ANY (gone) OR b_id = ANY (gone);
    DELETE FROM match_candidates WHERE a_id = ANY (gone) OR b_id = ANY (gone);
    DELETE FROM match_trial_pairs WHERE a_id = ANY (gone) OR b_id = ANY (gone);
    DELETE FROM review_grounds WHERE decision_id = ANY (empty);
    UPDATE review_grounds SET told = NULL WHERE decision_id = ANY (touched);
    DELETE FROM decision_identifiers WHERE decision_id = ANY (empty);
    DELETE FROM decisions WHERE decision_id = ANY (empty);
    DELETE FROM pending_decisions WHERE pending_decision_id = ANY (pending);
    UPDATE decisions SET reason = '', withdrawn_because = '' WHERE decision_id = ANY (touched);
END $$;
