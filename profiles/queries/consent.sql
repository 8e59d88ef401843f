-- Purpose: what the people behind some profiles agreed to, and when that was last said. Reads: consent_of().
SELECT profile_id, purpose, granted, said_at FROM consent_of(%(profile_ids)s) ORDER BY profile_id, purpose
