-- Purpose: what some profiles hold after changes of the partition, and held before: how many identifiers, how many of them
-- came from elsewhere, and the strongest by name. Reads: identifiers, kinds, profile_changes.
WITH gone AS (
    SELECT i AS identifier_id, c.from_profile_id
    FROM profile_changes c CROSS JOIN unnest(c.identifier_ids) i
    WHERE c.change_id > %(after)s
), members AS (
    SELECT identifier_id, kind_id, value, vouched, profile_id FROM identifiers
    WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
    UNION ALL
    SELECT identifier_id, kind_id, value, vouched, profile_id FROM identifiers
    WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
), phases AS (
    SELECT 'after' AS phase, m.profile_id, m.identifier_id, m.kind_id, m.value, m.vouched, g.identifier_id IS NOT NULL AS moved
    FROM members m LEFT JOIN gone g USING (identifier_id)
    UNION ALL
    SELECT 'before', coalesce(g.from_profile_id, m.profile_id), m.identifier_id, m.kind_id, m.value, m.vouched,
           g.identifier_id IS NOT NULL
    FROM members m LEFT JOIN gone g USING (identifier_id)
), ranked AS (
    SELECT b.*, k.name AS kind, k.rank, count(*) OVER profile AS size, count(*) FILTER (WHERE moved) OVER profile AS all_moved,
           row_number() OVER (PARTITION BY phase, profile_id ORDER BY moved DESC, k.rank, k.name, identifier_id) AS place
    FROM phases b JOIN kinds k USING (kind_id)
    WINDOW profile AS (PARTITION BY phase, profile_id)
)
SELECT phase, profile_id, identifier_id, kind, value, vouched, moved, size, all_moved
FROM ranked WHERE place <= %(limit)s
ORDER BY phase, profile_id, rank, kind, identifier_id
