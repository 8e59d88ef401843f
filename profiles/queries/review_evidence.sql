-- Purpose: the held links between two profiles, newest evidence first, each with the event that showed it first and its source.
-- Reads: identifiers, kinds, links, raw_events. Values out of play are left out: their links say nothing about anybody.
WITH here AS (
    SELECT identifier_id, kind_id, value FROM members_of(%(a)s) WHERE standing < 2
), held AS (
    SELECT h.kind_id, h.value, l.b_id AS other_id, l.first_seen, l.event_id, l.vouched, l.held
    FROM here h JOIN links l ON l.a_id = h.identifier_id AND l.held IS NOT NULL
    UNION ALL
    SELECT h.kind_id, h.value, l.a_id, l.first_seen, l.event_id, l.vouched, l.held
    FROM here h JOIN links l ON l.b_id = h.identifier_id AND l.held IS NOT NULL
)
SELECT k.name AS a_kind, h.value AS a_value, ok.name AS b_kind, o.value AS b_value, h.first_seen, h.event_id, h.vouched, h.held,
       e.source_id, e.type AS event_type, e.name AS event_name
FROM held h
JOIN identifiers o ON o.identifier_id = h.other_id AND o.profile_id = %(b)s
JOIN kinds k ON k.kind_id = h.kind_id
JOIN kinds ok ON ok.kind_id = o.kind_id
LEFT JOIN LATERAL (SELECT source_id, type, name FROM raw_events r WHERE r.event_id = h.event_id LIMIT 1) e ON true
ORDER BY h.vouched DESC, h.event_id DESC
LIMIT %(limit)s
