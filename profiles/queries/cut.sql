-- Purpose: for each time the end of the last resolution by then: what stood at that time is what it left. Null: none yet.
-- Reads: resolutions.
SELECT asked.at, (SELECT max(finished_at) FROM resolutions WHERE finished_at <= asked.at) AS cut
FROM unnest(%(times)s::timestamptz[]) AS asked (at)
