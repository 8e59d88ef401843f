-- Purpose: for the times at which a profile changed, what it gained and lost, and the ends of the resolutions before and
-- after. Reads: profile_changes, resolutions.
SELECT t.at,
       (SELECT max(finished_at) FROM resolutions WHERE finished_at < t.at) AS before,
       coalesce((SELECT min(finished_at) FROM resolutions WHERE finished_at >= t.at), t.at) AS after,
       (SELECT coalesce(array_agg(i), '{}') FROM profile_changes c CROSS JOIN LATERAL unnest(c.identifier_ids) AS u (i)
        WHERE c.to_profile_id = %(profile_id)s AND c.at = t.at) AS came,
       (SELECT coalesce(array_agg(i), '{}') FROM profile_changes c CROSS JOIN LATERAL unnest(c.identifier_ids) AS u (i)
        WHERE c.from_profile_id = %(profile_id)s AND c.at = t.at) AS went
FROM unnest(%(times)s::timestamptz[]) AS t (at)
ORDER BY t.at DESC
