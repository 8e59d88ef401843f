-- Purpose: blocked values and patterns with a text in them, and the patterns that block the text itself.
-- Reads: blocked_values, kinds.
SELECT k.name AS kind, coalesce(nullif(b.value, ''), b.pattern) AS text, b.pattern <> '' AS is_pattern
FROM blocked_values b JOIN kinds k USING (kind_id)
WHERE (%(kind)s = '' OR k.name = %(kind)s)
  AND (%(text)s = '' OR strpos(lower(b.value || b.pattern), lower(%(text)s)) > 0
       OR (b.pattern <> '' AND %(text)s ~* ('^(?:' || b.pattern || ')$')))
ORDER BY k.rank, k.name, b.value, b.pattern
LIMIT %(limit)s OFFSET %(offset)s
