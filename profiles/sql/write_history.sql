-- Purpose: a line of history for each pair of profiles between which known identifiers go.
-- merge: the old profile went there whole; split: the new profile comes to be by it; move: neither. No origin: what gave the
-- old profile its id was erased.
-- Invariant: `at` is a time under the engine's lock, so it orders changes as change_id does, after finished_at of the
-- resolution before; the partition as of a time rests on that.
-- Reads: work_identifiers, work_links. Writes: profile_changes.
CREATE FUNCTION write_history(cause text, cause_id bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO profile_changes (at, change, from_profile_id, to_profile_id, identifier_ids, cause, cause_id)
    SELECT (SELECT clock_timestamp()),
           CASE WHEN target.profile_id <> p.to_id THEN 'split'
                WHEN p.ways = 1 AND origin.new_profile_id <> p.from_id THEN 'merge'
                ELSE 'move' END,
           p.from_id, p.to_id, p.moved, write_history.cause, coalesce(write_history.cause_id, e.event_id)
    FROM (
        SELECT profile_id AS from_id, new_profile_id AS to_id, array_agg(identifier_id ORDER BY identifier_id) AS moved,
               count(*) OVER (PARTITION BY profile_id) AS ways
        FROM work_identifiers
        WHERE loaded AND NOT arrived AND new_profile_id <> profile_id
        GROUP BY profile_id, new_profile_id
    ) p
    LEFT JOIN work_identifiers origin ON origin.identifier_id = p.from_id
    JOIN work_identifiers target ON target.identifier_id = p.to_id
    LEFT JOIN bringing_events() e ON e.profile_id = p.from_id
    ORDER BY p.from_id, p.to_id
$$;
