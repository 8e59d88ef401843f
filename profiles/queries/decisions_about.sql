-- Purpose: the decisions that name an identifier of a profile. Reads: identifiers, kinds, decision_identifiers.
-- Cost: a look-up for each identifier of the profile.
SELECT DISTINCT n.decision_id
FROM (
    SELECT * FROM identifiers WHERE identifier_id = %(profile_id)s AND profile_id = %(profile_id)s
    UNION ALL
    SELECT * FROM identifiers WHERE profile_id = %(profile_id)s AND profile_id <> identifier_id
) i
JOIN kinds k USING (kind_id)
JOIN decision_identifiers n ON n.value = i.value AND n.kind = k.name
