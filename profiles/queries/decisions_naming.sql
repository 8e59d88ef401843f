-- Purpose: the decisions that name one of these identifiers. `kinds` runs beside `values`; '' stands for every kind.
-- Reads: decision_identifiers. Cost: a look-up for each identifier.
SELECT DISTINCT n.decision_id
FROM unnest(%(values)s::text[], %(kinds)s::text[]) AS wanted (value, kind)
JOIN decision_identifiers n ON n.value = wanted.value COLLATE "C" AND (wanted.kind = '' OR n.kind = wanted.kind)
