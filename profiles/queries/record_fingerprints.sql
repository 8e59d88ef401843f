-- Purpose: of some profiles one number that is another when the golden record's values are, and whether any trait has several
-- values to choose from. What has no traits has no row. Reads: what golden_traits() does.
SELECT profile_id, hashtextextended(string_agg(name || E'\x1f' || value::text, E'\x1e' ORDER BY name), 0) AS fingerprint,
       bool_or(values_said > 1) AS several
FROM golden_traits(%(profile_ids)s)
GROUP BY profile_id
