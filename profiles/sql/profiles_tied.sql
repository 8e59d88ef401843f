-- Purpose: the profiles that are not loaded and that held links tie to a loaded one that changed: that split, was joined with
-- another, or with an identifier that brings news.
-- Reads: work_loaded, work_identifiers, work_separations, kinds, links, identifiers.
CREATE FUNCTION profiles_tied() RETURNS bigint[] LANGUAGE sql AS $$
    WITH here AS (
        SELECT w.* FROM work_identifiers w JOIN work_loaded l ON l.neighbourhood_id = w.new_neighbourhood_id AND l.part = 'profiles'
        WHERE w.loaded
    ), changed AS (
        SELECT profile_id FROM here WHERE NOT arrived GROUP BY profile_id HAVING min(new_profile_id) <> max(new_profile_id)
        UNION
        SELECT h.profile_id FROM here h
        WHERE h.new_profile_id IN (
            SELECT new_profile_id FROM here WHERE NOT arrived GROUP BY new_profile_id HAVING min(profile_id) <> max(profile_id)
            UNION
            SELECT new_profile_id FROM here JOIN brings_news() USING (identifier_id)
        )
    )
    SELECT coalesce(array_agg(DISTINCT o.profile_id), '{}')
    FROM changed JOIN here h USING (profile_id)
    CROSS JOIN LATERAL (
        SELECT b_id AS other, held FROM links WHERE a_id = h.identifier_id
        UNION ALL
        SELECT a_id, held FROM links WHERE b_id = h.identifier_id
    ) k
    CROSS JOIN LATERAL (SELECT i.profile_id FROM identifiers i WHERE i.identifier_id = k.other OFFSET 0) o
    WHERE k.held NOT IN ('blocked', 'shared')
      AND NOT EXISTS (SELECT FROM work_identifiers w WHERE w.identifier_id = k.other AND w.loaded)
$$;
