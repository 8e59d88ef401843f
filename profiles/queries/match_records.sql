-- Purpose: what there is of some profiles to compare people by: the traits of their golden records, the source of the latest,
-- and their e-mail addresses and phone numbers, oldest first, without values that are out of play.
-- Reads: identifiers, kinds, and what golden_traits() does. A profile without any of these is not in it.
WITH told AS (
    SELECT profile_id, jsonb_object_agg(name, value) AS traits, (array_agg(source_id ORDER BY time DESC, source_id))[1] AS source_id
    FROM golden_traits(%(profile_ids)s, %(names)s)
    GROUP BY profile_id
), reached AS (
    SELECT i.profile_id,
           coalesce(array_agg(i.value ORDER BY i.identifier_id) FILTER (WHERE k.name = 'email'), '{}') AS emails,
           coalesce(array_agg(i.value ORDER BY i.identifier_id) FILTER (WHERE k.name = 'phone'), '{}') AS phones
    FROM (
        SELECT * FROM identifiers WHERE identifier_id = ANY (%(profile_ids)s) AND profile_id = identifier_id
        UNION ALL
        SELECT * FROM identifiers WHERE profile_id = ANY (%(profile_ids)s) AND profile_id <> identifier_id
    ) i
    JOIN kinds k USING (kind_id)
    WHERE k.name IN ('email', 'phone') AND i.standing < 2
    GROUP BY i.profile_id
)
SELECT profile_id, coalesce(t.traits, '{}')::text AS traits, t.source_id, coalesce(r.emails, '{}') AS emails,
       coalesce(r.phones, '{}') AS phones
FROM told t FULL JOIN reached r USING (profile_id)
ORDER BY profile_id
