-- Purpose: whether a profile has more than `reach` held links. Reads: identifiers, links.
SELECT count(*) > %(reach)s AS many
FROM (
    SELECT 1
    FROM (
        SELECT identifier_id FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
        UNION ALL
        SELECT identifier_id FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
    ) m
    CROSS JOIN LATERAL (
        SELECT held FROM links WHERE a_id = m.identifier_id
        UNION ALL
        SELECT held FROM links WHERE b_id = m.identifier_id
    ) l
    WHERE l.held IS NOT NULL
    LIMIT %(reach)s + 1
) held
