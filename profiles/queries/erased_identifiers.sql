-- Purpose: the identifiers that an erasure takes, and those that stay with others. Reads: erased_identifiers().
SELECT identifier_id, profile_id, kind, value, names_person, standing, member, stays
FROM erased_identifiers(%(profile)s, %(others_too)s)
ORDER BY NOT member, identifier_id
