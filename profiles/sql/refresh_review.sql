-- Purpose: the queue of questions as it follows from links, decisions, matches, merges and parked deliveries; of what changed
-- since the last time, or of everything. Reads the partition as it stands, under no lock of the engine's.
-- Reads and writes: what the functions it calls say; review_progress. Returns: counts as JSON; null while another one runs.
-- Invariant: how far it has got is read before anything else, so what is committed meanwhile is looked at next time.
CREATE FUNCTION refresh_review(everything boolean, sample_share float8, sample_waiting integer, crowd integer) RETURNS jsonb
LANGUAGE plpgsql SET client_min_messages = warning SET jit = off AS $$
DECLARE
    last public.review_progress;
    upto public.review_progress;
    closed bigint := 0; pairs bigint := 0; reopened bigint := 0; questions_about_values bigint; parked bigint; samples bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7401526) THEN
        RETURN NULL;
    END IF;
    PERFORM create_review_work();
    SELECT * INTO last FROM review_progress;
    everything := everything OR last IS NULL;
    SELECT 1, coalesce(max(change_id), 0), 0, 'epoch', 0, 'epoch', 0, clock_timestamp() INTO upto FROM profile_changes;
    upto.sampled_id := upto.change_id;
    upto.resolved_at := coalesce((SELECT max(resolved_at) FROM deliveries), 'epoch');
    upto.decision_id := coalesce((SELECT max(decision_id) FROM decisions), 0);
    upto.withdrawn_at := coalesce((SELECT max(withdrawn_at) FROM decisions), 'epoch');
    upto.candidate_id := coalesce((SELECT max(candidate_id) FROM match_candidates), 0);

    IF NOT everything THEN
        PERFORM touch_review(last);
    END IF;
    IF everything OR EXISTS (SELECT FROM review_touched) THEN
        PERFORM gather_review_links(everything);
        PERFORM gather_review_separations(everything);
        PERFORM gather_review_pairs(everything, crowd);
        closed := close_review_questions(everything);
        pairs := ask_about_pairs();
        reopened := reopen_decisions(everything);
    END IF;
    questions_about_values := ask_about_values(everything);
    parked := ask_about_deliveries();
    samples := ask_about_samples(coalesce(last.sampled_id, 0), sample_share, sample_waiting);

    DELETE FROM review_progress;
    INSERT INTO review_progress SELECT upto.*;
    DELETE FROM review_skips WHERE until < now();
    RETURN jsonb_build_object('pairs', pairs, 'values', questions_about_values, 'parked', parked, 'samples', samples,
                              'reopened', reopened, 'closed', closed);
END $$;
