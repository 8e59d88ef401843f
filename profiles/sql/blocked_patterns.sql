-- Purpose: the blocked patterns of each kind as few expressions, so that a value is looked at once for all of them. One that
-- refers back to a group of its own (`\1`) stays by itself: together it could mean the group of another.
-- Reads: blocked_values. STABLE, so that it is planned as a part of the statement that asks.
CREATE FUNCTION blocked_patterns() RETURNS TABLE (kind_id smallint, pattern text) LANGUAGE sql STABLE AS $$
    SELECT b.kind_id, '^(?:' || string_agg('(?:' || b.pattern || ')', '|') || ')$'
    FROM blocked_values b WHERE b.pattern <> ''
    GROUP BY b.kind_id, CASE WHEN b.pattern ~ '\\[1-9]' THEN b.pattern END
$$;
