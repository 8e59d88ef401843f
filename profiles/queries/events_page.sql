-- Purpose: a profile's events in a span of time, newest first, before a point given by (time, event id), whole.
-- Reads: identifiers, combinations, raw_events. Cost: one look into raw_events_timeline for each combination and month.
SELECT e.event_id, e.event_time, e.source_id, e.trusted, e.type, e.name, e.identifiers, e.traits::text, e.payload::text
FROM members_of(%(profile_id)s) m
JOIN combinations c ON c.owner_id = m.identifier_id
CROSS JOIN LATERAL (
    SELECT * FROM raw_events r
    WHERE r.combination_id = c.combination_id AND r.event_time <= %(before_time)s AND r.event_time >= %(since)s
      AND (r.event_time, r.event_id) < (%(before_time)s, %(before_event)s)
    ORDER BY r.event_time DESC, r.event_id DESC
    LIMIT %(limit)s
) e
ORDER BY e.event_time DESC, e.event_id DESC
LIMIT %(limit)s
