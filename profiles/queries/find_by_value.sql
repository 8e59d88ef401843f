-- Purpose: identifiers of exactly these values. `kinds` runs beside `values`; '' stands for every kind.
-- Reads: identifiers, kinds.
SELECT i.profile_id, k.name AS kind, i.value, 'is' AS how
FROM unnest(%(values)s::text[], %(kinds)s::text[]) WITH ORDINALITY AS wanted (value, kind, place)
JOIN identifiers i ON i.value = wanted.value COLLATE "C"
JOIN kinds k ON k.kind_id = i.kind_id AND (wanted.kind = '' OR k.name = wanted.kind)
ORDER BY wanted.place, k.rank, k.name
LIMIT %(limit)s
