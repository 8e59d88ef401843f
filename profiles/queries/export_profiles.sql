-- Purpose: every profile, oldest first. Reads: identifiers. A profile is named by its smallest identifier.
SELECT profile_id FROM identifiers WHERE profile_id = identifier_id ORDER BY identifier_id
