-- Purpose: where a stretch of profiles_page.sql ends; null when it reaches the oldest. Reads: identifiers.
SELECT (
    SELECT identifier_id FROM identifiers WHERE identifier_id < %(before)s
    ORDER BY identifier_id DESC OFFSET %(stretch)s - 1 LIMIT 1
) AS identifier_id
