-- Purpose: one line of what a run of the engine changed. Reads: work tables. Writes: resolutions.
CREATE FUNCTION record_resolution(started timestamptz, cause text) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO resolutions (started_at, finished_at, cause, deliveries, events, new_identifiers, new_profiles, new_links,
                             merges, splits, moves, held_links)
    SELECT started, clock_timestamp(), record_resolution.cause, d.deliveries, d.events, i.arrived, i.profiles, l.new,
           c.merges, c.splits, c.moves, l.held
    FROM (SELECT count(*) AS deliveries, coalesce(sum(landed), 0) AS events FROM work_deliveries) d,
         (SELECT count(*) FILTER (WHERE arrived) AS arrived,
                 count(*) FILTER (WHERE arrived AND new_profile_id = identifier_id) AS profiles FROM work_identifiers) i,
         (SELECT count(*) AS new, count(*) FILTER (WHERE k.held IS NOT NULL OR c.p <> c.q) AS held
          FROM work_links k LEFT JOIN work_crossings c ON c.a_id = k.a_id AND c.b_id = k.b_id AND c.p <> c.q
          WHERE k.is_new) l,
         (SELECT count(*) FILTER (WHERE change = 'merge') AS merges, count(*) FILTER (WHERE change = 'split') AS splits,
                 count(*) FILTER (WHERE change = 'move') AS moves
          FROM profile_changes WHERE at > coalesce((SELECT max(finished_at) FROM resolutions), '-infinity')) c
    RETURNING resolution_id
$$;
