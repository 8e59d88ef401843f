-- Purpose: the loop of row_by_row.sql, which also keeps what the engine keeps of each event: its combination of identifiers with
-- whom it belongs to, who vouches for what, links that are found from either end with their first event, traits by source with
-- their first and last message, and a history of merges. Limits, shared values and held links are left out.
-- Reads: raw_events. Writes: what is in its schema, which the session's search_path must name first.
CREATE PROCEDURE row_by_row_facts.resolve() LANGUAGE plpgsql AS $$
DECLARE
    delivery bigint; event record; person bigint; newest bigint; known int; size int;
BEGIN
    FOR delivery IN SELECT generate_series(min(event_id) >> 20, max(event_id) >> 20) FROM raw_events LOOP
        FOR event IN
            SELECT * FROM raw_events
            WHERE event_id >= delivery << 20 AND event_id < (delivery + 1) << 20 ORDER BY event_id
        LOOP
            size := cardinality(event.identifiers);
            INSERT INTO combinations AS c
            SELECT event.combination_id, event.identifiers,
                   (SELECT i FROM unnest(event.identifiers) AS i
                    ORDER BY (SELECT rank FROM kinds WHERE name = split_part(i, ':', 1)), i LIMIT 1),
                   event.event_time, CASE WHEN event.trusted THEN event.event_time END
            ON CONFLICT (combination_id) DO UPDATE
            SET first_seen = least(c.first_seen, excluded.first_seen), first_vouched = least(c.first_vouched, excluded.first_vouched)
            WHERE excluded.first_seen < c.first_seen OR excluded.first_vouched < coalesce(c.first_vouched, 'infinity');
            IF jsonb_typeof(event.traits) = 'object' THEN
                INSERT INTO traits AS t
                SELECT event.combination_id, key, event.source_id, value, event.event_time, event.message_id,
                       event.event_time, event.message_id, 1
                FROM jsonb_each(event.traits)
                ON CONFLICT (combination_id, name, source_id, value) DO UPDATE
                SET first_time = least(t.first_time, excluded.first_time),
                    first_message = CASE WHEN excluded.first_time < t.first_time THEN excluded.first_message ELSE t.first_message END,
                    last_time = greatest(t.last_time, excluded.last_time),
                    last_message = CASE WHEN excluded.last_time > t.last_time THEN excluded.last_message ELSE t.last_message END,
                    events = t.events + 1;
            END IF;
            IF size > 1 THEN
                INSERT INTO links AS l
                SELECT a, b, event.event_time, event.event_id, event.trusted
                FROM unnest(event.identifiers) AS a, unnest(event.identifiers) AS b WHERE a < b
                ON CONFLICT (a, b) DO UPDATE
                SET first_seen = excluded.first_seen, event_id = excluded.event_id, vouched = excluded.vouched
                WHERE (excluded.vouched AND (NOT l.vouched OR excluded.first_seen < l.first_seen))
                   OR (NOT excluded.vouched AND NOT l.vouched AND excluded.first_seen < l.first_seen);
            END IF;
            SELECT min(person_id), max(person_id), count(*) INTO person, newest, known
            FROM identifiers WHERE identifier = ANY (event.identifiers);
            IF event.trusted THEN
                UPDATE identifiers SET vouched = true WHERE identifier = ANY (event.identifiers) AND NOT vouched;
            END IF;
            CONTINUE WHEN person = newest AND known = size;
            IF person < newest THEN
                INSERT INTO merges
                SELECT DISTINCT person_id, person, event.event_id FROM identifiers
                WHERE identifier = ANY (event.identifiers) AND person_id <> person;
                UPDATE identifiers SET person_id = person
                WHERE person_id IN (SELECT person_id FROM identifiers WHERE identifier = ANY (event.identifiers))
                  AND person_id <> person;
            ELSIF person IS NULL THEN
                person := nextval('person');
            END IF;
            IF known < size THEN
                INSERT INTO identifiers SELECT unnest(event.identifiers), person, event.trusted ON CONFLICT DO NOTHING;
            END IF;
        END LOOP;
        COMMIT;
    END LOOP;
END $$;
