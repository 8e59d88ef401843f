-- Purpose: for each time the greatest identifier that had arrived by then; 0: none. -1: more than `most` have since.
-- Reads: resolutions, identifiers.
-- Method: identifiers are numbered in order of arrival and none is ever removed, and each resolution says how many
-- arrived with it: as many as arrived since a time, counted from the newest down, were not there yet.
WITH asked AS (
    SELECT DISTINCT at FROM unnest(%(times)s::timestamptz[]) AS t (at)
),
counted AS (
    SELECT at, asked, sum(arrived) OVER (ORDER BY at DESC, asked DESC ROWS UNBOUNDED PRECEDING)::bigint AS since
    FROM (
        SELECT at, true AS asked, 0 AS arrived FROM asked
        UNION ALL
        SELECT finished_at, false, new_identifiers FROM resolutions WHERE finished_at > (SELECT min(at) FROM asked)
    ) line
),
numbered AS (
    SELECT identifier_id, row_number() OVER (ORDER BY identifier_id DESC) - 1 AS newer
    FROM (
        SELECT identifier_id FROM identifiers ORDER BY identifier_id DESC
        LIMIT 1 + least((SELECT max(since) FROM counted WHERE asked), %(most)s)
    ) newest
)
SELECT c.at, CASE WHEN c.since > %(most)s THEN -1 ELSE coalesce(n.identifier_id, 0) END AS identifier_id
FROM counted c LEFT JOIN numbered n ON n.newer = c.since
WHERE c.asked
