-- Purpose: where raw events are gone, what the engine in force remembers of them is where the shadow starts: each
-- combination with when it was first seen and first vouched for. Some at a time, in order of their ids.
-- Reads: public.combinations, public.identifiers, public.undefined_kinds. Returns: the last id taken; null when none is left.
CREATE FUNCTION seed_shadow(after uuid, combinations_a_batch integer DEFAULT 100000) RETURNS uuid LANGUAGE plpgsql
SET enable_mergejoin = off SET jit = off SET default_statistics_target = 10 AS $$
DECLARE
    last uuid;
BEGIN
    PERFORM prepare_work();
    INSERT INTO work_combinations
    SELECT c.combination_id, coalesce(u.identifiers, n.identifiers), 0, 0, c.first_seen, 0,
           c.first_vouched, CASE WHEN c.first_vouched IS NOT NULL THEN 0 END, true
    FROM (
        SELECT * FROM public.combinations WHERE combination_id > after ORDER BY combination_id LIMIT combinations_a_batch
    ) c
    LEFT JOIN (
        SELECT DISTINCT ON (combination_id) combination_id, identifiers FROM public.undefined_kinds
    ) u USING (combination_id)
    LEFT JOIN LATERAL (
        SELECT array_agg((k.name || ':' || i.value) ORDER BY (k.name || ':' || i.value) COLLATE "C") AS identifiers
        FROM public.identifiers i JOIN kinds k USING (kind_id) WHERE i.identifier_id = ANY (c.identifier_ids)
    ) n ON u.combination_id IS NULL;
    last := max(combination_id::text COLLATE "C")::uuid FROM work_combinations;
    IF last IS NOT NULL THEN
        ANALYZE work_combinations;
        PERFORM name_identifiers();
        PERFORM derive_links();
        PERFORM judge_standing();
        PERFORM settle('rule', NULL);
    END IF;
    RETURN last;
END $$;
