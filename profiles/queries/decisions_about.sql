-- Purpose: the decisions that name an identifier of a profile. Reads: identifiers, kinds, decision_identifiers.
-- Cost: a look-up for each identifier of the profile.
SELECT DISTINCT n.decision_id
FROM members_of(%(profile_id)s) i
JOIN kinds k USING (kind_id)
JOIN decision_identifiers n ON n.value = i.value AND n.kind = k.name
