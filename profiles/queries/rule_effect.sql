-- Purpose: what a rule change has done to the partition, on the whole: for each identifier that went, from its first
-- profile to its last. All counts, and the profiles with the most identifiers concerned, at most five pieces of each.
-- Reads: profile_changes, identifiers, kinds.
WITH gone AS (
    SELECT i AS identifier_id, (array_agg(c.from_profile_id ORDER BY c.change_id))[1] AS from_id,
           (array_agg(c.to_profile_id ORDER BY c.change_id DESC))[1] AS to_id
    FROM profile_changes c CROSS JOIN unnest(c.identifier_ids) i
    WHERE c.cause = 'rule' AND c.cause_id = %(rule_change_id)s
      AND (%(since)s::timestamptz IS NULL OR c.at >= %(since)s::timestamptz)
    GROUP BY i
), net AS (
    SELECT * FROM gone WHERE from_id <> to_id
), piece AS (
    SELECT from_id, to_id, count(*) AS moved, (array_agg(identifier_id ORDER BY identifier_id))[1:6] AS ids,
           count(*) OVER (PARTITION BY from_id) AS ways
    FROM net GROUP BY from_id, to_id
), named AS (
    SELECT p.*, CASE WHEN target.identifier_id IS NOT NULL THEN 'split'
                     WHEN p.ways = 1 AND origin.identifier_id IS NOT NULL THEN 'merge'
                     ELSE 'move' END AS change
    FROM piece p
    LEFT JOIN net target ON target.identifier_id = p.to_id
    LEFT JOIN net origin ON origin.identifier_id = p.from_id
), told AS (
    SELECT *, CASE change WHEN 'merge' THEN to_id ELSE from_id END AS subject FROM named
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY change) AS all_pieces, sum(moved) OVER (PARTITION BY change)::bigint AS all_moved,
           count(*) OVER (PARTITION BY change, subject) AS pieces, sum(moved) OVER (PARTITION BY change, subject) AS weight,
           row_number() OVER (PARTITION BY change, subject ORDER BY moved DESC, from_id, to_id) AS place
    FROM told
), ranked AS (
    SELECT *, dense_rank() OVER (PARTITION BY change ORDER BY weight DESC, subject) AS subject_place,
           count(*) FILTER (WHERE place = 1) OVER (PARTITION BY change) AS subjects
    FROM counted
)
SELECT r.change, r.subject, r.from_id AS from_profile_id, r.to_id AS to_profile_id, r.moved, r.pieces, r.subjects, r.all_pieces,
       r.all_moved, n.identifiers
FROM ranked r
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(k.name || ':' || i.value ORDER BY k.rank, i.identifier_id), '{}') AS identifiers
    FROM identifiers i JOIN kinds k USING (kind_id) WHERE i.identifier_id = ANY (r.ids)
) n
WHERE r.subject_place <= %(examples)s AND r.place <= 5
ORDER BY r.change, r.subject_place, r.place
