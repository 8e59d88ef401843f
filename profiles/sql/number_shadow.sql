-- Purpose: the shadow's answer by the identifier ids in force, in tables like those in force, called answer_….
-- An identifier that is stored nowhere gets the next number. `gone`: raw events are gone that traits were drawn from, so
-- what is stored of a trait stands as long as it covers what the events that are left say.
-- Reads: the shadow, and what is in force. Writes: shadow.numbers, shadow.answer_….
CREATE FUNCTION number_shadow(gone boolean) RETURNS void LANGUAGE plpgsql SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    engine_table text;
BEGIN
    CREATE UNLOGGED TABLE shadow.numbers AS
    SELECT s.identifier_id, coalesce(i.identifier_id, nextval('public.identifiers_identifier_id_seq')) AS number
    FROM shadow.identifiers s LEFT JOIN public.identifiers i ON i.value = s.value AND i.kind_id = s.kind_id
    ORDER BY s.identifier_id;
    CREATE UNIQUE INDEX ON shadow.numbers (identifier_id);
    ANALYZE shadow.numbers;
    FOREACH engine_table IN ARRAY ARRAY['identifiers', 'links', 'combinations', 'trait_values', 'undefined_kinds',
                                        'conflicted_neighbourhoods']
    LOOP
        EXECUTE format('CREATE UNLOGGED TABLE shadow.answer_%1$s (LIKE public.%1$I)', engine_table);
    END LOOP;

    INSERT INTO shadow.answer_identifiers (identifier_id, kind_id, value, core_id, neighbourhood_id, profile_id, vouched, standing)
    SELECT n.number, s.kind_id, s.value, min(n.number) OVER (PARTITION BY s.core_id),
           min(n.number) OVER (PARTITION BY s.neighbourhood_id), min(n.number) OVER (PARTITION BY s.profile_id),
           s.vouched, s.standing
    FROM shadow.identifiers s JOIN shadow.numbers n USING (identifier_id);

    -- Of several events at one time any may be the evidence: the one that is stored stays.
    INSERT INTO shadow.answer_links (a_id, b_id, first_seen, event_id, vouched, held)
    SELECT least(a.number, b.number), greatest(a.number, b.number), s.first_seen,
           CASE WHEN (k.first_seen, k.vouched) = (s.first_seen, s.vouched) THEN k.event_id ELSE s.event_id END,
           s.vouched, s.held
    FROM shadow.links s
    JOIN shadow.numbers a ON a.identifier_id = s.a_id
    JOIN shadow.numbers b ON b.identifier_id = s.b_id
    LEFT JOIN public.links k ON k.a_id = least(a.number, b.number) AND k.b_id = greatest(a.number, b.number);

    INSERT INTO shadow.answer_combinations (combination_id, identifier_ids, owner_id, first_seen, first_vouched)
    SELECT s.combination_id, coalesce(m.numbers, '{}'), o.number, s.first_seen, s.first_vouched
    FROM shadow.combinations s
    LEFT JOIN shadow.numbers o ON o.identifier_id = s.owner_id
    LEFT JOIN (
        SELECT c.combination_id, array_agg(n.number ORDER BY n.number) AS numbers
        FROM shadow.combinations c, unnest(c.identifier_ids) AS i JOIN shadow.numbers n ON n.identifier_id = i
        GROUP BY c.combination_id
    ) m USING (combination_id);

    INSERT INTO shadow.answer_trait_values
    SELECT s.*
    FROM shadow.trait_values s LEFT JOIN public.trait_values t USING (combination_id, name, source_id, value_hash)
    WHERE NOT gone OR t.events IS NULL OR s.events > t.events OR s.first_time < t.first_time OR s.last_time > t.last_time;
    INSERT INTO shadow.answer_trait_values
    SELECT t.* FROM public.trait_values t
    WHERE gone AND (combination_id, name, source_id, value_hash) NOT IN (
        SELECT combination_id, name, source_id, value_hash FROM shadow.answer_trait_values
    );

    INSERT INTO shadow.answer_undefined_kinds SELECT * FROM shadow.undefined_kinds;
    INSERT INTO shadow.answer_conflicted_neighbourhoods
    SELECT min(n.number)
    FROM shadow.conflicted_neighbourhoods c
    JOIN shadow.identifiers s USING (neighbourhood_id) JOIN shadow.numbers n USING (identifier_id)
    GROUP BY c.neighbourhood_id;
END $$;
