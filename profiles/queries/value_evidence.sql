-- Purpose: with whom a value was seen, newest first, each with the event that showed it first. Reads: links, identifiers, kinds.
-- Cost: bounded by the limit, whatever the value is shared by.
SELECT l.event_id, l.first_seen, l.vouched, l.held, k.name AS kind, o.value, o.profile_id
FROM (
    (SELECT b_id AS other_id, event_id, first_seen, vouched, held FROM links
     WHERE a_id = %(identifier_id)s AND held IS NOT NULL LIMIT 500)
    UNION ALL
    (SELECT a_id, event_id, first_seen, vouched, held FROM links
     WHERE b_id = %(identifier_id)s AND held IS NOT NULL LIMIT 500)
) l
JOIN identifiers o ON o.identifier_id = l.other_id
JOIN kinds k USING (kind_id)
ORDER BY k.rank, l.event_id DESC
LIMIT %(limit)s
