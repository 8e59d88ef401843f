-- Purpose: a profile's events, newest first, before a point given by (time, event id).
-- Reads: identifiers, combinations, raw_events.
-- Method: as many combinations as there are lines on a page, those with the newest event before the time, hold all events of
-- the page, but for events at the very time itself.
-- Cost: one look into raw_events_timeline alone for each combination and month, twice after the first page. Of more than
-- 50,000 combinations one pass over that index is cheaper. Events are read of the few combinations chosen.
WITH mine AS MATERIALIZED (
    SELECT c.combination_id
    FROM members_of(%(profile_id)s) m
    JOIN combinations c ON c.owner_id = m.identifier_id
),
newest AS MATERIALIZED (
    SELECT combination_id
    FROM (
        SELECT c.combination_id, e.at
        FROM mine c
        CROSS JOIN LATERAL (
            SELECT max(r.event_time) AS at FROM raw_events r
            WHERE r.combination_id = c.combination_id AND r.event_time < %(before_time)s
        ) e
        WHERE (SELECT count(*) <= %(many)s FROM mine)
        UNION ALL
        SELECT r.combination_id, max(r.event_time)
        FROM mine c JOIN raw_events r USING (combination_id)
        WHERE r.event_time < %(before_time)s AND (SELECT count(*) > %(many)s FROM mine)
        GROUP BY r.combination_id
    ) e
    WHERE at IS NOT NULL
    ORDER BY at DESC
    FETCH FIRST %(limit)s ROWS WITH TIES
)
SELECT e.event_id, e.event_time, e.source_id, e.trusted, e.type, e.name, e.identifiers
FROM (
    SELECT r.*
    FROM newest c
    CROSS JOIN LATERAL (
        SELECT * FROM raw_events r
        WHERE r.combination_id = c.combination_id AND r.event_time < %(before_time)s
        ORDER BY r.event_time DESC, r.event_id DESC
        LIMIT %(limit)s
    ) r
    UNION ALL
    SELECT r.*
    FROM mine c
    JOIN raw_events r ON r.combination_id = c.combination_id AND r.event_time = %(before_time)s AND r.event_id < %(before_event)s
    WHERE %(further)s
) e
ORDER BY e.event_time DESC, e.event_id DESC
LIMIT %(limit)s
