-- Purpose: the profiles whose records may differ from what a run saw: with new identifiers, merged, split, told something
-- new of themselves, or apart no more because a decision was withdrawn.
-- Reads: identifiers, profile_changes, deliveries, raw_events, combinations, decisions, decision_identifiers, kinds.
-- Cost: that of what is new; OFFSET 0 keeps the planner from walking another index of all events there ever were.
SELECT DISTINCT profile_id
FROM (
    SELECT profile_id FROM identifiers WHERE identifier_id > %(identifier)s
    UNION ALL
    SELECT i.profile_id
    FROM profile_changes c
    CROSS JOIN LATERAL (VALUES (c.from_profile_id), (c.to_profile_id)) AS p (identifier_id)
    JOIN identifiers i ON i.identifier_id = p.identifier_id
    WHERE c.change_id > %(change)s
    UNION ALL
    SELECT i.profile_id
    FROM deliveries d
    CROSS JOIN LATERAL (
        SELECT DISTINCT combination_id FROM (
            SELECT combination_id, traits FROM raw_events
            WHERE event_id >= d.delivery_id << 20 AND event_id < (d.delivery_id + 1) << 20 OFFSET 0
        ) r
        WHERE traits ?| %(names)s
    ) e
    JOIN combinations c ON c.combination_id = e.combination_id
    JOIN identifiers i ON i.identifier_id = c.owner_id
    WHERE d.resolved_at > %(resolved)s::timestamptz
    UNION ALL
    SELECT i.profile_id
    FROM decisions d
    JOIN decision_identifiers s USING (decision_id)
    JOIN kinds k ON k.name = s.kind
    JOIN identifiers i ON i.value = s.value AND i.kind_id = k.kind_id
    WHERE d.withdrawn_at > %(withdrawn)s::timestamptz
) found
