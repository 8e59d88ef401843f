-- Purpose: the work tables of refresh_review(); temporary, so that nothing of it is logged twice or seen by others.
CREATE FUNCTION create_review_work() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('pg_temp.review_touched') IS NOT NULL THEN
        TRUNCATE review_touched, review_members, review_links, review_separated, review_pairs, review_standing, review_crowds;
        RETURN;
    END IF;
    -- profiles that may have to be asked about, with those that were merged away since
    CREATE TEMP TABLE review_touched (profile_id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE review_members (identifier_id bigint, profile_id bigint, kind_id smallint, value text, standing smallint)
        ON COMMIT DELETE ROWS;
    -- held links in play, with the two profiles of their ends, the smaller first
    CREATE TEMP TABLE review_links (
        a_id bigint, b_id bigint, p bigint, q bigint, event_id bigint, vouched boolean, held text
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE review_separated (decision_id bigint, p bigint, q bigint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE review_crowds (identifier_id bigint, profiles bigint) ON COMMIT DELETE ROWS;
    -- what should be asked, and what is
    CREATE TEMP TABLE review_pairs (
        p bigint, q bigint, kind text, priority float8, reasons text[], links bigint, vouched bigint, event_id bigint,
        candidate_id bigint, probability float8
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE review_standing (question_id bigint, p bigint, q bigint, nth bigint) ON COMMIT DELETE ROWS;
END $$;
