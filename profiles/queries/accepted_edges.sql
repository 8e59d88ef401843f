-- Purpose: what joins a profile's identifiers, in the order in which it counts: assertions in force, then the links that
-- aren't held, as in order_links.sql. The first `limit`.
-- Reads: identifiers, kinds, decisions, decision_identifiers, links.
-- Cost: a sort of the profile's identifiers and one of its links, by numbers. Identifiers that are out of play have none and are passed over, so that a value
-- that millions share costs nothing.
WITH members AS MATERIALIZED (
    SELECT i.identifier_id, i.value, i.standing, k.rank, k.name,
           row_number() OVER (ORDER BY k.name COLLATE "C", i.value COLLATE "C")::int AS place
    FROM (
        SELECT * FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
        UNION ALL
        SELECT * FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
    ) i
    JOIN kinds k USING (kind_id)
),
said AS (
    SELECT d.decision_id, s.side, m.identifier_id
    FROM decisions d
    JOIN decision_identifiers s USING (decision_id)
    JOIN members m ON m.value = s.value AND m.name = s.kind
    WHERE d.action = 'assert' AND d.withdrawn_at IS NULL
),
edges AS (
    SELECT a.identifier_id AS a_id, b.identifier_id AS b_id, a.decision_id, true AS vouched, NULL::timestamptz AS first_seen
    FROM said a JOIN said b ON b.decision_id = a.decision_id AND b.side = 'b'
    WHERE a.side = 'a'
    UNION ALL
    SELECT l.a_id, l.b_id, NULL, l.vouched, l.first_seen
    FROM members m
    JOIN links l ON l.a_id = m.identifier_id AND l.held IS NULL
    WHERE m.standing < 2
)
SELECT e.a_id, e.b_id, e.vouched, e.decision_id
FROM edges e
JOIN members a ON a.identifier_id = e.a_id
JOIN members b ON b.identifier_id = e.b_id
ORDER BY e.decision_id IS NULL, NOT e.vouched,
         CASE WHEN e.decision_id IS NULL THEN greatest(a.rank, b.rank) END,
         CASE WHEN e.decision_id IS NULL THEN least(a.rank, b.rank) END,
         e.first_seen, least(a.place, b.place), greatest(a.place, b.place), e.decision_id
LIMIT %(limit)s
